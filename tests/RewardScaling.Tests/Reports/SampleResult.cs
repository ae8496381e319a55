using RewardScaling.Curves;
using RewardScaling.Reports;
using RewardScaling.Studies;

namespace RewardScaling.Tests.Reports;

/// <summary>A made-up result of a study around the curves of <see cref="SampleStudy"/>.</summary>
internal static class SampleResult
{
    public static StudyResult Of(IReadOnlyList<ReportCurve>? curves = null)
    {
        curves ??= SampleStudy.Curves();
        ProxySummary[] proxies = [.. curves.Where(c => c.Curve.Method == OptimizationMethod.BestOfN).Select(Proxy)];
        return new()
        {
            Plan = StudyPlan.Quick,
            Corpus = "a synthetic language of 24 words",
            Engine = "a made-up engine <with> \"marks\" & signs",
            Version = "0.0.0-test",
            Policy = new()
            {
                Parameters = 104024,
                InitialHeldOutLoss = new(3.21, 0.01),
                HeldOutLoss = new(2.104, 0.006),
                Samples = [new("abac", "adabra</blockquote>"), new("the ", "cat sat\non the mat"), new("x", "\u0001y")],
            },
            Gold = new()
            {
                Description = "a teacher with random weights",
                Parameters = 152000,
                Mean = 0.3,
                StandardDeviation = 1.7,
            },
            Proxies = proxies,
            Curves = [.. curves.Select(c => StudyCurve.Of(Proxy(c), c.Curve))],
            Timings = [new("policy", 31.4), new("ppo", 61.25)],
        };
    }

    private static ProxySummary Proxy(ReportCurve curve) => new()
    {
        Size = new(8, 1, 2),
        Parameters = curve.ProxyParameters,
        Comparisons = (int)curve.ProxyComparisons,
        Seed = curve.ProxySeed,
        HeldOut = new(new(0.6, 0.01), new(0.69, 0.016), 800),
        Mean = 0.1,
    };
}
