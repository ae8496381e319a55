using RewardScaling.BestOfN;
using RewardScaling.Curves;
using RewardScaling.Numerics;

namespace RewardScaling.Benchmarks;

/// <summary>How often the measured peak's statements hold, on pools and runs that follow the laws or do not.</summary>
internal static class PeakSimulation
{
    /// <summary>One row of the table, shares of sets.</summary>
    public sealed record Row(string What, double Place, double Height, double Fall, double DeepestFall, double Naive, double Inside,
        double MeanPlausible);

    /// <summary>Pools by what their gold is of the proxy's quantile.</summary>
    public static IReadOnlyDictionary<string, (double Factor, double Power)[]> Pools { get; } =
        new Dictionary<string, (double, double)[]>
        {
            ["peak at n = 10"] = [(1.2, 1), (-0.6, 20)],
            ["sharp peak"] = [(4, 1), (-4, 6)],
            ["flat"] = [(0.5, 0)],
            ["rises to the end"] = [(1, 1)],
            ["falls from the start"] = [(-1, 1)],
            ["nearly flat"] = [(0.06, 1), (-0.03, 20)],
            ["falls and recovers"] = [(-2, 2), (3, 12)],
        };

    /// <summary>Runs by what their gold is by d, up to d = 6.</summary>
    public static IReadOnlyDictionary<string, Func<double, double>> Runs { get; } = new Dictionary<string, Func<double, double>>
    {
        ["rl law"] = static d => d * (0.6 - 0.5 * Math.Log(d)),
        ["tent"] = static d => 1 - Math.Abs(d - 2) / 2,
        ["flat"] = static _ => 0.3,
        ["rises to the end"] = static d => 1 - Math.Exp(-d / 3),
        ["falls and recovers"] = static d => 0.5 * Math.Sin(1.6 * d) + 0.08 * d,
    };

    public static Row Pool(string name, int prompts, int samples, bool binary, int sets, int threads = 1, int draws = 1000)
    {
        var terms = Pools[name];
        if (binary) terms = [(0.3, 0), .. terms.Select(static term => (0.15 * term.Factor, term.Power))];
        int[] n = AllN.UpTo(samples);
        double[] truth = Array.ConvertAll(n, k => SimulatedCurves.Expected(terms, k));
        return Count($"pool of {prompts} x {samples}{(binary ? ", gold 0 or 1" : "")}: {name}", truth, sets, threads, draws, stream => BestOfNCurve.From(
            SimulatedCurves.Scored(prompts, samples, terms, 0.5, binary, stream), [1, samples]));
    }

    public static Row Run(string name, int points, double noise, int sets, int threads = 1, int draws = 1000)
    {
        double[] truth = [.. Enumerable.Range(1, points).Select(i => Runs[name](6.0 * i / points))];
        return Count(FormattableString.Invariant($"run of {points} points, error {noise}: {name}"), truth, sets, threads, draws, stream =>
            SimulatedCurves.Independent(points, 6, Runs[name], _ => noise, true, stream));
    }

    public static Row Seeds(string name, int points, int seeds, int sets, int threads = 1, int draws = 1000)
    {
        double[] truth = [.. Enumerable.Range(1, points).Select(i => Runs[name](6.0 * i / points))];
        return Count($"mean of {seeds} seeds, {points} points: {name}", truth, sets, threads, draws, stream =>
            RewardCurve.MeanOf([.. Enumerable.Range(0, seeds).Select(r =>
            {
                // Seeds differ by their height, and from point to point.
                double factor = 1 + 0.3 * stream.Fork(r).Normal(0);
                return SimulatedCurves.Independent(points, 6, d => factor * Runs[name](d), _ => 0.15, true, stream.Fork(r).Fork("points"));
            })]));
    }

    private static Row Count(string what, double[] truth, int sets, int threads, int draws, Func<RandomStream, RewardCurve> draw)
    {
        double top = truth.Max(), fall = top - truth[^1], deepest = 0, highest = double.NegativeInfinity;
        int best = Array.IndexOf(truth, top);
        // Where all are the same the middle one stands for them.
        if (truth.Max() - truth.Min() < 1e-12) best = truth.Length / 2;
        foreach (double value in truth)
        {
            highest = Math.Max(highest, value);
            deepest = Math.Max(deepest, highest - value);
        }
        int place = 0, height = 0, falls = 0, deep = 0, naive = 0, inside = 0;
        long plausible = 0;
        var root = RandomStream.FromSeed(2210_10760).Fork("measured peak").Fork(what);
        Parallel.For(0, sets, new ParallelOptions { MaxDegreeOfParallelism = threads }, i =>
        {
            var peak = (MeasuredPeak.Known)MeasuredPeak.Of(draw(root.Fork(i)), new() { Draws = draws });
            var bounds = peak.Bounds;
            var gold = peak.Highest.Gold;
            double effort = peak.Points[best].Effort;
            if (bounds.Plausible.Any(point => point.Effort == effort)) Interlocked.Increment(ref place);
            if (bounds.Gold.Contains(top)) Interlocked.Increment(ref height);
            if (bounds.Fall.Contains(fall < 1e-12 ? 0 : fall)) Interlocked.Increment(ref falls);
            if (bounds.DeepestFall.Contains(deepest < 1e-12 ? 0 : deepest)) Interlocked.Increment(ref deep);
            if (Math.Abs(gold.Value - top) <= 1.96 * gold.StandardError) Interlocked.Increment(ref naive);
            if (peak is MeasuredPeak.Inside) Interlocked.Increment(ref inside);
            Interlocked.Add(ref plausible, bounds.Plausible.Count);
        });
        return new(what, (double)place / sets, (double)height / sets, (double)falls / sets, (double)deep / sets, (double)naive / sets,
            (double)inside / sets, (double)plausible / sets);
    }

    public static void Run(SimulateArguments arguments)
    {
        Console.WriteLine($"| case ({arguments.Sets} sets) | place | height | fall | deepest fall | height ± 1.96 errors | called inside | points that may be highest |\n| --- | --- | --- | --- | --- | --- | --- | --- |");
        foreach (string name in Pools.Keys)
            foreach (int prompts in new[] { 20, 320 })
                foreach (bool binary in new[] { false, true })
                    // Over few prompts every draw has errors of its own, whose time grows by the square of n.
                    if (!binary || name is "peak at n = 10" or "flat")
                        Print(Pool(name, prompts, prompts == 20 ? 16 : 64, binary, arguments.Sets, arguments.Threads));
        foreach (string name in Runs.Keys)
            foreach (int points in new[] { 10, 40 })
                foreach (double noise in new[] { 0.03, 0.2 }) Print(Run(name, points, noise, arguments.Sets, arguments.Threads));
        foreach (string name in Runs.Keys)
            foreach (int seeds in new[] { 5, 20 }) Print(Seeds(name, 15, seeds, arguments.Sets, arguments.Threads));
    }

    private static void Print(Row row) => Console.WriteLine(FormattableString.Invariant(
        $"| {row.What} | {100 * row.Place:F1} | {100 * row.Height:F1} | {100 * row.Fall:F1} | {100 * row.DeepestFall:F1} | {100 * row.Naive:F1} | {100 * row.Inside:F1} | {row.MeanPlausible:F1} |"));
}
