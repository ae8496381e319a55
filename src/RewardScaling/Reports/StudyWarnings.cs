using RewardScaling.Numerics;
using RewardScaling.Studies;

namespace RewardScaling.Reports;

/// <summary>The warnings of a study's cells for its report.</summary>
internal static class StudyWarnings
{
    // A study has hundreds of cells, and one reason may warn in most of them.
    private const int Most = 20;

    /// <summary>A line for each warning, the same words of several cells on one; of very many the first ones and how many
    /// more.</summary>
    public static IReadOnlyList<string> Of(StudyResult result)
    {
        var lines = result.Warnings.Select(Split).GroupBy(static warning => warning.Words)
            .Select(static group => $"{group.First().Cell}{(group.Count() > 1 ? $" and {NumberText.Count(group.Count() - 1)} more" : "")}: {group.Key}")
            .ToArray();
        return lines.Length <= Most ? lines
            : [.. lines.Take(Most), $"{NumberText.Count(lines.Length - Most)} more are in study.json."];
    }

    // A cell's name has no colon.
    private static (string Cell, string Words) Split(string warning)
    {
        int colon = warning.IndexOf(": ", StringComparison.Ordinal);
        return colon < 0 ? ("", warning) : (warning[..colon], warning[(colon + 2)..]);
    }
}
