using RewardScaling.Divergence;
using RewardScaling.Laws;
using RewardScaling.Numerics;

namespace RewardScaling.Benchmarks;

/// <summary>How often 95 percent intervals of few points, and of reward models not yet trained, hold the truth.</summary>
internal static class IntervalSimulation
{
    private static readonly double[] D = [0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4];

    /// <summary>Shares of sets for KL* and R*: by theory, by residuals drawn again, and by twice the error to first order.</summary>
    public sealed record PeakRow(string What, double TheoryKl, double TheoryReward, double DrawnKl, double DrawnReward, double BcaKl,
        double ErrorKl, double ErrorReward);

    /// <summary>Shares of sets for a reward model not yet trained: its coefficients and its gold at 6 nats.</summary>
    public sealed record ScalingRow(string What, double Alpha, double Beta, double Gold);

    /// <summary>Peaks of curves that follow the law.</summary>
    /// <param name="name">"best-of-n" or "rl".</param>
    /// <param name="points">How many points, to one and a half times the distance of the peak.</param>
    /// <param name="sets">How many sets.</param>
    /// <param name="draws">How many refits of each.</param>
    /// <param name="threads">How many threads.</param>
    public static PeakRow Peaks(string name, int points, int sets, int draws = 1000, int threads = 1)
    {
        var law = SimulatedCurves.Law(name);
        double[] truth = name == "rl" ? [0.6, 0.4] : [0.5, 0.12];
        law.TryPeak(truth, out var peak);
        double top = law.Evaluate(peak, truth), kl = peak.Squared().Value;
        var hits = new int[7];
        var root = RandomStream.FromSeed(2210_10760).Fork("few points").Fork($"{name} {points}");
        Parallel.For(0, sets, new ParallelOptions { MaxDegreeOfParallelism = threads }, i =>
        {
            var stream = root.Fork(i);
            var fit = law.Fit(SimulatedCurves.Independent(points, 1.5 * peak.Value, d => law.Evaluate(new(d), truth), _ => 0.05 * top, false, stream));
            var intervals = fit.Intervals();
            var drawn = LawBootstrap.Run(law, new ResidualResampler(fit), draws, stream.Fork("refits"), threads: 1);
            Count(0, intervals.PeakKl.Contains(kl));
            Count(1, intervals.PeakReward.Contains(top));
            Count(2, drawn.Percentile(LawQuantity.PeakKl).Contains(kl));
            Count(3, drawn.Percentile(LawQuantity.PeakReward).Contains(top));
            Count(4, drawn.Bca(LawQuantity.PeakKl).Contains(kl));
            Estimate place = default, height = default;
            if (fit.Peak is LawPeak.InsideData inside) (place, height) = (inside.Kl, inside.Reward);
            if (fit.Peak is LawPeak.OutsideData outside) (place, height) = (outside.Kl, outside.Reward);
            Count(5, place.HasStandardError && Math.Abs(place.Value - kl) <= 1.96 * place.StandardError);
            Count(6, height.HasStandardError && Math.Abs(height.Value - top) <= 1.96 * height.StandardError);
        });
        double[] shares = Array.ConvertAll(hits, hit => (double)hit / sets);
        return new($"{name}, {points} points", shares[0], shares[1], shares[2], shares[3], shares[4], shares[5], shares[6]);

        void Count(int which, bool held)
        {
            if (held) Interlocked.Increment(ref hits[which]);
        }
    }

    /// <summary>A reward model ten times larger than the largest, predicted in two stages.</summary>
    /// <param name="models">How many reward models there are.</param>
    /// <param name="noise">The error of a point.</param>
    /// <param name="scatter">How far α lies from its line; β 0.3 times as far.</param>
    /// <param name="sets">How many sets.</param>
    /// <param name="threads">How many threads.</param>
    /// <param name="curves">Of how many sets the gold is predicted; it takes 20,000 draws a set.</param>
    public static ScalingRow Scaling(int models, double noise, double scatter, int sets, int threads = 1, int curves = int.MaxValue)
    {
        int alpha = 0, beta = 0, gold = 0;
        var root = RandomStream.FromSeed(2210_10760).Fork("two stages").Fork(FormattableString.Invariant($"{models} {noise} {scatter}"));
        Parallel.For(0, sets, new ParallelOptions { MaxDegreeOfParallelism = threads }, set =>
        {
            var points = Enumerable.Range(0, models).Select(m =>
            {
                double size = Math.Pow(10, 6 + 3.5 * m / (models - 1.0));
                var random = root.Fork(set).Fork(m);
                double[] own = Scattered(size, random);
                return ScalingPoint.From(size, OveroptimizationLaw.BestOfN.Fit(SimulatedCurves.Independent(8, 4,
                    d => d * (own[0] - own[1] * d), _ => noise, true, random)));
            });
            const double NewSize = 3e10;
            var scaling = CoefficientScaling.Of(OveroptimizationLaw.BestOfN, [.. points]);
            double[] next = Scattered(NewSize, root.Fork(set).Fork("next"));
            if (scaling.Predict("alpha", NewSize).Contains(next[0])) Interlocked.Increment(ref alpha);
            if (scaling.Predict("beta", NewSize).Contains(next[1])) Interlocked.Increment(ref beta);
            if (set < curves && scaling.PredictCurve(NewSize, [new KlNats(6)], RandomStream.FromSeed(3))[0].Interval.Contains(Math.Sqrt(6) * (next[0] - next[1] * Math.Sqrt(6))))
                Interlocked.Increment(ref gold);
        });
        return new(FormattableString.Invariant($"{models} reward models, noise {noise}, scatter {scatter}"), (double)alpha / sets, (double)beta / sets, (double)gold / Math.Min(sets, curves));

        double[] Scattered(double size, RandomStream random)
        {
            double z = random.Normal(1000), w = random.Normal(1001), power = Math.Log10(size);
            return [0.1 + 0.06 * power + scatter * z, 0.19 - 0.01 * power + 0.3 * scatter * (0.8 * z + 0.6 * w)];
        }
    }

    public static void Run(SimulateArguments arguments)
    {
        Console.WriteLine($"| case ({arguments.Sets} sets) | KL*, theory | R*, theory | KL*, residuals | R*, residuals | KL*, BCa | KL* ± 1.96 errors | R* ± 1.96 errors |\n| --- | --- | --- | --- | --- | --- | --- | --- |");
        foreach (string law in new[] { "best-of-n", "rl" })
            foreach (int points in new[] { 6, 8, 12, 20, 40 })
            {
                var row = Peaks(law, points, arguments.Sets, threads: arguments.Threads);
                Console.WriteLine(FormattableString.Invariant($"| {row.What} | {100 * row.TheoryKl:F1} | {100 * row.TheoryReward:F1} | {100 * row.DrawnKl:F1} | {100 * row.DrawnReward:F1} | {100 * row.BcaKl:F1} | {100 * row.ErrorKl:F1} | {100 * row.ErrorReward:F1} |"));
            }
        Console.WriteLine($"\n| case ({arguments.Sets} sets) | alpha | beta | gold at 6 nats |\n| --- | --- | --- | --- |");
        foreach (int models in new[] { 6, 9, 12, 20, 40 })
            foreach (var (noise, scatter) in new[] { (0.02, 0.01), (0.02, 0.004), (0.02, 0.03), (0.02, 0) })
            {
                var row = Scaling(models, noise, scatter, arguments.Sets, arguments.Threads);
                Console.WriteLine(FormattableString.Invariant($"| {row.What} | {100 * row.Alpha:F1} | {100 * row.Beta:F1} | {100 * row.Gold:F1} |"));
            }
    }
}
