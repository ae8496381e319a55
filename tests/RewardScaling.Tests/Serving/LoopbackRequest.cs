using System.Globalization;
using System.Text;

namespace RewardScaling.Tests.Serving;

/// <summary>A request as it came.</summary>
internal sealed record LoopbackRequest(string Path, IReadOnlyDictionary<string, string> Headers, string Body)
{
    public int Number { get; init; }

    /// <summary>Reads one; null where the client has closed.</summary>
    public static async Task<LoopbackRequest?> ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (head.Length < 4 || head.ToString(head.Length - 4, 4) != "\r\n\r\n")
        {
            if (await stream.ReadAsync(one, cancellationToken) == 0) return null;
            head.Append((char)one[0]);
        }
        string[] lines = head.ToString().Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Dictionary<string, string> headers = lines[1..].Select(static line => line.Split(':', 2))
            .ToDictionary(static pair => pair[0], static pair => pair[1].Trim(), StringComparer.OrdinalIgnoreCase);
        var body = new byte[headers.TryGetValue("Content-Length", out string? length) ? int.Parse(length, CultureInfo.InvariantCulture) : 0];
        await stream.ReadExactlyAsync(body, cancellationToken);
        return new(lines[0].Split(' ')[1], headers, Encoding.UTF8.GetString(body));
    }
}
