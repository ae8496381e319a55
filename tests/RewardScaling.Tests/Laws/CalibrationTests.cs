using RewardScaling.BestOfN;
using RewardScaling.Curves;
using RewardScaling.Laws;
using RewardScaling.Numerics;

namespace RewardScaling.Tests.Laws;

/// <summary>
/// Do 95 percent intervals hold the truth 95 times in 100? 1000 simulated data sets a case; the error of a share is 0.7 percent.
/// </summary>
public sealed class CalibrationTests(ITestOutputHelper output)
{
    private const int DataSets = 1000;

    public static TheoryData<string, int, LawWeighting> Cases => new()
    {
        { "best-of-n", 8, LawWeighting.Equal },
        { "best-of-n", 30, LawWeighting.Equal },
        { "best-of-n", 8, LawWeighting.KnownErrors },
        { "best-of-n", 30, LawWeighting.KnownErrors },
        { "best-of-n", 15, LawWeighting.RelativeErrors },
        { "rl", 8, LawWeighting.Equal },
        { "rl", 30, LawWeighting.Equal },
        { "rl", 8, LawWeighting.KnownErrors },
        { "rl", 30, LawWeighting.KnownErrors },
        { "rl", 15, LawWeighting.RelativeErrors },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Intervals_hold_the_truth_as_often_as_they_say(string name, int points, LawWeighting weighting)
    {
        OveroptimizationLaw law = name == "rl" ? OveroptimizationLaw.ReinforcementLearning : OveroptimizationLaw.BestOfN;
        double[] truth = name == "rl" ? [0.6, 0.4] : [0.5, 0.12];
        law.TryPeak(truth, out var peak);
        law.TryZero(truth, out var zero);
        // Distances to one and a half times that of the peak.
        var d = Enumerable.Range(1, points).Select(i => 1.5 * peak.Value * i / points).ToArray();
        double top = law.Evaluate(peak, truth);
        var errors = Enumerable.Range(0, points)
            .Select(i => 0.05 * top * (weighting == LawWeighting.Equal ? 1 : 0.4 + 1.6 * i / points)).ToArray();
        var hits = Simulate(stream =>
        {
            var gold = new double[points];
            for (int i = 0; i < points; i++) gold[i] = law.Evaluate(new(d[i]), truth) + errors[i] * stream.Normal((ulong)i);
            return law.Fit(TestCurves.Of(d, gold, errors), new() { Weighting = weighting });
        }, truth, peak.Squared().Value, top, zero.Squared().Value);
        Report($"{name}, {points} points, {weighting}", hits);
    }

    [Theory]
    [InlineData("best-of-n")]
    [InlineData("rl")]
    public void Intervals_from_one_shared_pool_hold_the_truth_as_often_as_they_say(string name)
    {
        OveroptimizationLaw law = name == "rl" ? OveroptimizationLaw.ReinforcementLearning : OveroptimizationLaw.BestOfN;
        int[] ns = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32];
        // E[best of n] of 1.2 u - 0.6 u^40 is 1.2 n / (n+1) - 0.6 n / (n+40). The fit converges to that of the expected curve,
        // less its start; the pool's gold is measured from the start too.
        static double Expected(double n) => 1.2 * n / (n + 1) - 0.6 * n / (n + 40) - (0.6 - 0.6 / 41);
        var exact = law.Fit(new RewardCurve(OptimizationMethod.BestOfN, "expected", [.. ns.Select(static n => new RewardPoint
        {
            Kl = Estimate.Exact(BestOfNTheory.Kl(n).Value), Gold = Estimate.WithoutError(Expected(n)),
                Proxy = Estimate.WithoutError(0), Effort = n,
        })]));
        law.TryPeak(exact.Coefficients, out var peak);
        law.TryZero(exact.Coefficients, out var zero);
        var hits = Simulate(stream =>
        {
            var pool = SharedSamplesTests.Pool(40, 32, stream).Select(static prompt => new ScoredPrompt(prompt.Name, prompt.Proxy,
                Array.ConvertAll(prompt.Gold.ToArray(), static gold => gold - (0.6 - 0.6 / 41)))).ToArray();
            return law.Fit(BestOfNCurve.From(pool, ns), new() { Weighting = LawWeighting.SharedSamples });
        }, [.. exact.Coefficients], peak.Squared().Value, exact.Evaluate(peak), zero.Squared().Value);
        Report($"{name}, 10 points of one pool of 40 prompts", hits);
    }

    private static int[] Simulate(Func<RandomStream, LawFit> fit, double[] truth, double peakKl, double peakReward, double zeroKl)
    {
        var hits = new int[5];
        var root = RandomStream.FromSeed(2210_10760).Fork("calibration");
        Parallel.For(0, DataSets, i =>
        {
            var intervals = fit(root.Fork(i)).Intervals();
            if (intervals.Parameter("alpha").Contains(truth[0])) Interlocked.Increment(ref hits[0]);
            if (intervals.Parameter("beta").Contains(truth[1])) Interlocked.Increment(ref hits[1]);
            if (intervals.PeakKl.Contains(peakKl)) Interlocked.Increment(ref hits[2]);
            if (intervals.PeakReward.Contains(peakReward)) Interlocked.Increment(ref hits[3]);
            if (intervals.ZeroKl.Contains(zeroKl)) Interlocked.Increment(ref hits[4]);
        });
        return hits;
    }

    private void Report(string what, int[] hits)
    {
        string row = FormattableString.Invariant($"| {what} | {string.Join(" | ", hits.Select(static h => FormattableString.Invariant($"{100.0 * h / DataSets:F1}")))} |");
        output.WriteLine(row);
        Assert.All(hits, hit => Assert.True(hit is >= 93 * DataSets / 100 and <= 97 * DataSets / 100, row));
    }
}
