using RewardScaling.BestOfN;
using RewardScaling.Curves;
using RewardScaling.Divergence;
using RewardScaling.Laws;
using RewardScaling.Numerics;

namespace RewardScaling.Benchmarks;

/// <summary>How often advice says something the truth contradicts, and how much gold is lost by following it, on curves that follow
/// the laws and on curves that do not.</summary>
internal static class AdviceSimulation
{
    private const double Farthest = 6;

    /// <summary>What came of one shape.</summary>
    /// <param name="Shape">Its name.</param>
    /// <param name="Claims">Sentences that say something of the truth.</param>
    /// <param name="Sentences">All sentences.</param>
    /// <param name="False">Those that the truth contradicts.</param>
    /// <param name="FalseWithoutIf">Those that the truth would contradict if what is said "if the law holds" were said without the if.</param>
    /// <param name="Lost">Mean of the gold lost: that of the best point less that of the advised one, as a share of the range of gold over
    /// the points; 0 for a curve without a range.</param>
    /// <param name="Worst">Its largest value.</param>
    /// <param name="Examples">What was said and was not so.</param>
    public sealed record Row(string Shape, int Sentences, int Claims, int False, int FalseWithoutIf, double Lost, double Worst, IReadOnlyList<string> Examples);

    /// <summary>Runs by what their gold is by d, up to d = 6.</summary>
    private static readonly Dictionary<string, Func<double, double>> s_runs = new()
    {
        ["best-of-n law"] = static d => d * (0.8 - 0.12 * d),
        ["rl law"] = static d => d == 0 ? 0 : d * (0.6 - 0.5 * Math.Log(d)),
        ["law that rises to the end"] = static d => d * (0.6 - 0.03 * d),
        ["rl law below the start"] = static d => d == 0 ? 0 : d * (-0.1 - 0.2 * Math.Log(d)),
        ["falls from the start"] = static d => -0.4 * d,
        ["tent"] = static d => 1 - Math.Abs(d - 2) / 2,
        ["flat"] = static _ => 0,
        ["saturates"] = static d => 1 - Math.Exp(-d / 1.5),
        ["rises, then collapses"] = static d => d < 4 ? 0.3 * d : 1.2 - 3 * (d - 4),
        ["falls and recovers"] = static d => 0.5 * Math.Sin(1.6 * d) + 0.08 * d,
        ["dips before the peak"] = static d => -0.6 * Math.Sin(Math.PI * d / 4) + (d > 4 ? 1.5 * Math.Sin(Math.PI * (d - 4) / 2) : 0),
        ["peaks before the first point"] = static d => d < 0.15 ? 4 * d : 0.6 - 0.2 * (d - 0.15),
    };

    // The curves that the law fitted to them describes: elsewhere what advice says "if the law holds" says nothing.
    private static readonly string[] s_lawful = ["rl law", "rl law below the start"];

    private static readonly string[] s_pools = ["peak at n = 10", "falls and recovers", "flat"];

    /// <summary>Every shape.</summary>
    public static IEnumerable<string> Shapes => [.. s_runs.Keys, .. s_pools.Select(static name => "pool: " + name)];

    /// <summary>Draws curves of one shape, some with errors of their points, some with the initial policy among them, some with a
    /// budget, and holds their advice against the truth.</summary>
    public static Row Of(string shape, int curves, int threads = 1)
    {
        var root = RandomStream.FromSeed(2210_10760).Fork("advice").Fork(shape);
        var advised = new (Advice Advice, Func<double, double> Gold)[curves];
        Parallel.For(0, curves, new ParallelOptions { MaxDegreeOfParallelism = threads }, i =>
            advised[i] = shape.StartsWith("pool: ", StringComparison.Ordinal) ? OfPool(shape[6..], root.Fork(i)) : OfRun(s_runs[shape], root.Fork(i)));
        int sentences = 0, claims = 0, withoutIf = 0;
        var examples = new List<string>();
        double lost = 0, worst = 0;
        foreach (var (advice, gold) in advised)
        {
            sentences += advice.Sentences.Count;
            foreach (var sentence in advice.Sentences.Where(static sentence => sentence.Claims.Count > 0))
            {
                bool asserted = sentence.Claims.Any(claim => claim.Kind != AdviceClaimKind.PeakAt) || s_lawful.Contains(shape);
                if (asserted) claims++;
                if (!sentence.Claims.Any(claim => IsContradicted(claim, advice, gold))) continue;
                withoutIf++;
                if (asserted) examples.Add(sentence.Text);
            }
            // Where the budget ends before the points nothing better could be done.
            if (advice.Verdict == AdviceVerdict.OutOfBudget) continue;
            double[] all = [.. advice.Measured.Points.Select(point => gold(point.Kl.Value))];
            double range = all.Max() - all.Min(), share = range < 1e-12 ? 0 : (all.Max() - gold(advice.Stop.Value)) / range;
            (lost, worst) = (lost + share / curves, Math.Max(worst, share));
        }
        return new(shape, sentences, claims, examples.Count, withoutIf, lost, worst, examples);
    }

    public static void Run(SimulateArguments arguments)
    {
        int each = Math.Max(1, arguments.Sets / Shapes.Count()), claims = 0, wrong = 0, withoutIf = 0, sentences = 0;
        Console.WriteLine($"| shape ({each} curves each) | sentences | of them about the truth | contradicted | with the law's words taken without their if | gold lost, mean | worst |\n| --- | --- | --- | --- | --- | --- | --- |");
        foreach (string shape in Shapes)
        {
            var row = Of(shape, each, arguments.Threads);
            (sentences, claims, wrong, withoutIf) = (sentences + row.Sentences, claims + row.Claims, wrong + row.False, withoutIf + row.FalseWithoutIf);
            Console.WriteLine(FormattableString.Invariant($"| {row.Shape} | {row.Sentences} | {row.Claims} | {row.False} | {row.FalseWithoutIf} | {100 * row.Lost:F1} % | {100 * row.Worst:F0} % |"));
            foreach (string example in row.Examples.Take(2)) Console.Error.WriteLine($"{shape}: {example}");
        }
        Console.WriteLine(FormattableString.Invariant($"| all | {sentences} | {claims} | {wrong} ({100.0 * wrong / claims:F1} %) | {withoutIf} | | |"));
    }

    private static (Advice, Func<double, double>) OfRun(Func<double, double> gold, RandomStream stream)
    {
        int points = 8 + stream.Below(0, 23);
        double noise = 0.01 * Math.Pow(20, stream.Uniform(1));
        bool errors = stream.Uniform(2) < 0.7, start = stream.Uniform(3) < 0.5, returns = stream.Uniform(4) < 0.2;
        var made = SimulatedCurves.Independent(points, Farthest, gold, _ => noise, errors, stream.Fork("points"));
        List<RewardPoint> all = [.. made.Points];
        if (start)
        {
            double value = gold(0) + noise * stream.Normal(5);
            all.Insert(0, new() { Kl = Estimate.Exact(0), Gold = errors ? new(value, noise) : Estimate.WithoutError(value), Proxy = Estimate.WithoutError(0), Effort = 0 });
        }
        if (returns)
        {
            // The run comes back from its largest KL.
            double kl = 0.5 * Farthest * Farthest, value = gold(Math.Sqrt(kl)) + noise * stream.Normal(6);
            all.Add(new() { Kl = Estimate.Exact(kl), Gold = errors ? new(value, noise) : Estimate.WithoutError(value), Proxy = Estimate.WithoutError(0), Effort = points + 1 });
        }
        var curve = new RewardCurve(made.Method, made.Label, all);
        // Gold that does not begin at 0 needs the offset; whether it does is known to whoever scored it.
        var options = new LawFitOptions { Weighting = errors ? LawWeighting.KnownErrors : LawWeighting.Equal };
        var fit = OveroptimizationLaw.ReinforcementLearning.Fit(curve, gold(0) == 0 && !start ? options : options.Free(LawFitOptions.Offset));
        return (Advice.Of([fit], BudgetOf(stream, Farthest * Farthest)), kl => gold(Math.Sqrt(kl)));
    }

    private static (Advice, Func<double, double>) OfPool(string name, RandomStream stream)
    {
        var terms = PeakSimulation.Pools[name];
        var curve = BestOfNCurve.From(SimulatedCurves.Scored(50 + stream.Below(0, 200), 64, terms, 0.5, binary: false, stream.Fork("pool")), [1, 2, 4, 8, 16, 32, 64]);
        var fit = OveroptimizationLaw.BestOfN.Fit(curve, new() { Weighting = LawWeighting.SharedSamples });
        return (Advice.Of([fit], BudgetOf(stream, BestOfNTheory.Kl(64).Value)), kl => SimulatedCurves.Expected(terms, NearestN(kl)));
    }

    // Gold of a pool is known at whole n; a KL between them is that of the nearest.
    private static int NearestN(double kl) => Enumerable.Range(1, 64).MinBy(n => Math.Abs(BestOfNTheory.Kl(n).Value - kl));

    private static KlNats? BudgetOf(RandomStream stream, double farthest) => stream.Uniform(7) switch
    {
        < 0.15 => new(farthest * stream.Uniform(8)),
        < 0.2 => KlNats.Zero,
        _ => null,
    };

    private static bool IsContradicted(AdviceClaim claim, Advice advice, Func<double, double> gold)
    {
        (double Kl, double Gold)[] points = [.. advice.Measured.Points.Select(point => (point.Kl.Value, gold(point.Kl.Value)))];
        double top = points.Max(static point => point.Gold), last = points[^1].Gold, start = points.MinBy(static point => point.Kl).Gold;
        return claim.Kind switch
        {
            // Of points that are equally high any one will do.
            AdviceClaimKind.HighestAt => !points.Any(point => top - point.Gold < 1e-9 && point.Kl >= claim.Low - 1e-9 && point.Kl <= claim.High + 1e-9),
            AdviceClaimKind.HighestGold => Misses(top),
            AdviceClaimKind.Fall => Misses(top - last),
            AdviceClaimKind.FallOnTheWay => Misses(Deepest(points)),
            AdviceClaimKind.EndAgainstStart => Misses(last - start),
            AdviceClaimKind.Gain => Misses(top - start),
            _ => Misses(HighestKl(claim.Farthest.Value, gold)),
        };

        bool Misses(double truth) => truth < claim.Low - 1e-9 || truth > claim.High + 1e-9;
    }

    private static double Deepest((double Kl, double Gold)[] points)
    {
        double highest = double.NegativeInfinity, deepest = 0;
        foreach (var (_, gold) in points)
        {
            highest = Math.Max(highest, gold);
            deepest = Math.Max(deepest, highest - gold);
        }
        return deepest;
    }

    private static double HighestKl(double farthest, Func<double, double> gold)
    {
        const int Steps = 2000;
        return Enumerable.Range(0, Steps + 1).Select(i => farthest * i / Steps * i / Steps).MaxBy(gold);
    }
}
