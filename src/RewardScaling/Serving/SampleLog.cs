using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using RewardScaling.Models;

namespace RewardScaling.Serving;

/// <summary>
/// Answers of a policy in a file of JSON lines that only grows, a line for each request: the key it is found by, the responses'
/// tokens, what is known of their log-probabilities, and the line's own hash. A line that a dead process left unfinished is cut
/// off; one that changed is a fault.
/// </summary>
internal sealed class SampleLog : IDisposable
{
    private const int HashDigits = 16;
    private const string HashName = ",\"sha256\":\"";

    // What stands behind the body of a line.
    private static readonly int s_tail = HashName.Length + HashDigits + 2;

    private readonly FileStream _stream;
    private readonly string _path;
    private readonly Dictionary<UInt128, (long Offset, int Length)> _places = [];
    private readonly Lock _lock = new();

    /// <summary>Opens a file or begins it.</summary>
    /// <exception cref="InvalidDataException">A line is not what was written; the message names it.</exception>
    public SampleLog(string path)
    {
        (_path, _stream) = (path, new(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read));
        try
        {
            long end = 0;
            int number = 0;
            foreach (ReadOnlyMemory<byte> line in FileLines.Of(_stream))
            {
                number++;
                _places[KeyOf(line.Span, number)] = (end, line.Length);
                end += line.Length + 1;
            }
            _stream.SetLength(end);
            _stream.Position = end;
        }
        catch
        {
            _stream.Dispose();
            throw;
        }
    }

    /// <summary>How many requests it holds the answers to.</summary>
    public int Count
    {
        get
        {
            lock (_lock) return _places.Count;
        }
    }

    /// <summary>The answers to a request, or null where there are none.</summary>
    /// <param name="key">What the request is known by.</param>
    /// <param name="prompts">Its prompts, one for each answer.</param>
    public SampledBatch? TryRead(UInt128 key, TokenBatch prompts)
    {
        (long Offset, int Length) place;
        lock (_lock)
            if (!_places.TryGetValue(key, out place)) return null;
        var line = new byte[place.Length];
        RandomAccess.Read(_stream.SafeFileHandle, line, place.Offset);
        using var json = JsonDocument.Parse(line);
        var sequences = new TokenSequence[prompts.Count];
        int at = 0;
        foreach (JsonElement response in json.RootElement.GetProperty("responses").EnumerateArray())
        {
            int[] prompt = prompts.Prompt(at).ToArray();
            sequences[at++] = new((int[])[.. prompt, .. response.EnumerateArray().Select(static token => token.GetInt32())],
                prompt.Length);
        }
        return new(new(sequences), [.. Numbers(json, "token_logprobs").Select(static value => value.GetSingle())], [])
        {
            ResponseLogProbs = json.RootElement.TryGetProperty("logprobs", out _)
                ? [.. Numbers(json, "logprobs").Select(static value => value.GetDouble())] : null,
        };
    }

    /// <summary>Keeps the answers to a request, handed to the system in one piece before it returns.</summary>
    public void Add(UInt128 key, SampledBatch batch)
    {
        var line = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(line)) Write(json, key, batch);
        // Without the brace that ends it, which stands behind the hash.
        ReadOnlySpan<byte> body = line.WrittenSpan[..^1];
        byte[] whole = [.. body, .. Encoding.ASCII.GetBytes($"{HashName}{HashOf(body)}\"}}\n")];
        lock (_lock)
        {
            long offset = _stream.Position;
            _stream.Write(whole);
            _stream.Flush();
            _places[key] = (offset, whole.Length - 1);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();

    private static void Write(Utf8JsonWriter json, UInt128 key, SampledBatch batch)
    {
        json.WriteStartObject();
        json.WriteString("key"u8, key.ToString("x32", null));
        json.WriteStartArray("responses"u8);
        for (int i = 0; i < batch.Tokens.Count; i++)
        {
            json.WriteStartArray();
            foreach (int token in batch.Tokens.Response(i)) json.WriteNumberValue(token);
            json.WriteEndArray();
        }
        json.WriteEndArray();
        if (batch.LogProbs.Length > 0)
        {
            json.WriteStartArray("token_logprobs"u8);
            foreach (float logProb in batch.LogProbs) json.WriteNumberValue(logProb);
            json.WriteEndArray();
        }
        if (batch.ResponseLogProbs is { } sums)
        {
            json.WriteStartArray("logprobs"u8);
            foreach (double sum in sums) json.WriteNumberValue(sum);
            json.WriteEndArray();
        }
        json.WriteEndObject();
    }

    private UInt128 KeyOf(ReadOnlySpan<byte> line, int number)
    {
        string tail = line.Length > s_tail ? Encoding.ASCII.GetString(line[^s_tail..]) : "";
        if (tail != $"{HashName}{(tail.Length == 0 ? "" : HashOf(line[..^s_tail]))}\"}}")
            throw new InvalidDataException(FormattableString.Invariant($"{_path}, line {number}: the samples are damaged; delete that line and those behind it to ask for them again."));
        // The hash holds, so this is a line that was written here.
        var json = new Utf8JsonReader(line);
        for (int i = 0; i < 3; i++) json.Read();
        return UInt128.Parse(json.GetString()!, System.Globalization.NumberStyles.AllowHexSpecifier, null);
    }

    private static string HashOf(ReadOnlySpan<byte> body) => Convert.ToHexStringLower(SHA256.HashData(body))[..HashDigits];

    private static JsonElement.ArrayEnumerator Numbers(JsonDocument json, string name) =>
        json.RootElement.TryGetProperty(name, out JsonElement list) ? list.EnumerateArray() : default;
}
