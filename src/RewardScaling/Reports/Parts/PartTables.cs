using RewardScaling.Curves;
using RewardScaling.Laws;
using RewardScaling.Numerics;
using RewardScaling.Studies.Claims;
using static RewardScaling.Numerics.NumberText;

namespace RewardScaling.Reports.Parts;

/// <summary>The tables of a study's parts: a row for each method and reward model, its seeds together.</summary>
internal static class PartTables
{
    private const string None = "–";

    /// <summary>Every claim that was tested, with its verdict, and how many the plan asks for that could not be.</summary>
    public static ReportTable Claims(StudyFindings findings)
    {
        int untested = findings.Claims.Count(static claim => claim is { HasPValue: false, Verdict: not ClaimVerdict.NotAsked });
        var table = new ReportTable("What the study says of the claims of the papers, each by one test at 5 percent; of twenty true statements one is rejected by chance."
            + (untested == 0 ? "" : $" {Count(untested)} more could not be tested with what was run, and its part says why of each."),
            [new("Part"), new("Claim", false), new("Verdict", false), new("p"), new("Source", false)]);
        foreach (StudyPart part in findings.Parts)
            foreach (Claim claim in part.Claims.Where(static claim => claim.HasPValue))
                table.Add(Count(part.Number), claim.Statement, claim.VerdictWords, PValue(claim), claim.Source);
        return table;
    }

    /// <summary>What the curves show before any law is fitted.</summary>
    public static ReportTable Measured(IReadOnlyList<SeedCell> cells)
    {
        var table = new ReportTable("Measured, without any law: the highest gold of each mean curve with the KL of all points that may be it, gold and proxy at the last n or distance, the fall "
            + "to it, and the deepest fall on the way. Brackets are 95 % and pay for having looked for the highest of many points; a fall from 0 is none.",
            [.. Subject, new("Seeds"), new("Highest gold"), new("at KL (nats)"), new("Gold at the last"),
                new("at KL (nats)"), new("Fall to the last"), new("Deepest fall"), new("Proxy at the last")]);
        foreach (SeedCell cell in cells)
        {
            var (highest, last, deepest) = (cell.Peak.Highest, cell.Peak.Last, cell.Peak.DeepestFall);
            PeakBounds? bounds = (cell.Peak as MeasuredPeak.Known)?.Bounds;
            table.Add([.. Names(cell), Count(cell.Seeds), $"{Short(highest.Gold.Value)}{Range(bounds?.Gold)}", FitTable.MeasuredKl(cell.Peak), WithError(last.Gold),
                Short(last.Kl.Value), $"{Short(highest.Gold.Value - last.Gold.Value)}{Range(bounds?.Fall)}",
                $"{Short(deepest.From.Gold.Value - deepest.To.Gold.Value)}{Range(bounds?.DeepestFall)}", WithError(last.Proxy)]);
        }
        return table;
    }

    /// <summary>The laws.</summary>
    public static ReportTable Laws(IReadOnlyList<SeedCell> cells)
    {
        string formulas = string.Join("; ", cells.Select(static cell => $"{CurveGroups.Name(cell.At.Method)}: {cell.Law.Formula}").Distinct());
        var table = new ReportTable($"Laws fitted to gold by least squares. {formulas}, with d = √KL. Coefficients are means over the seeds of the curves' own fits; the peak is of the law fitted to the mean. Where the law is rejected for most curves its errors and peak are of a law that does not hold.",
            [.. Subject, new("α"), new("β"), new("Rejected (1 %)"), new("Law's peak (nats)"), new("Law's peak gold"),
                new("Highest measured (nats)"), new("Remark", false)]);
        foreach (SeedCell cell in cells)
        {
            LawPeak lawPeak = cell.HasFit ? cell.Fit.Peak : new LawPeak.None($"the law was not fitted, because {cell.Curves[0].WhyNoFit}");
            (string kl, string gold, string remark) = lawPeak switch
            {
                LawPeak.InsideData peak => (WithError(peak.Kl), WithError(peak.Reward), ""),
                LawPeak.OutsideData => (None, None, "none inside the data"),
                LawPeak.Undecided peak => (None, None, $"undecided: {peak.Reason}"),
                LawPeak.None peak => (None, None, $"none: {peak.Reason}"),
                var other => (None, None, other.ToString()),
            };
            var fits = cell.Curves.Where(static curve => curve.HasFit).Select(static curve => curve.Fit.LackOfFit).ToArray();
            string rejected = fits.Any(static test => test is LackOfFit.Tested)
                ? FormattableString.Invariant($"{fits.Count(static test => test.IsRejected)} of {fits.Count(static test => test is LackOfFit.Tested)}") : None;
            string[] remarks = cell.HasFit ? [remark, cell.Fit.PeakComparison.Words] : [remark];
            table.Add([.. Names(cell), cell.HasCoefficients ? WithError(cell.Alpha) : None,
                cell.HasCoefficients ? WithError(cell.Beta) : None, rejected, kl, gold,
                FitTable.MeasuredKl(cell.Peak), string.Join("; ", remarks.Where(static part => part.Length > 0))]);
        }
        return table;
    }

    /// <summary>Peaks of sizes left out; none where none could be.</summary>
    public static IReadOnlyList<ReportTable> LeftOut(SizesPart part)
    {
        var table = new ReportTable("Each size left out in turn: the law's peak as the coefficients of the other sizes predict it (95 % of one new reward model) beside the highest point measured without a law.",
            [.. Subject, new("Predicted KL (nats)"), new("Measured KL (nats)"), new("Predicted gold"), new("Measured gold"), new("Held", false)]);
        foreach (SizeTrend trend in part.Trends)
            foreach (PeakPrediction one in trend.LeftOut)
                table.Add(CurveGroups.Name(trend.Method), Count(one.ProxyParameters), Count(trend.Comparisons),
                    Interval(one.Kl), FitTable.MeasuredKl(one.Measured),
                    Interval(one.Gold), Short(one.Measured.Highest.Gold.Value),
                        one.Measured is not MeasuredPeak.Inside ? "no peak inside the data" : one.IsHeld ? "yes" : "no");
        return table.Rows.Count > 0 ? [table] : [];
    }

    /// <summary>The thresholds, where four numbers of comparisons give them.</summary>
    public static IReadOnlyList<ReportTable> Thresholds(ComparisonsPart part)
    {
        if (part.Thresholds.Count == 0) return [];
        var table = new ReportTable("How many comparisons it takes: the largest number whose reward model cannot be told from chance, and where the held-out loss begins to fall, 95 %.",
            [new("Parameters"), new("Cannot be told from chance up to"), new("The loss falls from"), new("95 %"), new("No decline (p)")]);
        foreach (var (size, at) in part.Thresholds)
            table.Add(Count(size), at.LargestAtChance == 0 ? None : Short(at.LargestAtChance, 6),
                double.IsFinite(at.ChangePoint) ? Short(at.ChangePoint) : None,
                Interval(at.Interval), Short(at.NoDeclinePValue, 2));
        return [table];
    }

    /// <summary>Both methods by reward model, seeds together.</summary>
    public static IReadOnlyList<ReportTable> Methods(MethodsPart part)
    {
        var table = new ReportTable("PPO against best-of-n, both against the same reward model; means over the seeds. KL is for half of the lower one's highest gold. The degree of overoptimisation is the area between proxy and gold over the area under gold, the proxy in gold's unit by its worth at the start.",
            [new("Parameters"), new("Comparisons"), new("PPO's highest gold less best-of-n's"), new("PPO's KL over best-of-n's"), new("Degree, best-of-n"), new("Degree, PPO")]);
        foreach (var group in part.Pairs.GroupBy(static pair => (pair.Ppo.At.ProxyParameters, pair.Ppo.At.Comparisons))
            .OrderBy(static group => group.Key))
        {
            double[] ratios = [.. group.Select(static pair => pair.LogKlRatio).OfType<double>()];
            table.Add(Count(group.Key.ProxyParameters), Count(group.Key.Comparisons),
                WithError(Estimate.Mean([.. group.Select(static pair => pair.HigherPeak)])),
                ratios.Length > 0 ? Short(Math.Exp(ratios.Average())) : None, Degree(group, OptimizationMethod.BestOfN),
                    Degree(group, OptimizationMethod.ReinforcementLearning));
        }
        return table.Rows.Count > 0 ? [table] : [];
    }

    /// <summary>What the laws foretold.</summary>
    public static IReadOnlyList<ReportTable> Extrapolation(ExtrapolationPart part)
    {
        var table = new ReportTable("The law fitted to the points up to three quarters of the largest d, held against the points beyond: mean of measured less foretold and root mean square, in percent of the range of gold.",
            [.. Subject, new("Measured less foretold (%)"), new("Root mean square (%)")]);
        foreach (var (cell, error, size) in part.Cells) table.Add([.. Names(cell), Fixed(100 * error, 1), Fixed(100 * size, 1)]);
        return table.Rows.Count > 0 ? [table] : [];
    }

    /// <summary>As "0.012"; a dash where there was no test.</summary>
    private static string PValue(Claim claim) => claim.PValue < 0.0001 ? "< 0.0001" : Short(claim.PValue, 2);

    private static IReadOnlyList<ReportColumn> Subject => [new("Method", false), new("Parameters"), new("Comparisons")];

    private static string[] Names(SeedCell cell) =>
        [CurveGroups.Name(cell.At.Method), Count(cell.At.ProxyParameters), Count(cell.At.Comparisons)];

    private static string Degree(IEnumerable<MethodPair> pairs, OptimizationMethod method) =>
        pairs.Select(pair => pair.Degree(method)).OfType<double>().ToArray() is { Length: > 0 } all ? Short(all.Average()) : None;

    private static string Range(ConfidenceInterval? interval) => interval is { } bounds ? $" [{Short(bounds.Low)}, {Short(bounds.High)}]" : "";

    private static string Interval(ConfidenceInterval interval) => $"{Bound(interval.Low)} to {Bound(interval.High)}";

    private static string Bound(double value) => double.IsPositiveInfinity(value) ? "∞" : double.IsNegativeInfinity(value) ? "−∞"
        : Short(value);
}
