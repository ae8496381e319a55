using RewardScaling.BestOfN;
using RewardScaling.Curves;
using RewardScaling.Laws;
using RewardScaling.Numerics;

namespace RewardScaling.Benchmarks;

/// <summary>Curves and pools whose truth is known.</summary>
internal static class SimulatedCurves
{
    /// <summary>The n of a curve with so many points, up to 64 samples.</summary>
    public static int[] Ns(int points) => points switch
    {
        8 => [1, 2, 4, 8, 16, 32, 48, 64],
        15 => [1, 2, 3, 4, 6, 8, 10, 12, 16, 20, 26, 32, 40, 52, 64],
        30 => [1, .. Enumerable.Range(1, 29).Select(static k => 1 + (int)Math.Round(63 * Math.Pow(k / 29.0, 1.6)))],
        _ => throw new ArgumentOutOfRangeException(nameof(points), points, "8, 15 or 30."),
    };

    /// <summary>Points at evenly spaced distances with independent errors.</summary>
    /// <param name="points">How many.</param>
    /// <param name="farthest">The largest d.</param>
    /// <param name="gold">Expected gold by d.</param>
    /// <param name="errors">The error of each point.</param>
    /// <param name="withErrors">Whether the points know their errors.</param>
    /// <param name="stream">Where the noise comes from.</param>
    public static RewardCurve Independent(int points, double farthest, Func<double, double> gold, Func<int, double> errors,
        bool withErrors, RandomStream stream) => new(OptimizationMethod.ReinforcementLearning, "simulated",
            [.. Enumerable.Range(1, points).Select(i =>
            {
                double d = farthest * i / points, error = errors(i), value = gold(d) + error * stream.Normal((ulong)i);
                return new RewardPoint
                {
                    Kl = Estimate.Exact(d * d),
                    Gold = withErrors ? new(value, error) : Estimate.WithoutError(value),
                    Proxy = Estimate.WithoutError(0),
                    Effort = i,
                };
            })]);

    /// <summary>A best-of-n curve of one pool whose expectation is given and whose noise is that of real pools: every prompt adds a
    /// multiple of the curve, and best-of-n of samples whose gold has nothing to do with the proxy.</summary>
    /// <param name="n">The n of the points.</param>
    /// <param name="prompts">How many prompts.</param>
    /// <param name="gold">Expected gold by d.</param>
    /// <param name="noise">"normal", "binary" or "skewed" gold of one sample.</param>
    /// <param name="scale">The deviation of one sample's gold.</param>
    /// <param name="stream">Where the noise comes from.</param>
    public static RewardCurve Pool(int[] n, int prompts, Func<double, double> gold, string noise, double scale, RandomStream stream)
    {
        const int Samples = 64;
        double[] truth = Array.ConvertAll(n, k => gold(BestOfNTheory.Kl(k).Sqrt().Value));
        double[][] values = [.. n.Select(_ => new double[prompts])];
        double[] proxy = new double[Samples], own = new double[Samples];
        for (int p = 0; p < prompts; p++)
        {
            var draws = stream.Fork(p);
            double slope = 1 + 0.5 * draws.Normal(1_000_000);
            for (int s = 0; s < Samples; s++)
            {
                proxy[s] = s;
                double u = draws.Uniform((ulong)s), z = draws.Normal((ulong)s);
                own[s] = scale * (noise switch
                {
                    "binary" => u < 0.2 ? 2 : -0.5,
                    "skewed" => -1 - Math.Log(1 - u),
                    _ => z,
                });
            }
            var estimator = new BestOfNEstimator(proxy, own);
            for (int k = 0; k < n.Length; k++) values[k][p] = slope * truth[k] + estimator.Gold(n[k]);
        }
        return new RewardCurve(OptimizationMethod.BestOfN, "simulated", [.. n.Select((k, i) => new RewardPoint
        {
            Kl = Estimate.Exact(BestOfNTheory.Kl(k).Value),
            Gold = Estimate.Mean(values[i]),
            Proxy = Estimate.WithoutError(0),
            Effort = k,
        })]) with
        { GoldCovariance = PointCovariance.OfMeans(values) };
    }

    /// <summary>Scored samples whose gold is a sum of powers of the proxy's quantile u, plus noise; the expected gold of best-of-n
    /// is then the sum of c n / (n + k).</summary>
    public static ScoredPrompt[] Scored(int prompts, int samples, (double Factor, double Power)[] terms, double noise, bool binary,
        RandomStream stream)
    {
        var pool = new ScoredPrompt[prompts];
        for (int p = 0; p < prompts; p++)
        {
            var draws = stream.Fork(p);
            double shift = 0.1 * draws.Normal(1_000_000);
            double[] proxy = new double[samples], gold = new double[samples];
            for (int s = 0; s < samples; s++)
            {
                double u = draws.Uniform((ulong)(3 * s)), expected = terms.Sum(term => term.Factor * Math.Pow(u, term.Power));
                proxy[s] = u;
                gold[s] = binary ? draws.Uniform((ulong)(3 * s + 1)) < expected ? 1 : 0
                    : shift + expected + noise * draws.Normal((ulong)(3 * s + 1));
            }
            pool[p] = new($"{p}", proxy, gold);
        }
        return pool;
    }

    public static double Expected((double Factor, double Power)[] terms, int n) => terms.Sum(term => term.Factor * n / (n + term.Power));

    public static OveroptimizationLaw Law(string name) => name == "rl" ? OveroptimizationLaw.ReinforcementLearning
        : OveroptimizationLaw.BestOfN;
}
