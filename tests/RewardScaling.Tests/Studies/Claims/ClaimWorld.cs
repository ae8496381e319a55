using RewardScaling.Curves;
using RewardScaling.Numerics;
using RewardScaling.Studies;

namespace RewardScaling.Tests.Studies.Claims;

/// <summary>Curves of a study that never ran, from laws whose coefficients are known, with noise of seeds and of points.</summary>
internal sealed record ClaimWorld
{
    private static readonly int[] s_n = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512];

    /// <summary>How many seeds.</summary>
    public int Seeds { get; init; } = 4;

    /// <summary>Whether a seed is one of a whole study; else of a proxy of one study.</summary>
    public bool StudySeeds { get; init; } = true;

    /// <summary>Sizes of reward models, in parameters.</summary>
    public IReadOnlyList<long> Sizes { get; init; } = [1000, 4000, 16000, 64000];

    /// <summary>Numbers of comparisons.</summary>
    public IReadOnlyList<int> Counts { get; init; } = [300];

    /// <summary>α of best-of-n by log10 of the size over 1,000.</summary>
    public Func<double, double> AlphaBestOfN { get; init; } = static size => 1 + 0.1 * size;

    /// <summary>β of best-of-n.</summary>
    public Func<double, double> BetaBestOfN { get; init; } = static size => 0.4 - 0.1 * size;

    /// <summary>α of PPO.</summary>
    public Func<double, double> AlphaPpo { get; init; } = static _ => 0.8;

    /// <summary>β of PPO.</summary>
    public Func<double, double> BetaPpo { get; init; } = static size => 0.6 - 0.1 * size;

    /// <summary>How far β differs from seed to seed.</summary>
    public double Scatter { get; init; } = 0.01;

    /// <summary>The error of a point of gold.</summary>
    public double Noise { get; init; } = 0.01;

    /// <summary>Gold of a unit of proxy at the start.</summary>
    public double Worth { get; init; } = 0.5;

    /// <summary>How far runs of PPO differ in their largest KL, as a share of it.</summary>
    public double EndScatter { get; init; } = 0.1;

    /// <summary>The seed of all noise.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Best-of-n and PPO against every reward model and seed.</summary>
    public IReadOnlyList<StudyCurve> Curves() => [.. BestOfN(), .. Ppo()];

    public IEnumerable<StudyCurve> BestOfN() => All((at, stream) =>
    {
        double size = Log(at), alpha = AlphaBestOfN(size), beta = BetaBestOfN(size) + Scatter * stream.Normal(0);
        return Curve(at with { Method = OptimizationMethod.BestOfN }, [.. s_n.Select(static n => (Math.Log(n) - (n - 1.0) / n, (double)n))],
            d => d * (alpha - beta * d), alpha / Worth, stream);
    });

    /// <summary>PPO, optionally moved: at another place with gold and farthest KL changed.</summary>
    public IEnumerable<StudyCurve> Ppo(Func<StudyCoordinates, StudyCoordinates>? place = null, Func<double, double, double>? gold = null, double farthest = 40,
        Func<double, double>? proxy = null) => All((at, stream) =>
    {
        double size = Log(at), alpha = AlphaPpo(size), beta = BetaPpo(size) + Scatter * stream.Normal(0), end = farthest * (1 + EndScatter * stream.Normal(1)), pace = 1 + 0.01 * stream.Normal(2);
        at = (place?.Invoke(at) ?? at) with { Method = OptimizationMethod.ReinforcementLearning };
        return Curve(at, [.. Enumerable.Range(0, 15).Select(i => (end * i * i / 196.0, 10 * Math.Pow(i, pace)))],
            d => gold?.Invoke(d, Law(d)) ?? Law(d), alpha / Worth, stream, proxy);

        double Law(double d) => d == 0 ? 0 : d * (alpha - beta * Math.Log(d));
    });

    /// <summary>A curve with its noise.</summary>
    public StudyCurve Curve(StudyCoordinates at, (double Kl, double Effort)[] points, Func<double, double> gold, double slope, RandomStream stream, Func<double, double>? proxy = null)
    {
        RewardPoint[] all = [.. points.Select((point, i) => new RewardPoint
        {
            Kl = Estimate.Exact(point.Kl),
            Proxy = new((proxy?.Invoke(Math.Sqrt(point.Kl)) ?? 0) + slope * Math.Sqrt(point.Kl), 0.01),
            Gold = new(gold(Math.Sqrt(point.Kl)) + Noise * stream.Normal((ulong)i + 10), Math.Max(Noise, 1e-9)),
            Effort = point.Effort,
        })];
        return StudyCurve.Of(Proxy(at), new(at.Method, "made up", all), at);
    }

    private static ProxySummary Proxy(StudyCoordinates at) => new()
    {
        Size = new(8, 1, 2),
        Parameters = at.ProxyParameters,
        Comparisons = at.Comparisons,
        Seed = at.ProxySeed,
        HeldOut = new(new(Math.Log(2) - (0.03 + 1e-5 * at.StudySeed) * Math.Max(0, Math.Log(at.Comparisons / 1000.0)), 0.004), new(0.6, 0.01), 800),
        Mean = 0,
    };

    private static double Log(StudyCoordinates at) => Math.Log10(at.ProxyParameters / 1000.0);

    private IEnumerable<StudyCurve> All(Func<StudyCoordinates, RandomStream, StudyCurve> make) =>
        from size in Sizes
        from count in Counts
        from seed in Enumerable.Range(0, Seeds)
        select make(new()
        {
            StudySeed = StudySeeds ? (ulong)seed : 0,
            ProxySeed = StudySeeds ? 0 : seed,
            PolicySize = new(8, 1, 2),
            PolicyParameters = 100,
            ProxySize = new(8, 1, 2),
            ProxyParameters = size,
            Comparisons = count,
            Method = OptimizationMethod.BestOfN,
        }, RandomStream.FromSeed(Seed).Fork("claims").Fork(seed).Fork((int)size).Fork(count));
}
