using RewardScaling.Studies;
using RewardScaling.Studies.Claims;

namespace RewardScaling.Tests.Studies.Claims;

/// <summary>Every part against curves whose truth is known: the claim where it holds, the opposite where it does not, and no claim without an
/// axis or without seeds.</summary>
public sealed class StudyFindingsTests
{
    private static readonly ClaimWorld s_world = new();

    private static void AssertSupported(Claim claim) => Assert.True(claim.Verdict == ClaimVerdict.Supported, claim.ToString());

    [Fact]
    public void A_world_of_the_papers_laws_supports_the_papers_claims()
    {
        var curves = s_world.Curves();
        var peaks = PeaksPart.Of(new(curves));
        Assert.Equal(8, peaks.Cells.Count);
        Assert.All(peaks.Claims, AssertSupported);
        var sizes = SizesPart.Of(new(curves));
        Assert.All(sizes.Claims, AssertSupported);
        // β of best-of-n falls by 0.1 for ten times the parameters.
        Assert.InRange(sizes.Trends[0].Lines.Line("beta").Slope.Value, -0.11, -0.09);
        Assert.Equal(4, sizes.Trends[0].LeftOut.Count);
        var extrapolation = ExtrapolationPart.Of(new(curves));
        Assert.All(extrapolation.Claims, AssertSupported);
        AssertSupported(RegressionPart.Of(new((s_world with { Noise = 0.001 }).Curves())).Claims[0]);
        AssertSupported(StepsPart.Of(new(curves), static step => step).Claims[0]);
        // Slow to rise and slow to fall: PPO spends more KL and ends higher than best-of-n against the smallest reward model.
        var methods = MethodsPart.Of(new((s_world with { Sizes = [1000], Scatter = 0.002, AlphaPpo = static _ => 0.3, BetaPpo = static _ => 0.1 }).Curves()));
        Assert.All(methods.Claims.Take(2), AssertSupported);
        // R = 0.3125, half of α² / 4β, at d = 0.3661 under best-of-n and 1.0635 under PPO.
        Assert.All(methods.Pairs, static pair => Assert.Equal(2 * Math.Log(1.0635 / 0.3661), pair.LogKlRatio!.Value, 0.35));
    }

    [Fact]
    public void Where_the_truth_is_the_opposite_the_claims_are_not_supported()
    {
        var curves = (s_world with { BetaBestOfN = static size => 0.1 + 0.1 * size, BetaPpo = static size => 0.2 + 0.1 * size, AlphaPpo = static size => 0.5 + 0.4 * size }).Curves();
        var claims = SizesPart.Of(new(curves)).Claims;
        Assert.Equal([ClaimVerdict.NotSupported, ClaimVerdict.Supported, ClaimVerdict.NotSupported, ClaimVerdict.NotSupported], claims.Take(4).Select(static claim => claim.Verdict));
        // Gold that only rises; a straight line in d, which is the law with β = 0.
        var rising = PeaksPart.Of(new((s_world with { BetaBestOfN = static _ => 0, BetaPpo = static _ => 0 }).Curves()));
        Assert.Equal([ClaimVerdict.NotSupported, ClaimVerdict.NotSupported], rising.Claims.Take(2).Select(static claim => claim.Verdict));
        // KL in a straight line of the steps.
        StudyCurve[] linear = [.. s_world.Ppo().Select(static curve => StudyCurve.Of(curve.Proxy,
            new(curve.Curve.Method, "linear", [.. curve.Curve.Points.Select(static point => point with { Effort = 10 * point.Kl.Value })]), curve.At))];
        Assert.Equal(ClaimVerdict.NotSupported, StepsPart.Of(new(linear), static step => step).Verdict);
    }

    [Fact]
    public void One_seed_decides_nothing_over_seeds()
    {
        var curves = (s_world with { Seeds = 1 }).Curves();
        Assert.All(SizesPart.Of(new(curves)).Claims.Take(4), static claim =>
        {
            Assert.Equal(ClaimVerdict.Undecided, claim.Verdict);
            Assert.False(claim.HasPValue);
            Assert.Contains("one seed", claim.Found, StringComparison.Ordinal);
        });
        // A fall is told by the errors of the points themselves.
        var fall = PeaksPart.Of(new(curves)).Claims[0];
        Assert.Equal(ClaimVerdict.Supported, fall.Verdict);
        Assert.Contains("prompts", fall.Test, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_plan_does_not_ask_for_is_not_asked()
    {
        var curves = (s_world with { Sizes = [1000] }).Curves();
        StudyPart[] parts = [SizesPart.Of(new(curves)), ComparisonsPart.Of(new(curves)), PolicySizePart.Of(new(curves)), PenaltyPart.Of(new(curves)), RobustnessPart.Of(new(curves)), IterationPart.Of(new(curves))];
        Assert.All(parts, static part => Assert.False(part.IsAsked, part.ToString()));
        var none = MethodsPart.Of(new([.. s_world.BestOfN()]));
        Assert.False(none.IsAsked);
        Assert.Throws<InvalidOperationException>(() => none.Claims[0].PValue);
    }

    [Fact]
    public void Proxies_of_one_study_are_seeds_only_where_there_is_one_study()
    {
        var cells = SeedCell.Of((s_world with { StudySeeds = false }).BestOfN());
        Assert.All(cells, static cell => Assert.Equal((4, "proxy seeds of one study"), (cell.Seeds, cell.SeedName)));
        // Two studies of four proxies each are two observations.
        StudyCurve[] two = [.. Enumerable.Range(0, 2).SelectMany(study => (s_world with { StudySeeds = false, Seed = (ulong)study + 5 }).BestOfN()
            .Select(curve => StudyCurve.Of(curve.Proxy, curve.Curve, curve.At with { StudySeed = (ulong)study })))];
        Assert.All(SeedCell.Of(two), static cell => Assert.Equal((2, "study seeds"), (cell.Seeds, cell.SeedName)));
        Assert.Single(SizesPart.Of(new(two)).Trends);
    }

    [Fact]
    public void More_comparisons_mean_more_gold_and_the_threshold_is_found()
    {
        var world = s_world with { Counts = [100, 300, 1000, 3000, 10000, 30000], Sizes = [1000, 16000] };
        StudyCurve[] curves = [.. world.Curves().Select(static curve => StudyCurve.Of(curve.Proxy, new(curve.Curve.Method, "scaled",
            [.. curve.Curve.Points.Select(point => point with { Gold = new(point.Gold.Value * Math.Log10(curve.At.Comparisons), point.Gold.StandardError) })]), curve.At))];
        var part = ComparisonsPart.Of(new(curves));
        Assert.All(part.Claims, AssertSupported);
        // The made-up loss is flat at 0.69 to 1,000 comparisons.
        Assert.All(part.Thresholds, static one => Assert.InRange(one.At.ChangePoint, 600, 1400));
        // Proxies of one study share the held-out comparisons: their own error does not shrink with their number.
        var shared = ComparisonsPart.Of(new((world with { StudySeeds = false }).Curves())).Losses[0];
        Assert.Equal(0.004, shared.Loss.StandardError, 6);
        Assert.Equal(0.002, part.Losses[0].Loss.StandardError, 6);
    }

    [Fact]
    public void A_penalty_that_only_stops_early_does_not_move_the_frontier()
    {
        static StudyCoordinates Pulled(StudyCoordinates at) => at with { Penalty = new(0.1) };
        StudyCurve[] free = [.. s_world.Ppo()];
        var part = PenaltyPart.Of(new([.. free, .. (s_world with { Seed = 2 }).Ppo(Pulled, farthest: 15, proxy: static d => 0.1 * d)]));
        Assert.All(part.Claims, AssertSupported);
        var better = PenaltyPart.Of(new([.. free, .. (s_world with { Seed = 2 }).Ppo(Pulled, static (d, gold) => 1.5 * gold, farthest: 15)]));
        Assert.Equal(ClaimVerdict.NotSupported, better.Verdict);
        Assert.Equal(2, better.Cells.Select(static cell => cell.At.Penalty).Distinct().Count());
    }

    [Fact]
    public void A_larger_policy_is_held_against_the_smaller_one_of_the_same_reward_model()
    {
        static StudyCoordinates Large(StudyCoordinates at) => at with { PolicyParameters = 900 };
        StudyCurve[] large = [.. (s_world with { Seed = 3 }).Ppo(Large, static (d, gold) => 0.5 + 0.7 * gold, farthest: 30)];
        var part = PolicySizePart.Of(new([.. s_world.Ppo(), .. large]));
        Assert.Equal(ClaimVerdict.Supported, part.Claims[0].Verdict);
        Assert.Equal(ClaimVerdict.Supported, part.Claims[1].Verdict);
        Assert.Equal(ClaimVerdict.Supported, part.Claims[4].Verdict);
        Assert.Equal(s_world.Sizes.Count * 2, part.Cells.Count);
    }

    [Fact]
    public void Noise_lowers_gold_and_an_ensemble_is_held_against_its_own_members()
    {
        var world = s_world with { Sizes = [1000] };
        StudyCurve[] clean = [.. world.BestOfN()], second = [.. (world with { Seed = 8 }).BestOfN().Select(static curve => StudyCurve.Of(curve.Proxy, curve.Curve, curve.At with { ProxySeed = 1 }))];
        StudyCurve[] noisy = [.. clean.Select(static curve => Scaled(curve, 0.6, curve.At with { LabelNoise = 0.25 }))];
        StudyCurve[] worst = [.. clean.Select(static curve => Flat(curve, curve.At with { Ensemble = new(EnsembleKind.WorstCase, 2) }))];
        var part = RobustnessPart.Of(new([.. clean, .. second, .. noisy, .. worst]));
        Assert.Equal([ClaimVerdict.Supported, ClaimVerdict.Supported, ClaimVerdict.Supported], part.Claims.Select(static claim => claim.Verdict));
        Assert.Equal(2, part.Noise.Count);
        Assert.Contains("worst of an ensemble", part.Claims[1].Statement, StringComparison.Ordinal);
        // Members of an ensemble are proxies 0 and 1; a third is none of its members.
        Assert.Equal(2, part.Ensembles.Count);

        static StudyCurve Scaled(StudyCurve curve, double by, StudyCoordinates at) => StudyCurve.Of(curve.Proxy, new(curve.Curve.Method, "scaled",
            [.. curve.Curve.Points.Select(point => point with { Gold = new(by * point.Gold.Value, point.Gold.StandardError) })]), at);

        static StudyCurve Flat(StudyCurve curve, StudyCoordinates at)
        {
            double highest = 0;
            return StudyCurve.Of(curve.Proxy, new(curve.Curve.Method, "held", [.. curve.Curve.Points.Select(point =>
                point with { Gold = new((highest = Math.Max(highest, point.Gold.Value)) - 0.001 * (at.StudySeed + 1) * point.Kl.Value, point.Gold.StandardError) })]), at);
        }
    }

    [Fact]
    public void Rounds_are_held_against_one_run_of_the_same_distance()
    {
        RlhfRounds two = new() { Count = 2, Reference = RoundReference.Previous };
        var world = s_world with { Sizes = [1000], Noise = 0.002, Scatter = 0, EndScatter = 0 };
        // Two rounds to 8 nats each: d = 2 √8, and the second begins where the first ended.
        StudyCurve[] rounds = [.. Enumerable.Range(1, 2).SelectMany(round => (world with { Seed = (ulong)round + 20 })
            .Ppo(at => at with { Rounds = two, Round = round }, (d, gold) => gold + (round - 1) * Law(Math.Sqrt(8)), farthest: 8))];
        CurveSet set = new([.. world.Ppo(), .. rounds]);
        RoundChain[] chains = RoundChain.Of(set);
        Assert.Equal(4, chains.Length);
        Assert.All(IterationPart.Of(set).Claims.Take(2), AssertSupported);
        Assert.All(chains, static chain => Assert.Equal([1, 2], chain.Rounds.Select(static round => round.At.Round)));

        static double Law(double d) => d * (0.8 - 0.6 * Math.Log(d));
    }

    [Fact]
    public void Advice_names_the_best_choice_and_how_far()
    {
        var part = AdvicePart.Of(new((s_world with { Sizes = [1000, 64000] }).Curves()));
        Assert.StartsWith("Best-of-n, 64,000 parameters, 300 comparisons: ", part.Sentence, StringComparison.Ordinal);
        Assert.Equal(12, part.Number);
    }

    // Gold that does not fall: in at most 5 of 100 sets it is called falling; 200 sets, 3 standard errors are 4.6.
    [Fact]
    public void A_fall_is_found_where_there_is_none_no_more_often_than_stated()
    {
        const int Sets = 200;
        int found = 0;
        for (int set = 0; set < Sets; set++)
        {
            var world = new ClaimWorld { Seeds = 4, Sizes = [1000], Seed = (ulong)set + 100, AlphaBestOfN = static _ => 0, BetaBestOfN = static _ => 0, Scatter = 0, Noise = 1 };
            found += PeaksPart.Falls(SeedCell.Of(world.BestOfN())[0].Mean, 0.05) ? 1 : 0;
        }
        Assert.InRange(found / (double)Sets, 0, 0.096);
        // The p-value is where the test turns.
        var falling = SeedCell.Of(s_world.BestOfN())[0].Mean;
        double p = PeaksPart.FallPValue(falling);
        Assert.True(p <= 0.0005 || (PeaksPart.Falls(falling, p) && !PeaksPart.Falls(falling, 0.9 * p)));
    }

    [Fact]
    public void Studies_of_one_seed_cannot_be_put_together()
    {
        var result = Reports.SampleResult.Of();
        Assert.Contains("differ by their seeds", Assert.Throws<ArgumentException>(() => StudyFindings.Of([result, result])).Message, StringComparison.Ordinal);
        Assert.Equal(Enumerable.Range(1, 12), result.Findings.Parts.Select(static part => part.Number));
    }
}
