using System.Globalization;
using RewardScaling.Studies;

namespace RewardScaling.Tool.Studies;

/// <summary>The proxies as the command line lists them: <c>trunk,trunk:2,48x2x2</c>.</summary>
internal static class ProxyList
{
    private const string Trunk = "trunk";

    /// <summary>A plan with these proxies instead of its own.</summary>
    /// <exception cref="ArgumentException">An item is neither a trunk nor a size; the message names it.</exception>
    public static StudyPlan Read(string list, StudyPlan plan)
    {
        var sizes = new List<NetworkSize>();
        var trunks = new List<int>();
        foreach (string item in list.Split(',', StringSplitOptions.TrimEntries))
        {
            string[] parts = item.Split('x');
            if (item == Trunk) trunks.Add(0);
            else if (item.StartsWith(Trunk + ":", StringComparison.Ordinal) && Number(item[(Trunk.Length + 1)..]) is { } frozen)
                trunks.Add(frozen);
            else if (parts.Length == 3 && Number(parts[0]) is { } width && Number(parts[1]) is { } layers
                && Number(parts[2]) is { } heads)
                sizes.Add(new(width, layers, heads));
            else
                throw new ArgumentException($"--proxies has '{item}'; it must be trunk, trunk:FROZEN-BLOCKS or WIDTHxLAYERSxHEADS.");
        }
        return plan with { ProxySizes = sizes, ProxyTrunks = trunks };
    }

    private static int? Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : null;
}
