using RewardScaling.Laws;
using RewardScaling.Numerics;

namespace RewardScaling.Benchmarks;

/// <summary>How often the test of a law rejects it: where it holds, and where it does not.</summary>
internal static class LackOfFitSimulation
{
    private static readonly double[] BestOfN = [0.5, 0.12], ReinforcementLearning = [0.6, 0.4];

    /// <summary>One row of the table.</summary>
    /// <param name="What">The case in words.</param>
    /// <param name="At5">The share of p below 5 percent.</param>
    /// <param name="At1">The share of p below 1 percent, where fits warn.</param>
    public sealed record Row(string What, double At5, double At1);

    public static IEnumerable<(string Law, string Errors, int Points, int Prompts)> Cases()
    {
        foreach (string law in new[] { "best-of-n", "rl" })
            foreach (int points in new[] { 8, 15, 30 })
            {
                foreach (string errors in new[] { "none", "equal", "relative", "known" }) yield return (law, errors, points, 0);
                foreach (string errors in new[] { "normal", "binary", "skewed" })
                    foreach (int prompts in new[] { 20, 40, 320 }) yield return (law, errors, points, prompts);
            }
    }

    /// <summary>The share of rejections over simulated sets.</summary>
    /// <param name="name">The law that is fitted: "best-of-n" or "rl".</param>
    /// <param name="errors">What the points know of their errors: "none", "equal" (equal weights, errors known), "relative", "known";
    /// or the noise of a pool: "normal", "binary" or "skewed".</param>
    /// <param name="points">8, 15 or 30.</param>
    /// <param name="prompts">Of a pool.</param>
    /// <param name="truth">"law", or what holds instead.</param>
    /// <param name="sets">How many sets.</param>
    /// <param name="noise">The error of a point in units of the peak.</param>
    /// <param name="threads">How many threads.</param>
    public static Row Of(string name, string errors, int points, int prompts, string truth, int sets, double noise, int threads = 1)
    {
        var law = SimulatedCurves.Law(name);
        double[] coefficients = name == "rl" ? ReinforcementLearning : BestOfN;
        law.TryPeak(coefficients, out var peak);
        double top = law.Evaluate(peak, coefficients), farthest = 1.5 * peak.Value;
        bool isPool = errors is "normal" or "binary" or "skewed";
        // A pool of 64 samples reaches KL 3.2 nats; its curve peaks inside as well.
        if (isPool && name == "best-of-n") coefficients = [0.8, 0.35];
        if (isPool && name == "rl") coefficients = [0.5, 0.8];
        if (isPool)
        {
            law.TryPeak(coefficients, out peak);
            top = law.Evaluate(peak, coefficients);
        }
        double Gold(double d) => Truth(truth, law, coefficients, top, peak.Value, d);
        int at5 = 0, at1 = 0;
        var root = RandomStream.FromSeed(2210_10760).Fork("lack of fit").Fork($"{name} {errors} {truth}").Fork(points * 1000 + prompts);
        Parallel.For(0, sets, new ParallelOptions { MaxDegreeOfParallelism = threads }, i =>
        {
            var stream = root.Fork(i);
            var curve = isPool ? SimulatedCurves.Pool(SimulatedCurves.Ns(points), prompts, Gold, errors, 10 * noise * top, stream)
                : SimulatedCurves.Independent(points, farthest, Gold,
                    k => noise * top * (errors is "none" or "equal" ? 1 : 0.4 + 1.6 * k / points), errors != "none", stream);
            var fit = law.Fit(curve, new()
            {
                OffsetRule = OffsetRule.Zero,
                Weighting = isPool ? LawWeighting.SharedSamples : errors switch
                {
                    "relative" => LawWeighting.RelativeErrors,
                    "known" => LawWeighting.KnownErrors,
                    _ => LawWeighting.Equal,
                },
            });
            if (fit.LackOfFit is not LackOfFit.Tested test) throw new InvalidOperationException(fit.LackOfFit.ToString());
            if (test.PValue < 0.05) Interlocked.Increment(ref at5);
            if (test.PValue < 0.01) Interlocked.Increment(ref at1);
        });
        string what = isPool ? FormattableString.Invariant($"{name}, {points} points of a pool of {prompts} prompts, {errors} gold")
            : $"{name}, {points} points, {errors switch { "none" => "no errors", "equal" => "equal weights, errors given", _ => $"{errors} errors" }}";
        return new(what, (double)at5 / sets, (double)at1 / sets);
    }

    /// <summary>What gold does instead of following the law: as high and about as far, of another shape.</summary>
    private static double Truth(string truth, OveroptimizationLaw law, double[] coefficients, double top, double peak, double d) => truth switch
    {
        "law" => law.Evaluate(new(d), coefficients),
        // Straight up to the peak, straight down at the same slope.
        "tent" => top * (1 - Math.Abs(d - peak) / peak),
        // Up and then level.
        "plateau" => top * (1 - Math.Exp(-3 * d / peak)),
        // The law, and a bump of a tenth of the peak half way.
        "bump" => law.Evaluate(new(d), coefficients) + 0.1 * top * Math.Exp(-Math.Pow((d - 0.5 * peak) / (0.15 * peak), 2)),
        // A start that is not 0.
        "start" => law.Evaluate(new(d), coefficients) + 0.2 * top,
        _ => throw new ArgumentOutOfRangeException(nameof(truth), truth, "law, tent, plateau, bump or start."),
    };

    public static void Run(SimulateArguments arguments)
    {
        Console.WriteLine($"| case, the law holds ({arguments.Sets} sets) | p < 5 % | p < 1 % |\n| --- | --- | --- |");
        foreach (var (law, errors, points, prompts) in Cases()) Print(Of(law, errors, points, prompts, "law", arguments.Sets, 0.05, arguments.Threads));
        Console.WriteLine($"\n| case, the law does not hold ({arguments.Sets} sets) | p < 5 % | p < 1 % |\n| --- | --- | --- |");
        foreach (string truth in new[] { "tent", "plateau", "bump", "start" })
            foreach (var (law, errors, points, prompts) in Cases().Where(static one => one.Points != 30 && one.Errors is not "equal" and not "binary" and not "skewed"))
            {
                var row = Of(law, errors, points, prompts, truth, arguments.Sets, 0.05, arguments.Threads);
                Print(row with { What = $"{truth}: {row.What}" });
            }
    }

    private static void Print(Row row) =>
        Console.WriteLine(FormattableString.Invariant($"| {row.What} | {100 * row.At5:F1} | {100 * row.At1:F1} |"));
}
