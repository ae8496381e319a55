using RewardScaling.Curves;
using RewardScaling.Laws;
using RewardScaling.Numerics;
using RewardScaling.Studies;
using static RewardScaling.Numerics.NumberText;

namespace RewardScaling.Reports;

/// <summary>The tables of a study's report.</summary>
internal static class StudyTables
{
    private const string None = "–";

    /// <summary>How good each proxy is on comparisons it has not seen.</summary>
    public static ReportTable Proxies(StudyResult result)
    {
        bool seeds = result.Proxies.Any(p => p.Seed > 0);
        var table = new ReportTable("Proxies on held-out comparisons. A loss of ln 2 = 0.6931 nats and an accuracy of 50 % are chance.",
            [new("Parameters"), new("Comparisons"), .. Seed(seeds, new ReportColumn("Seed")), new("Held-out loss (nats)"), new("SE below chance"), new("Accuracy (%)")]);
        foreach (ProxySummary proxy in result.Proxies)
        {
            Estimate loss = proxy.HeldOut.Loss;
            bool known = loss.HasStandardError && loss.StandardError > 0;
            table.Add([Count(proxy.Parameters), Count(proxy.Comparisons), .. Seed(seeds, Count(proxy.Seed)), WithError(loss),
                known ? Fixed(proxy.HeldOut.ErrorsBelowChance, 1) : None, WithError(Percent(proxy.HeldOut.Accuracy))]);
        }
        return table;
    }

    /// <summary>What the curves show before any law is fitted.</summary>
    /// <param name="result">The study.</param>
    /// <param name="curves">Its curves as the report has them, in the same order.</param>
    public static ReportTable Measured(StudyResult result, IReadOnlyList<ReportCurve> curves)
    {
        bool seeds = result.Proxies.Any(p => p.Seed > 0);
        var table = new ReportTable("Measured, without any law: the highest gold of each curve with the KL of all points that may be it, gold and proxy at the last n or step, the fall "
            + "to it, and the deepest fall on the way. Brackets are 95 % and pay for having looked for the highest of many points; a fall from 0 is none.",
            [new("Method", false), new("Parameters"), new("Comparisons"), .. Seed(seeds, new ReportColumn("Seed")), new("Highest gold"), new("at KL (nats)"), new("Gold at the last"),
                new("at KL (nats)"), new("largest KL (nats)"), new("Fall to the last"), new("Deepest fall"), new("Proxy at the last")]);
        foreach ((StudyCurve curve, ReportCurve measured) in result.Curves.Zip(curves))
        {
            var s = new CurveSummary(measured);
            PeakBounds? bounds = (s.Gold as MeasuredPeak.Known)?.Bounds;
            table.Add([.. Subject(curve, seeds), $"{Short(s.Peak.Gold.Value)}{Range(bounds?.Gold)}", FitTable.MeasuredKl(s.Gold), WithError(s.Last.Gold),
                Short(s.Last.Kl.Value), Short(s.Farthest.Kl.Value), $"{Short(s.Peak.Gold.Value - s.Last.Gold.Value)}{Range(bounds?.Fall)}",
                $"{Short(s.Gold.DeepestFall.From.Gold.Value - s.Gold.DeepestFall.To.Gold.Value)}{Range(bounds?.DeepestFall)}", WithError(s.Last.Proxy)]);
        }
        return table;
    }

    /// <summary>The laws.</summary>
    public static ReportTable Fits(StudyResult result)
    {
        bool seeds = result.Proxies.Any(p => p.Seed > 0);
        string formulas = string.Join("; ", result.Curves.Select(c => $"{CurveGroups.Name(c.Curve.Method)}: {c.Law.Formula}").Distinct());
        var table = new ReportTable($"Laws fitted to gold by least squares. {formulas}, with d = √KL. Where the lack of fit is below 1 % the law does not describe the points, and its errors and peak are of a law that does not hold.",
            [new("Method", false), new("Parameters"), new("Comparisons"), .. Seed(seeds, new ReportColumn("Seed")), new("α"), new("β"), new("Lack of fit (p)"), new("Law's peak (nats)"), new("Law's peak gold"),
                new("Highest measured (nats)"), new("Remark", false)]);
        foreach (StudyCurve curve in result.Curves)
        {
            (string kl, string gold, string remark) = curve.Peak switch
            {
                LawPeak.InsideData peak => (WithError(peak.Kl), WithError(peak.Reward), ""),
                LawPeak.OutsideData => (None, None, "none inside the data"),
                LawPeak.Undecided peak => (None, None, $"undecided: {peak.Reason}"),
                LawPeak.None peak => (None, None, $"none: {peak.Reason}"),
                var other => (None, None, other.ToString()),
            };
            (string alpha, string beta) = curve.HasFit ? (WithError(curve.Fit.Alpha), WithError(curve.Fit.Beta)) : (None, None);
            string[] measured = curve.HasFit ? [FitTable.LackOfFit(curve.Fit.LackOfFit), kl, gold,
                FitTable.MeasuredKl(curve.Fit.MeasuredPeak)] : [None, None, None, None];
            string[] remarks = curve.HasFit ? [remark, curve.Fit.PeakComparison.Words] : [remark];
            table.Add([.. Subject(curve, seeds), alpha, beta, .. measured,
                string.Join("; ", remarks.Where(static part => part.Length > 0))]);
        }
        return table;
    }

    /// <summary>How long each stage took.</summary>
    public static ReportTable Times(StudyResult result)
    {
        var table = new ReportTable("Time by stage. A stage taken up from an earlier run keeps the time it took then.", [new("Stage", false), new("Seconds")]);
        foreach (StageTiming timing in result.Timings) table.Add(timing.Stage, Fixed(timing.Seconds, 1));
        return table.Add("all", Fixed(result.Timings.Sum(t => t.Seconds), 1));
    }

    private static IEnumerable<string> Subject(StudyCurve curve, bool seeds) =>
        [CurveGroups.Name(curve.Curve.Method), Count(curve.Proxy.Parameters), Count(curve.Proxy.Comparisons),
            .. Seed(seeds, Count(curve.Proxy.Seed))];

    private static string Range(ConfidenceInterval? interval) => interval is { } known
        ? $" [{Short(known.Low)}, {(double.IsFinite(known.High) ? Short(known.High) : "∞")}]" : "";

    private static T[] Seed<T>(bool seeds, T value) => seeds ? [value] : [];

    private static Estimate Percent(Estimate share) =>
        share.HasStandardError ? new(100 * share.Value, 100 * share.StandardError) : Estimate.WithoutError(100 * share.Value);
}
