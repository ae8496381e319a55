using RewardScaling.Cpu;
using RewardScaling.Curves;
using RewardScaling.Models;
using RewardScaling.RewardModels;
using RewardScaling.Studies;

namespace RewardScaling.Tests.Studies;

public sealed class StudyCoordinatesTests
{
    private static readonly StudyCoordinates s_place = new()
    {
        StudySeed = 3,
        PolicySize = new(16, 1, 2),
        PolicyParameters = 1000,
        ProxySize = new(8, 1, 2),
        ProxyParameters = 500,
        Comparisons = 40,
        ProxySeed = 2,
        PolicySeed = 1,
        Method = OptimizationMethod.ReinforcementLearning,
        Ensemble = new(EnsembleKind.Mean, 3),
    };

    [Fact]
    public void Curves_that_differ_in_seeds_alone_lie_in_one_group_and_others_do_not()
    {
        Assert.Equal(s_place.WithoutSeeds, (s_place with { StudySeed = 4, ProxySeed = 0, PolicySeed = 7 }).WithoutSeeds);
        Assert.Equal(s_place.WithoutSeeds, (s_place with { Ensemble = new(EnsembleKind.Mean, 3), Rounds = new() }).WithoutSeeds);
        StudyCoordinates[] others =
        [
            s_place with { PolicySize = new(16, 2, 2) }, s_place with { ProxySize = null }, s_place with { Comparisons = 41 },
            s_place with { LabelNoise = 0.25 }, s_place with { Ensemble = new(EnsembleKind.WorstCase, 3) },
            s_place with { Penalty = new(0.1) }, s_place with { Round = 2 }, s_place with { OwnProxy = "brevity" },
            s_place with { Method = OptimizationMethod.BestOfN }, s_place with { Rounds = new() { Count = 2 } },
        ];
        Assert.All(others, other => Assert.NotEqual(s_place.WithoutSeeds, other.WithoutSeeds));
        Assert.Contains("mean of 3", s_place.ToString(), StringComparison.Ordinal);
        Assert.EndsWith("seeds 3, 2 and 1", s_place.ToString(), StringComparison.Ordinal);
        Assert.Contains("against 500 parameters (8x1x2), 40 comparisons", s_place.ToString(), StringComparison.Ordinal);
    }

    // Scores 1, 2 and 6: mean 3, lowest 1, variance with the divisor 3 (4 + 1 + 9) / 3 = 14 / 3.
    [Theory]
    [InlineData(EnsembleKind.Mean, 0, 3.0)]
    [InlineData(EnsembleKind.WorstCase, 0, 1.0)]
    [InlineData(EnsembleKind.UncertaintyWeighted, 0.5, 3 - 0.5 * 14 / 3)]
    public async Task An_ensemble_combines_its_members_as_its_kind_says(EnsembleKind kind, double weight, double expected)
    {
        var choice = new EnsembleChoice(kind, 3, weight);
        var model = choice.Combine([.. new[] { 1.0, 2, 6 }.Select(static score => RewardModel.FromText(_ => score))]);
        var rollouts = new Rollouts(new TokenBatch([new TokenSequence(new[] { 1, 2 }, 1)]), new ByteTokenizer());
        Assert.Equal(expected, Assert.Single(await model.ScoreAsync(rollouts, TestContext.Current.CancellationToken)), 1e-12);
        Assert.Throws<ArgumentException>(() => choice.Combine(RewardModel.FromText(static _ => 1)));
    }

    [Fact]
    public async Task Every_curve_of_a_study_says_where_it_lies()
    {
        using var folder = new TemporaryFolder();
        var plan = TinyStudy.Plan with { Seed = 5, Ppo = TinyStudy.Plan.Ppo with { KlCoefficient = 0.02 } };
        var result = await new OveroptimizationStudy(plan, new CpuEngine(1))
            .RunAsync(folder.File("run"), cancellationToken: TestContext.Current.CancellationToken);

        Assert.All(result.Curves, curve =>
        {
            Assert.Equal((5UL, plan.Policy, result.Policy.Parameters), (curve.At.StudySeed, curve.At.PolicySize, curve.At.PolicyParameters));
            Assert.Equal((curve.Proxy.Size, curve.Proxy.Comparisons, curve.Proxy.Seed), (curve.At.ProxySize, curve.At.Comparisons, curve.At.ProxySeed));
            Assert.Equal(curve.Curve.Method, curve.At.Method);
            Assert.Equal(curve.At.Method == OptimizationMethod.BestOfN ? KlPenalty.None : new KlPenalty(0.02), curve.At.Penalty);
        });
        Assert.Equal(result.Curves.Count, result.Curves.Select(static curve => curve.At).Distinct().Count());
    }
}
