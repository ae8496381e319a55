using RewardScaling.Curves;
using RewardScaling.Divergence;
using RewardScaling.Reports;

namespace RewardScaling.Tests.Reports;

/// <summary>
/// Made-up curves with the shapes of the laws and the sizes a quick study has, with noise from a fixed sine so that
/// they are the same everywhere.
/// </summary>
internal static class SampleStudy
{
    private static readonly int[] s_n = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024];

    public static IReadOnlyList<ReportCurve> Curves(int sizes = 2, int counts = 3, double proxyScale = 1)
    {
        List<ReportCurve> curves = [];
        for (int s = 0; s < sizes; s++)
            for (int c = 0; c < counts; c++)
            {
                curves.Add(BestOfN(1217L << (2 * s), 500L << (2 * c), 0.95 + 0.1 * s + 0.12 * c, 0.36 - 0.09 * c - 0.02 * s,
                    proxyScale * (1.25 - 0.03 * c)));
                curves.Add(Ppo(1217L << (2 * s), 500L << (2 * c), 0.62 + 0.06 * s + 0.1 * c, 0.40 - 0.1 * c - 0.03 * s,
                    proxyScale * (1.1 - 0.1 * c)));
            }
        return curves;
    }

    private static ReportCurve BestOfN(long size, long count, double alpha, double beta, double slope) =>
        Make(OptimizationMethod.BestOfN, size, count,
        [.. s_n.Select(n => (Kl: Math.Log(n) - (n - 1.0) / n, Effort: (double)n))], d => d * (alpha - beta * d), slope, 0);

    private static ReportCurve Ppo(long size, long count, double alpha, double beta, double slope) =>
        Make(OptimizationMethod.ReinforcementLearning, size, count,
        [.. Enumerable.Range(0, 17).Select(i => (Kl: 0.155 * i * i + 0.01 * i, Effort: 10.0 * i))], d =>
            d == 0 ? 0 : d * (alpha - beta * Math.Log(d)), slope, 0.02);

    private static ReportCurve Make(OptimizationMethod method, long size, long count, (double Kl, double Effort)[] at,
        Func<double, double> gold, double slope, double klError)
    {
        double top = at[^1].Kl;
        return new()
        {
            Curve = new(method, $"{size} parameters, {count} comparisons", [.. at.Select((a, i) => new RewardPoint
            {
                Kl = new(a.Kl, klError * a.Kl),
                Proxy = new(slope * Math.Sqrt(a.Kl) * (1.2 - 0.06 * Math.Sqrt(a.Kl)) + 0.02 * Math.Sin(7 * i), 0.02 + 0.004 * i),
                Gold = new(gold(Math.Sqrt(a.Kl)) + (i == 0 ? 0 : 0.03 * Math.Sin(5 * i + size + count)), 0.03),
                Effort = a.Effort,
            })]),
            ProxyParameters = size,
            ProxyComparisons = count,
            ProxySeed = 0,
            Fit = [.. Enumerable.Range(0, 61).Select(i =>
                new FitPoint(new KlNats(top * i * i / 3600), new(gold(Math.Sqrt(top) * i / 60), 0.008 + 0.0006 * i)))],
        };
    }
}
