using System.Globalization;
using RewardScaling.Divergence;
using RewardScaling.Numerics;

namespace RewardScaling.Tests.Divergence;

/// <summary>The estimators in worlds where the KL is a sum that can be written down.</summary>
public sealed class KlWorldTests
{
    private const int Seeds = 60, Sequences = 400;

    // A right estimator fails the first bound once in 16,000 choices of the seeds (4 sigma), the second once in 10^5: of 60
    // independent intervals of two errors 57.3 cover on average, and fewer than 49 with probability 1e-5 (binomial).
    [Theory]
    [InlineData("k1")]
    [InlineData("k3")]
    [InlineData("exact")]
    [InlineData("k3 of the sequence ratio")]
    public void Unbiased_estimators_are_right_on_average_and_so_are_their_errors(string name)
    {
        var world = TwoTokenWorld.Near;
        Estimate[] estimates = [.. Enumerable.Range(0, Seeds).Select(seed => Draw(world, name, (ulong)seed))];
        double mean = estimates.Average(static e => e.Value);
        double error = Math.Sqrt(estimates.Sum(e => (e.Value - mean) * (e.Value - mean)) / (Seeds - 1) / Seeds);
        Assert.InRange((mean - world.Kl) / error, -4, 4);
        Assert.InRange(estimates.Count(e => Math.Abs(e.Value - world.Kl) < 2 * e.StandardError), 49, Seeds);
    }

    [Fact]
    public void K2_is_biased_by_what_enumeration_says()
    {
        var world = TwoTokenWorld.Far;
        double expected = world.Mean(static (p, r, _) => 0.5 * ((p[0] - r[0]) * (p[0] - r[0]) + (p[1] - r[1]) * (p[1] - r[1])));
        Estimate[] estimates = [.. Enumerable.Range(0, Seeds).Select(seed => Draw(world, "k2", (ulong)seed))];
        double mean = estimates.Average(static e => e.Value), error = estimates[0].StandardError / Math.Sqrt(Seeds);
        Assert.InRange((mean - expected) / error, -4, 4);
        Assert.True(Math.Abs(mean - world.Kl) > 5 * error);
    }

    // Of the ratio of whole sequences, by enumeration: k1 is what it is per token, k3 is unbiased too, k2 is half the second moment.
    [Fact]
    public void Of_the_sequence_ratio_k1_is_the_same_k3_unbiased_and_k2_half_the_second_moment()
    {
        foreach (var world in new[] { TwoTokenWorld.Near, TwoTokenWorld.Far })
        {
            double Of(KlEstimator estimator, double[] p, double[] r) => estimator.EstimateOfSequenceRatio<double>(p, r, [0, 2]).Value.Value;
            Assert.Equal(world.Kl, world.Mean((p, r, _) => Of(KlEstimator.K1, p, r)), 1e-12);
            Assert.Equal(world.Kl, world.Mean((p, r, _) => Of(KlEstimator.K3, p, r)), 1e-12);
            // E[X²] / 2 = (variance of k1 + KL²) / 2.
            double ofFirst = world.Variance(static (p, r, _) => p[0] - r[0] + p[1] - r[1]);
            Assert.Equal((ofFirst + world.Kl * world.Kl) / 2, world.Mean((p, r, _) => Of(KlEstimator.K2, p, r)), 1e-12);
        }
        var estimate = KlEstimator.K3.EstimateOfSequenceRatio<double>([-1, -1, -2], [-1.5, -1, -2], [0, 2, 3], [7, 7]);
        Assert.Equal(("k3 of the sequence ratio", "nats/sequence", 2, 1), (estimate.Estimator, estimate.Unit, estimate.Sequences, estimate.Clusters));
        Assert.Equal((Math.Exp(-0.5) - 0.5) / 2, estimate.Value.Value, 1e-12);
        Assert.Throws<InfiniteKlException>(() => KlEstimator.K1.EstimateOfSequenceRatio<double>([-1], [double.NegativeInfinity], [0, 1]));
    }

    // Each token's exact KL is the mean of its k1 given the prefix, so it varies less token by token. Of the sum over a sequence
    // that is no theorem: what a token adds to k1 can fall as the KL of the tokens after it rises, and cancel part of its spread.
    // Over many worlds the exact sum wins nearly always; these counts are of 200 of them.
    [Theory]
    [InlineData(0.3, 0, 0, 0)]
    [InlineData(1, 0, 2, 20)]
    [InlineData(2.5, 1, 20, 120)]
    public void The_exact_sum_nearly_always_varies_least_and_k3_most_where_policies_are_far_apart(
        double spread, int leastLosses, int mostLosses, int thirdAboveFirst)
    {
        int losses = 0, third = 0;
        var ratios = new List<double>();
        for (int i = 0; i < 200; i++)
        {
            var world = TwoTokenWorld.Random(RandomStream.FromSeed(7).Fork(i), 2 + i % 4, spread);
            double ofFirst = world.Variance(static (p, r, _) => p[0] - r[0] + p[1] - r[1]);
            double ofThird = world.Variance(static (p, r, _) => KlEstimator.K3.Token(p[0], r[0]) + KlEstimator.K3.Token(p[1], r[1]));
            double exact = world.Variance(static (_, _, e) => e[0] + e[1]);
            ratios.Add(exact / ofFirst);
            if (exact > ofFirst) losses++;
            if (ofThird > ofFirst) third++;
        }
        Assert.InRange(losses, leastLosses, mostLosses);
        Assert.True(ratios.Order().ElementAt(100) < 0.25, $"median ratio {ratios.Order().ElementAt(100)}");
        Assert.True(thirdAboveFirst == 0 ? third == 0 : third >= thirdAboveFirst, $"{third}");
    }

    // By hand: in the first world B makes x₁ large and also leads to the large KL of the second token; in its mirror image A,
    // which makes x₁ small, leads there, and the two cancel in k1.
    [Fact]
    public void The_exact_sum_can_vary_more_than_k1()
    {
        var world = new TwoTokenWorld([[0.5, 0.5], [0.5, 0.5], [0.999, 0.001]], [[0.9, 0.1], [0.5, 0.5], [0.1, 0.9]]);
        double first = world.Variance(static (p, r, _) => p[0] - r[0] + p[1] - r[1]), exact = world.Variance(static (_, _, e) => e[0] + e[1]);
        var mirrored = new TwoTokenWorld([[0.5, 0.5], [0.999, 0.001], [0.5, 0.5]], [[0.9, 0.1], [0.1, 0.9], [0.5, 0.5]]);
        double other = mirrored.Variance(static (p, r, _) => p[0] - r[0] + p[1] - r[1]);
        Assert.Equal(exact, mirrored.Variance(static (_, _, e) => e[0] + e[1]), 1e-12);
        Assert.True(other < exact && exact < first, $"{other}, {exact}, {first}");
    }

    // What other tools log under the name of the KL, in docs/kl.md: every number there is computed here.
    [Fact]
    public void The_table_of_wrong_forms_is_what_enumeration_gives()
    {
        const double PromptLogRatio = 0.5108256237659907; // one prompt token, ln 0.5 by the policy and ln 0.3 by the reference
        (string Form, Func<double[], double[], double[], double> Of)[] forms =
        [
            ("D_KL(π ‖ π_init), the truth", static (p, r, _) => Sum(p, r, static x => x)),
            ("k1, the ratio inverted", static (p, r, _) => Sum(p, r, static x => -x)),
            ("k2", static (p, r, _) => Sum(p, r, static x => x * x / 2)),
            ("k3", static (p, r, _) => Sum(p, r, static x => Math.Exp(-x) - 1 + x)),
            ("k2 of the sequence ratio", static (p, r, _) => Math.Pow(p[0] - r[0] + p[1] - r[1], 2) / 2),
            ("k3 of the sequence ratio", static (p, r, _) => KlEstimator.K3.EstimateOfSequenceRatio<double>(p, r, [0, 2]).Value.Value),
            ("k3, the ratio inverted", static (p, r, _) => Sum(p, r, static x => Math.Exp(x) - 1 - x)),
            ("k1, clamped at zero", static (p, r, _) => Sum(p, r, static x => Math.Max(x, 0))),
            ("k1, prompt included", static (p, r, _) => PromptLogRatio + Sum(p, r, static x => x)),
            ("k1, mean per token", static (p, r, _) => Sum(p, r, static x => x) / 2),
            ("exact per token", static (_, _, e) => e[0] + e[1]),
        ];
        string page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "kl.md"));
        foreach (var (form, of) in forms)
        {
            string near = Text(TwoTokenWorld.Near.Mean(of)), far = Text(TwoTokenWorld.Far.Mean(of));
            Assert.Contains($"| {form} | {near} | {far} |", page, StringComparison.Ordinal);
        }

        static double Sum(double[] p, double[] r, Func<double, double> of) => of(p[0] - r[0]) + of(p[1] - r[1]);
        static string Text(double value) => value.ToString("F4", CultureInfo.InvariantCulture);
    }

    [Fact]
    public void The_cross_check_agrees_for_samples_of_the_policy_and_raises_an_alarm_for_others()
    {
        var world = TwoTokenWorld.Far;
        double[] errors = [.. Enumerable.Range(0, 300).Select(seed => Check(world, 200, 1, (ulong)seed).Errors)];
        // Normal differences: 4.6 percent above 2 on average, so 14 of 300; more than 35 once in 10^6. None above 5.
        Assert.InRange(errors.Count(static e => e > 2), 2, 35);
        Assert.All(errors, static e => Assert.True(e < 5));
        // The same numbers for samples at another temperature are no estimates of any KL, and show it.
        Assert.True(Check(world, 2000, 2, 1).Errors > 5);
        Assert.True(Check(world, 2000, 0.5, 1).Errors > 5);
    }

    [Fact]
    public void The_cross_check_of_a_policy_with_itself_is_silent_and_its_words_name_both()
    {
        var same = KlCrossCheck.Of<float>([0, 1e-7f], [-1, -2], [-1, -2], [0, 1, 2]);
        Assert.Equal(0, same.Errors);
        Assert.Contains("exact", same.ToString(), StringComparison.Ordinal);
        Assert.Contains("k1", same.ToString(), StringComparison.Ordinal);
        // Both sequences off by the same half nat: no spread explains it.
        Assert.Equal(double.PositiveInfinity, KlCrossCheck.Of<double>([0.5, 0.5], [-1, -1], [-1, -1], [0, 1, 2]).Errors);
        Assert.Throws<ArgumentException>(() => KlCrossCheck.Of<double>([0.5], [-1, -1], [-1, -1], [0, 1, 2]));
    }

    private static KlCrossCheck Check(TwoTokenWorld world, int count, double temperature, ulong seed)
    {
        var (policy, reference, exact, offsets) = world.Draw(RandomStream.FromSeed(seed), count, temperature);
        return KlCrossCheck.Of<double>(exact, policy, reference, offsets);
    }

    private static Estimate Draw(TwoTokenWorld world, string estimator, ulong seed)
    {
        var (policy, reference, exact, offsets) = world.Draw(RandomStream.FromSeed(seed), Sequences);
        return estimator switch
        {
            "k1" => KlEstimator.K1.Estimate<double>(policy, reference, offsets).Value,
            "k2" => KlEstimator.K2.Estimate<double>(policy, reference, offsets).Value,
            "k3" => KlEstimator.K3.Estimate<double>(policy, reference, offsets).Value,
            "k3 of the sequence ratio" => KlEstimator.K3.EstimateOfSequenceRatio<double>(policy, reference, offsets).Value,
            _ => KlEstimator.Exact<double>(exact, offsets).Value,
        };
    }
}
