using RewardScaling.BestOfN;
using RewardScaling.Curves;
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

    /// <summary>Shares of sets for a fit whose prompts or seeds are drawn again: percentile and BCa intervals of alpha, KL* and
    /// R*.</summary>
    public sealed record DrawnRow(string What, double Alpha, double Kl, double Reward, double BcaAlpha, double BcaKl, double BcaReward);

    /// <summary>Pools whose prompts are drawn again. What is to be held are the coefficients of a fit of the expected curve, whatever
    /// its shape.</summary>
    /// <param name="prompts">How many prompts, of 64 samples each.</param>
    /// <param name="binary">Whether gold is 0 or 1.</param>
    /// <param name="sets">How many sets.</param>
    /// <param name="draws">How many refits of each.</param>
    /// <param name="threads">How many threads.</param>
    public static DrawnRow Prompts(int prompts, bool binary, int sets, int draws = 1000, int threads = 1)
    {
        var terms = PeakSimulation.Pools["peak at n = 10"];
        if (binary) terms = [(0.3, 0), .. terms.Select(static term => (0.15 * term.Factor, term.Power))];
        int[] n = SimulatedCurves.Ns(8);
        var expected = new RewardCurve(OptimizationMethod.BestOfN, "expected", [.. n.Select(k => new RewardPoint
        {
            Kl = Estimate.Exact(BestOfNTheory.Kl(k).Value),
            Gold = Estimate.WithoutError(SimulatedCurves.Expected(terms, k)),
            Proxy = Estimate.WithoutError(0),
            Effort = k,
        })]);
        return Drawn($"{prompts} prompts{(binary ? ", gold 0 or 1" : "")}", OveroptimizationLaw.BestOfN, expected, sets, draws, threads,
            stream => new PromptResampler(SimulatedCurves.Scored(prompts, 64, terms, 0.5, binary, stream), n));
    }

    /// <summary>Runs of several seeds, which are drawn again; seeds differ by their height, and from point to point.</summary>
    /// <param name="seeds">How many seeds.</param>
    /// <param name="sets">How many sets.</param>
    /// <param name="draws">How many refits of each.</param>
    /// <param name="threads">How many threads.</param>
    public static DrawnRow Seeds(int seeds, int sets, int draws = 1000, int threads = 1)
    {
        var gold = PeakSimulation.Runs["rl law"];
        return Drawn($"{seeds} seeds", OveroptimizationLaw.ReinforcementLearning, SimulatedCurves.Independent(15, 6, gold, _ => 0, false, RandomStream.FromSeed(0)), sets,
            draws, threads, stream => new SeedResampler([.. Enumerable.Range(0, seeds).Select(r =>
            {
                double factor = 1 + 0.3 * stream.Fork(r).Normal(0);
                return SimulatedCurves.Independent(15, 6, d => factor * gold(d), _ => 0.15, true, stream.Fork(r).Fork("points"));
            })]));
    }

    private static DrawnRow Drawn(string what, OveroptimizationLaw law, RewardCurve expected, int sets, int draws, int threads,
        Func<RandomStream, CurveResampler> draw)
    {
        var options = new LawFitOptions().Free(LawFitOptions.Offset);
        var truth = law.Fit(expected, options);
        LawQuantity[] quantities = [LawQuantity.Parameter("alpha"), LawQuantity.PeakKl, LawQuantity.PeakReward];
        double[] right = Array.ConvertAll(quantities, quantity => quantity.Of(truth));
        var hits = new int[6];
        var root = RandomStream.FromSeed(2210_10760).Fork("drawn units").Fork(what);
        Parallel.For(0, sets, new ParallelOptions { MaxDegreeOfParallelism = threads }, i =>
        {
            var stream = root.Fork(i);
            var bootstrap = LawBootstrap.Run(law, draw(stream), draws, stream.Fork("refits"), options, threads: 1);
            for (int q = 0; q < quantities.Length; q++)
            {
                if (bootstrap.Percentile(quantities[q]).Contains(right[q])) Interlocked.Increment(ref hits[q]);
                if (bootstrap.Bca(quantities[q]).Contains(right[q])) Interlocked.Increment(ref hits[3 + q]);
            }
        });
        double[] shares = Array.ConvertAll(hits, hit => (double)hit / sets);
        return new(what, shares[0], shares[1], shares[2], shares[3], shares[4], shares[5]);
    }

    public static void Run(SimulateArguments arguments)
    {
        if (arguments.What == "bootstrap")
        {
            Console.WriteLine($"| drawn again ({arguments.Sets} sets) | alpha | KL* | R* | alpha, BCa | KL*, BCa | R*, BCa |\n| --- | --- | --- | --- | --- | --- | --- |");
            DrawnRow[] rows =
            [
                .. from prompts in new[] { 10, 20, 40, 100, 320 } from binary in new[] { false, true } select Prompts(prompts, binary, arguments.Sets, threads: arguments.Threads),
                .. from seeds in new[] { 3, 5, 10, 20 } select Seeds(seeds, arguments.Sets, threads: arguments.Threads),
            ];
            foreach (var row in rows)
                Console.WriteLine(FormattableString.Invariant($"| {row.What} | {100 * row.Alpha:F1} | {100 * row.Kl:F1} | {100 * row.Reward:F1} | {100 * row.BcaAlpha:F1} | {100 * row.BcaKl:F1} | {100 * row.BcaReward:F1} |"));
            return;
        }
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
