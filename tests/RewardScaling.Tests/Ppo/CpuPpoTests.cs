using RewardScaling.Cpu;
using RewardScaling.Models;
using RewardScaling.Numerics;
using RewardScaling.Ppo;

namespace RewardScaling.Tests.Ppo;

/// <summary>PPO with transformers of the CPU engine in worlds that can be enumerated.</summary>
public sealed class CpuPpoTests
{
    private static readonly TransformerShape Tiny = new() { Vocabulary = 4, Context = 4, Width = 16, Layers = 1, Heads = 2 };

    private static readonly PpoOptions Options = new()
    {
        LearningRate = 3e-3,
        RolloutsPerStep = 128,
        MaximumSteps = 30,
        Epochs = 2,
        Minibatches = 2,
    };

    private static World Transformer(int threads) =>
        new(new CpuEngine(threads).CreatePolicy(Tiny, RandomStream.FromSeed(7)),
            static y => (y[0] == y[^1] ? 1.0 : 0) + 0.5 * y[1] - (y[0] == 2 && y[1] == 0 ? 1.5 : 0));

    private static Task<PpoResult> Train(World world, PpoOptions options, int evaluated, ulong seed = 1) =>
        new PpoTrainer(options).TrainAsync(world.Problem, world.Evaluation(evaluated), RandomStream.FromSeed(seed), cancellationToken: TestContext.Current.CancellationToken);

    [Fact]
    public async Task The_proxy_rises_and_the_measured_divergence_is_the_enumerated_one()
    {
        var world = Transformer(threads: 1);
        using var result = await Train(world, Options, evaluated: 4000);
        double[] trained = world.Probabilities(result.Policy);
        var last = result.Curve.Points[^1];

        Assert.True(world.Mean(trained) > world.Mean(world.Probabilities(world.Initial)) + 0.8);
        Assert.InRange(last.Kl.Value - world.Kl(trained), -4 * last.Kl.StandardError, 4 * last.Kl.StandardError);
        Assert.InRange(last.Proxy.Value - world.Mean(trained), -4 * last.Proxy.StandardError, 4 * last.Proxy.StandardError);
        Assert.All(result.Metrics, static m => Assert.Equal(0, m.FirstLogRatio));
    }

    [Fact]
    public async Task With_a_penalty_the_policy_comes_close_to_the_best_one_under_it()
    {
        const double beta = 1;
        var world = Transformer(threads: 1);
        var options = Options with
        {
            KlCoefficient = beta,
            MaximumSteps = 120,
            LearningRateDecay = LearningRateDecay.Linear,
            AdvantageWhitening = AdvantageWhitening.None,
        };
        using var result = await Train(world, options, evaluated: 2);
        double[] trained = world.Probabilities(result.Policy), best = world.Optimum(beta);

        double gain = world.Mean(best) - world.Mean(world.Probabilities(world.Initial));
        Assert.InRange(world.Mean(trained), world.Mean(best) - 0.05 * gain, world.Mean(best) + 0.05 * gain);
        Assert.InRange(world.Kl(trained), 0.9 * world.Kl(best), 1.1 * world.Kl(best));
    }

    [Theory]
    [InlineData(2, 64, 256)]
    [InlineData(2, 7, 50)]
    [InlineData(1, 1, 1000)]
    public async Task Threads_and_batch_sizes_change_no_bit(int threads, int microBatch, int samplingBatch)
    {
        var options = Options with { MaximumSteps = 5, KlCoefficient = 0.1 };
        var split = options with { MicroBatchRollouts = microBatch, SamplingBatchRollouts = samplingBatch };
        World one = Transformer(threads: 1), other = Transformer(threads);
        using var expected = await Train(one, options, evaluated: 100);
        using var actual = await Train(other, split, evaluated: 100);

        Assert.Equal(expected.Curve.Points, actual.Curve.Points);
        Assert.Equal(expected.Metrics.Select(Timeless), actual.Metrics.Select(Timeless));
        Assert.Equal(one.Probabilities(expected.Policy), other.Probabilities(actual.Policy));
        using var reseeded = await Train(one, options, evaluated: 100, seed: 2);
        Assert.NotEqual(one.Probabilities(expected.Policy), one.Probabilities(reseeded.Policy));
    }

    private static PpoStepMetrics Timeless(PpoStepMetrics metrics) => metrics with { TokensPerSecond = 0 };
}
