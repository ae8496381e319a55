using RewardScaling.Laws;
using RewardScaling.Numerics;
using RewardScaling.Studies;
using static RewardScaling.Reports.Drawing.NumberText;

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
    public static ReportTable Measured(StudyResult result)
    {
        bool seeds = result.Proxies.Any(p => p.Seed > 0);
        var table = new ReportTable("Measured: the highest gold of each curve, and gold and proxy at its largest KL. The fall is in combined standard errors.",
            [new("Method", false), new("Parameters"), new("Comparisons"), .. Seed(seeds, new ReportColumn("Seed")), new("Highest gold"), new("at KL (nats)"), new("Gold at the end"),
                new("at KL (nats)"), new("Fall (SE)"), new("Proxy at the end")]);
        foreach (StudyCurve curve in result.Curves)
        {
            var s = new CurveSummary(curve.Curve);
            table.Add([.. Subject(curve, seeds), WithError(s.Peak.Gold), Short(s.Peak.Kl.Value), WithError(s.Last.Gold),
                Short(s.Last.Kl.Value), Fixed(s.Fall, 1), WithError(s.Last.Proxy)]);
        }
        return table;
    }

    /// <summary>The laws.</summary>
    public static ReportTable Fits(StudyResult result)
    {
        bool seeds = result.Proxies.Any(p => p.Seed > 0);
        string formulas = string.Join("; ", result.Curves.Select(c => $"{CurveGroups.Name(c.Curve.Method)}: {c.Law.Formula}").Distinct());
        var table = new ReportTable($"Laws fitted to gold by least squares. {formulas}, with d = √KL.",
            [new("Method", false), new("Parameters"), new("Comparisons"), .. Seed(seeds, new ReportColumn("Seed")), new("α"), new("β"), new("Peak KL (nats)"), new("Peak gold"),
                new("Remark", false)]);
        foreach (StudyCurve curve in result.Curves)
        {
            (string kl, string gold, string remark) = curve.Peak switch
            {
                LawPeak.InsideData peak => (WithError(peak.Kl), WithError(peak.Reward), ""),
                LawPeak.OutsideData peak => (None, None, $"none inside the data; formula: {Short(peak.Kl.Value)} nats"),
                LawPeak.Undecided peak => (None, None, $"undecided: {peak.Reason}"),
                LawPeak.None peak => (None, None, $"none: {peak.Reason}"),
                var other => (None, None, other.ToString()),
            };
            (string alpha, string beta) = curve.HasFit ? (WithError(curve.Fit.Alpha), WithError(curve.Fit.Beta)) : (None, None);
            table.Add([.. Subject(curve, seeds), alpha, beta, kl, gold, remark]);
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

    private static T[] Seed<T>(bool seeds, T value) => seeds ? [value] : [];

    private static Estimate Percent(Estimate share) =>
        share.HasStandardError ? new(100 * share.Value, 100 * share.StandardError) : Estimate.WithoutError(100 * share.Value);
}
