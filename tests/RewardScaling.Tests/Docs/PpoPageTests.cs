using System.Globalization;
using System.Text.RegularExpressions;

namespace RewardScaling.Tests.Docs;

/// <summary>Every numbered detail of docs/ppo.md names the line of the code that carries its number.</summary>
public sealed partial class PpoPageTests
{
    private static string Source => Path.Combine(Repository.Root, "src", "RewardScaling");

    [Fact]
    public void Every_detail_points_to_its_line_and_every_line_that_carries_a_number_is_pointed_to()
    {
        string page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "ppo.md"));
        int from = page.IndexOf("## Implementation details", StringComparison.Ordinal), to = page.IndexOf("\n## ", from + 1, StringComparison.Ordinal);
        var pointed = new SortedSet<string>(StringComparer.Ordinal);
        string[] items = Item().Split(page[from..to])[1..];
        for (int number = 1; number <= items.Length; number++)
        {
            string item = items[number - 1];
            Assert.StartsWith($"{number}. ", item, StringComparison.Ordinal);
            var references = Reference().Matches(item);
            Assert.True(references.Count > 0, $"detail {number} names no line");
            foreach (Match reference in references)
            {
                string path = reference.Groups["file"].Value;
                pointed.Add($"{number} {(path.Contains('/', StringComparison.Ordinal) ? path : "Ppo/" + path)}:{reference.Groups["line"].Value}");
            }
        }
        Assert.Equal(Carried(), pointed);
    }

    private static SortedSet<string> Carried()
    {
        var carried = new SortedSet<string>(StringComparer.Ordinal);
        foreach (string room in new[] { "Ppo", "Models" })
        {
            foreach (string path in Directory.EnumerateFiles(Path.Combine(Source, room), "*.cs"))
            {
                foreach (var (index, line) in File.ReadLines(path).Index())
                {
                    foreach (Match number in Number().Matches(Carrier().Match(line).Value))
                        carried.Add($"{number.Value} {room}/{Path.GetFileName(path)}:{(index + 1).ToString(CultureInfo.InvariantCulture)}");
                }
            }
        }
        return carried;
    }

    [GeneratedRegex(@"(?m)^(?=\d+\. )")]
    private static partial Regex Item();

    [GeneratedRegex(@"`(?<file>[A-Za-z/]+\.cs):(?<line>\d+)`")]
    private static partial Regex Reference();

    [GeneratedRegex(@"// PPO details? [\d and]+$")]
    private static partial Regex Carrier();

    [GeneratedRegex(@"\d+")]
    private static partial Regex Number();
}
