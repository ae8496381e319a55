using RewardScaling.Numerics;
using RewardScaling.Ppo;

namespace RewardScaling.Tests.Ppo;

/// <summary>Worlds whose answer is known: every response enumerated, the policy a table that can be any distribution.</summary>
public sealed class KnownWorldTests
{
    private static readonly RandomStream Stream = RandomStream.FromSeed(5);

    private static World Table(int vocabulary = 3, int responseLength = 3)
    {
        var logits = RandomStream.FromSeed(11);
        var initial = new TabularPolicy(vocabulary, responseLength + 1, i => 0.7 * logits.Normal((ulong)i));
        // Not additive in the tokens: the answer needs credit over several steps.
        return new(initial, static y =>
            (y[0] == y[^1] ? 1.0 : 0) + 0.5 * y[1] - (y[0] == 2 && y[1] == 0 ? 1.5 : 0), responseLength);
    }

    private static readonly PpoOptions Options = new()
    {
        LearningRate = 0.02,
        RolloutsPerStep = 256,
        MaximumSteps = 40,
        ValueCoefficient = 1,
        Optimizer = new() { Epsilon = 1e-5, MaxGradientNorm = 1 },
    };

    [Theory]
    [InlineData(3, 3)]
    [InlineData(5, 3)]
    [InlineData(3, 5)]
    public async Task The_proxy_rises_and_the_measured_divergence_is_the_enumerated_one(int vocabulary, int responseLength)
    {
        var world = Table(vocabulary, responseLength);
        using var result = await Train(Options, world.Problem, world.Evaluation(4000), Stream);
        double[] trained = world.Probabilities(result.Policy);
        var last = result.Curve.Points[^1];

        Assert.True(world.Mean(trained) > world.Mean(world.Probabilities(world.Initial)) + 0.8);
        AssertWithin(world.Kl(trained), last.Kl, 4);
        AssertWithin(world.Mean(trained), last.Proxy, 4);
        Assert.Equal(Options.MaximumSteps, last.Effort);
        Assert.Equal(PpoStopReason.MaximumSteps, result.Stop);
        Assert.Equal(Options.MaximumSteps, result.Metrics.Count);
    }

    [Fact]
    public async Task With_a_temperature_the_divergence_is_that_of_the_policies_at_that_temperature()
    {
        var world = Table();
        using var result = await Train(
            Options with { Temperature = 0.6, MaximumSteps = 15 }, world.Problem, world.Evaluation(4000), Stream);
        double[] trained = world.Probabilities(result.Policy, 0.6);

        AssertWithin(world.Kl(trained, 0.6), result.Curve.Points[^1].Kl, 4);
        AssertWithin(world.Mean(trained), result.Curve.Points[^1].Proxy, 4);
    }

    // The objective E r - β KL is largest at π* ∝ π_init exp(r / β).
    [Theory]
    [InlineData(0.4, 1)]
    [InlineData(0.4, 2)]
    [InlineData(1, 4)]
    [InlineData(3, 3)]
    public async Task With_a_penalty_the_policy_becomes_the_best_one_under_it(double beta, ulong seed)
    {
        var world = Table();
        var options = Options with
        {
            KlCoefficient = beta,
            MaximumSteps = 200,
            LearningRate = 0.025,
            LearningRateDecay = RewardScaling.Models.LearningRateDecay.Linear,
            AdvantageWhitening = AdvantageWhitening.None,
            ValueClipRange = double.PositiveInfinity,
        };
        using var result = await Train(options, world.Problem, world.Evaluation(2), RandomStream.FromSeed(seed));
        double[] trained = world.Probabilities(result.Policy), best = world.Optimum(beta);

        double gain = world.Mean(best) - world.Mean(world.Probabilities(world.Initial));
        Assert.InRange(world.Mean(trained), world.Mean(best) - 0.02 * gain, world.Mean(best) + 0.02 * gain);
        Assert.InRange(world.Kl(trained), 0.95 * world.Kl(best), 1.05 * world.Kl(best));
    }

    [Fact]
    public async Task Prompts_of_different_lengths_and_minibatches_of_different_sizes_are_learned_too()
    {
        var world = Table(vocabulary: 4, responseLength: 2);
        var wide = new TabularPolicy(4, 6);
        var problem = world.Problem with
        {
            InitialPolicy = wide,
            Prompts = static stream => new(Enumerable.Range(0, 1 + stream.Below(0, 3)).ToArray(), 1 + stream.Below(0, 3)),
        };
        using var result = await Train(
            Options with { RolloutsPerStep = 101, Minibatches = 7, MicroBatchRollouts = 4 }, problem, world.Evaluation(500),
            Stream);

        Assert.True(result.Metrics[^1].Proxy.Value > result.Metrics[0].Proxy.Value + 0.5);
    }

    [Fact]
    public async Task The_value_head_learns_to_explain_the_returns()
    {
        var world = Table();
        using var result = await Train(
            Options with { KlCoefficient = 3, MaximumSteps = 100 }, world.Problem, world.Evaluation(2), Stream);

        Assert.InRange(result.Metrics[0].ExplainedVariance, -1e-9, 1e-9);
        Assert.True(result.Metrics[^1].ExplainedVariance > 0.3, $"{result.Metrics[^1].ExplainedVariance}");
    }

    private static Task<PpoResult> Train(PpoOptions options, PpoProblem problem, PpoEvaluation evaluation, RandomStream stream) =>
        new PpoTrainer(options).TrainAsync(problem, evaluation, stream, cancellationToken: TestContext.Current.CancellationToken);

    private static void AssertWithin(double exact, Estimate measured, double errors)
    {
        Assert.True(measured.StandardError > 0);
        Assert.InRange(measured.Value, exact - errors * measured.StandardError, exact + errors * measured.StandardError);
    }
}
