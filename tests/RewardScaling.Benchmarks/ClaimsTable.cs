using RewardScaling.Reports;
using RewardScaling.Studies;
using RewardScaling.Studies.Claims;

namespace RewardScaling.Benchmarks;

/// <summary>The table of docs/claims.md, made of folders of studies: a row for each claim, a column for each folder.</summary>
internal static class ClaimsTable
{
    public static void Run(ClaimsArguments arguments)
    {
        StudyResult[] results = [.. arguments.Folders.Select(Open)];
        Console.WriteLine(Of([.. results.Select(static result => (result.Plan.Name, result.Findings))]));
        foreach (var result in results) Console.WriteLine(Facts(result));
    }

    /// <summary>The rows of every claim that some study was asked, in the order of the parts.</summary>
    public static string Of(IReadOnlyList<(string Name, StudyFindings Findings)> studies)
    {
        var table = new ReportTable("", [new("Part", false), new("Claim", false), new("Source", false), .. studies.Select(static study =>
            new ReportColumn(study.Name, false))]);
        var rows = studies.SelectMany(static (study, column) => study.Findings.Parts.SelectMany(part => part.Claims
                .Select((claim, place) => (part.Number, Place: place, Claim: claim, Column: column))))
            .GroupBy(static row => (row.Number, row.Claim.Statement))
            .Where(static row => row.Any(static cell => cell.Claim.Verdict != ClaimVerdict.NotAsked))
            .OrderBy(static row => row.Key.Number).ThenBy(static row => row.Min(static cell => cell.Place));
        foreach (var row in rows)
            table.Add([row.Key.Number.ToString(System.Globalization.CultureInfo.InvariantCulture), row.Key.Statement, row.First().Claim.Source,
                .. studies.Select((_, column) => Cell(row.FirstOrDefault(cell => cell.Column == column).Claim))]);
        return table.ToMarkdown().TrimStart('\n');
    }

    private static string Cell(Claim? claim) => claim switch
    {
        null => "–",
        { Verdict: ClaimVerdict.NotAsked } => "not asked",
        { HasPValue: true } => $"**{claim.VerdictWords}** ({claim.PText}; {claim.Test}): {claim.Found}",
        _ => $"**{claim.VerdictWords}**: {claim.Found}",
    };

    // What the sentences around the table say of a study.
    private static string Facts(StudyResult result) => FormattableString.Invariant($"{result.Plan.Name}: study seeds {result.Plan.Seed} to {result.Plan.Seed + (ulong)result.Plan.StudySeeds - 1}, {result.Curves.Count(static curve => curve.At.Method == Curves.OptimizationMethod.BestOfN)} curves of best-of-n and {result.Curves.Count(static curve => curve.At.Method != Curves.OptimizationMethod.BestOfN)} of PPO{(result.IsComplete ? "" : ", unfinished")}; proxies of {string.Join(", ", result.Proxies.Select(static proxy => proxy.Parameters).Distinct().Order().Select(static size => FormattableString.Invariant($"{size:N0}")))} parameters, {string.Join(", ", result.Proxies.Select(static proxy => proxy.Comparisons).Distinct().Order().Select(static count => FormattableString.Invariant($"{count:N0}")))} comparisons; {result.Timings.Sum(static timing => timing.Seconds) / 60:F0} minutes of cells; ")
        + string.Join(", ", result.Findings.Claims.GroupBy(static claim => claim.VerdictWords).Select(static group => FormattableString.Invariant($"{group.Count()} {group.Key}")))
        + FormattableString.Invariant($"; {result.Warnings.Count} warnings; {result.Engine}");

    private static StudyResult Open(string folder)
    {
        using var study = StudyResult.Open(folder);
        return study.Result;
    }
}
