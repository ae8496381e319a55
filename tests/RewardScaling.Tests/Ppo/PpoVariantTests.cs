using RewardScaling.BestOfN;
using RewardScaling.Cpu;
using RewardScaling.Models;
using RewardScaling.Numerics;
using RewardScaling.Ppo;
using RewardScaling.Tests.Contracts;

namespace RewardScaling.Tests.Ppo;

/// <summary>Responses that end, a critic of its own, another temperature for evaluation; and best-of-n in the same worlds.</summary>
public sealed class PpoVariantTests
{
    private const int End = 2;

    private static readonly PpoOptions Options = new()
    {
        LearningRate = 0.02,
        RolloutsPerStep = 128,
        MaximumSteps = 40,
        ValueCoefficient = 1,
        Optimizer = new() { Epsilon = 1e-5, MaxGradientNorm = 1 },
    };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static World Table(Func<int[], double>? reward = null) =>
        new(new TabularPolicy(3, 4, static i => 0.5 * Math.Sin(i)), reward ?? (static y => y[0] - y[1] * y[2]));

    [Fact]
    public async Task A_penalty_for_a_missing_end_teaches_to_end()
    {
        var world = Table(static _ => 0);
        var problem = world.Problem with { EndToken = End };
        using var result = await Train(Options with { MissingEndPenalty = 2 }, problem, world.Evaluation(4));
        Assert.InRange(result.Metrics[0].MissingEndFraction, 0.1, 0.6);
        Assert.True(result.Metrics[^1].MissingEndFraction < 0.02, $"{result.Metrics[^1].MissingEndFraction}");
        Assert.True(result.Metrics[^1].ResponseLength < result.Metrics[0].ResponseLength);
        Assert.All(result.Metrics, static m => Assert.Equal(0, m.FirstLogRatio));
        // The penalty is not in what is recorded: the proxy's scores are 0 throughout.
        Assert.All(result.Metrics, static m => Assert.Equal(0, m.Proxy.Value));
        using var without = await Train(Options with { MaximumSteps = 3 }, world.Problem, world.Evaluation(4));
        Assert.All(without.Metrics, static m => Assert.Equal((0.0, 3.0), (m.MissingEndFraction, m.ResponseLength)));
    }

    [Fact]
    public async Task With_responses_of_different_lengths_the_measured_divergence_is_the_enumerated_one()
    {
        var world = Table(static y => y.Length == 1 ? 1 : y[0] - 0.5 * y.Length);
        var problem = world.Problem with { EndToken = End };
        using var result = await Train(Options with { MaximumSteps = 15 }, problem, world.Evaluation(4000));
        // All responses that end, or are three tokens long.
        var responses = Enumerable.Range(0, world.All.Count).Select(i => world.All.Response(i).ToArray())
            .Select(static y => Array.IndexOf(y, End) is >= 0 and var at ? y[..(at + 1)] : y)
            .DistinctBy(static y => string.Join(',', y)).ToArray();
        var batch = new TokenBatch([.. responses.Select(static y => new TokenSequence((int[])[0, .. y], 1))]);
        double[] trained = Probabilities(result.Policy, batch), initial = Probabilities(world.Initial, batch);
        Assert.Equal(1, trained.Sum(), 1e-5);
        double kl = trained.Zip(initial, static (p, q) => p * Math.Log(p / q)).Sum();
        var last = result.Curve.Points[^1].Kl;
        Assert.InRange((last.Value - kl) / last.StandardError, -4, 4);
        Assert.True(kl > 0.2);
    }

    [Fact]
    public async Task A_critic_of_its_own_is_trained_and_the_policys_value_head_left_alone()
    {
        var world = Table();
        using var critic = new TabularPolicy(3, 4);
        using var result = await Train(
            Options with { KlCoefficient = 3, MaximumSteps = 80 }, world.Problem with { Critic = critic }, world.Evaluation(2));
        Assert.True(result.Metrics[^1].ExplainedVariance > 0.3, $"{result.Metrics[^1].ExplainedVariance}");
        Assert.True(result.Metrics[^1].Proxy.Value > result.Metrics[0].Proxy.Value);
        double[] weights = ((TabularPolicy)result.Policy).Weights.ToArray();
        // Every fourth number is a value.
        Assert.All(weights.Where(static (_, i) => i % 4 == 3), static value => Assert.Equal(0, value));
        Assert.All(critic.Weights.ToArray(), static weight => Assert.Equal(0, weight));
        Assert.True(((TabularPolicy)critic.LastClone!).Disposed);
    }

    [Fact]
    public async Task A_run_with_a_critic_goes_on_to_the_same_bits()
    {
        using var folder = new TemporaryFolder();
        var world = Table(static y => y.Sum());
        var problem = world.Problem with { Critic = new TabularPolicy(3, 4), EndToken = End };
        var options = Options with { MaximumSteps = 6, KlCoefficient = 0.1, KlPlacement = KlPlacement.Loss, MissingEndPenalty = 0.5 };
        using var straight = await Train(options, problem, world.Evaluation(16));
        using var source = new CancellationTokenSource();
        var stopper = new Listener<PpoProgress>(told =>
        {
            if (told.Metrics.Step == 3) source.Cancel();
        });
        var checkpoints = new CheckpointOptions { Folder = folder.File("run"), StepsBetween = 2 };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new PpoTrainer(options).TrainAsync(
            problem, world.Evaluation(16), RandomStream.FromSeed(1), checkpoints, stopper, source.Token));
        using var resumed = await new PpoTrainer(options).TrainAsync(
            problem, world.Evaluation(16), RandomStream.FromSeed(1), checkpoints, null, Token);
        Assert.Equal(((TabularPolicy)straight.Policy).Weights.ToArray(), ((TabularPolicy)resumed.Policy).Weights.ToArray());
        Assert.Equal(straight.Curve.Points, resumed.Curve.Points);
    }

    [Fact]
    public void A_critic_made_of_a_reward_model_values_a_prefix_as_that_scores_it()
    {
        var engine = new CpuEngine(1);
        using var model = engine.CreateRewardModel(Batches.Odd, RandomStream.FromSeed(2), 0.3);
        using var critic = PpoCritic.FromRewardModel(engine, model);
        var batch = Batches.Ragged(Batches.Odd, 8, 3, someEmpty: false);
        var outputs = new PolicyOutputs();
        critic.Evaluate(batch, outputs);
        var score = new float[1];
        for (int i = 0, at = 0; i < batch.Count; i++)
        {
            for (int t = batch.PromptLengths[i]; t < batch.Sequence(i).Length; t++, at++)
            {
                model.Score(new([new(batch.Sequence(i)[..t].ToArray(), t)]), score);
                Assert.Equal(score[0], outputs.Values[at], 1e-5);
            }
        }
        using var mean = engine.CreateRewardModel(Batches.Odd with { Readout = RewardReadout.ResponseMean }, RandomStream.FromSeed(2));
        Assert.Contains("ResponseMean", Assert.Throws<ArgumentException>(() => PpoCritic.FromRewardModel(engine, mean)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Evaluation_at_another_temperature_measures_that_policy_and_moves_nothing()
    {
        var world = Table();
        var options = Options with { MaximumSteps = 15 };
        using var same = await Train(options, world.Problem, world.Evaluation(4));
        using var cooler = await Train(options, world.Problem, world.Evaluation(4000) with { Temperature = 0.6 });
        Assert.Equal(((TabularPolicy)same.Policy).Weights.ToArray(), ((TabularPolicy)cooler.Policy).Weights.ToArray());
        var last = cooler.Curve.Points[^1];
        double exact = world.Kl(world.Probabilities(cooler.Policy, 0.6), 0.6);
        Assert.InRange((last.Kl.Value - exact) / last.Kl.StandardError, -4, 4);
        Assert.True(Math.Abs(exact - world.Kl(world.Probabilities(cooler.Policy))) > 8 * last.Kl.StandardError);
        Assert.InRange((last.Proxy.Value - world.Mean(world.Probabilities(cooler.Policy, 0.6))) / last.Proxy.StandardError, -4, 4);
    }

    [Fact]
    public async Task A_reference_that_never_says_a_token_is_infinitely_far_and_the_run_says_so()
    {
        var world = new World(new TabularPolicy(3, 4) { NeverSays = 1 }, static y => y[0]);
        var fault = await Assert.ThrowsAsync<PpoFaultException>(() =>
            Train(Options with { KlCoefficient = 0.1 }, world.Problem, world.Evaluation(4)));
        Assert.Equal("log-probability of the initial policy", fault.Quantity);
        Assert.Contains("+infinity", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_be_is_named()
    {
        var world = Table();
        var problem = world.Problem with { EndToken = 3, Critic = new TabularPolicy(4, 3) };
        string message = (await Assert.ThrowsAsync<ArgumentException>(() => Train(Options, problem, world.Evaluation(4)))).Message;
        Assert.Contains("EndToken = 3 must be null or a token in [0, 2]", message, StringComparison.Ordinal);
        Assert.Contains("Critic.VocabularySize = 4", message, StringComparison.Ordinal);
        Assert.Contains("Critic.ContextLength = 3", message, StringComparison.Ordinal);
        Assert.Contains("Temperature = 0", (await Assert.ThrowsAsync<ArgumentException>(() =>
            Train(Options, world.Problem, world.Evaluation(4) with { Temperature = 0 }))).Message, StringComparison.Ordinal);
    }

    // Pearson's statistic over the 27 responses; the seed is fixed, a right sampler fails once in a million.
    [Theory]
    [InlineData(2)]
    [InlineData(8)]
    public async Task Sampled_best_of_n_follows_its_exact_law(int n)
    {
        const int Prompts = 6000;
        var world = Table(static y => y[0] + 0.25 * y[1] + (y[2] == y[0] ? 0.6 : 0));
        var law = new DiscreteBestOfN(Normalized(world.Probabilities(world.Initial)), world.Rewards);
        double[] expected = law.Distribution(n);
        var prompts = new TokenBatch([.. Enumerable.Repeat(new TokenSequence(new[] { 0 }, 1), Prompts)]);
        var optimizer = new BestOfNSampler(world.Initial, world.Problem.Tokenizer, new() { ResponseLength = 3 });
        var choices = await optimizer.SelectAsync(prompts, n, world.Problem.Proxy, RandomStream.FromSeed(6), cancellationToken: Token);
        var counts = new double[expected.Length];
        foreach (var choice in choices) counts[Index(choice)]++;
        double statistic = 0, cells = 0, restExpected = 0, rest = 0;
        for (int i = 0; i < counts.Length; i++)
        {
            double mean = Prompts * expected[i];
            if (mean < 8)
            {
                restExpected += mean;
                rest += counts[i];
                continue;
            }
            statistic += (counts[i] - mean) * (counts[i] - mean) / mean;
            cells++;
        }
        if (restExpected > 0) statistic += (rest - restExpected) * (rest - restExpected) / restExpected;
        Assert.True(statistic < MathNet.Numerics.Distributions.ChiSquared.InvCDF(cells, 1 - 1e-6), $"{statistic} over {cells} cells");
        // And the KL of what was selected is the exact one: mean log ratio of the law, on the selected responses.
        double[] ratios = [.. choices.Select(c => Math.Log(expected[Index(c)] / Normalized(world.Probabilities(world.Initial))[Index(c)]))];
        var measured = Estimate.Mean(ratios);
        Assert.InRange((measured.Value - law.Kl(n).Value) / measured.StandardError, -4, 4);

        static int Index(BestOfNChoice choice) => choice.Tokens[0] * 9 + choice.Tokens[1] * 3 + choice.Tokens[2];
    }

    private static Task<PpoResult> Train(PpoOptions options, PpoProblem problem, PpoEvaluation evaluation) =>
        new PpoTrainer(options).TrainAsync(problem, evaluation, RandomStream.FromSeed(1), cancellationToken: Token);

    // Probabilities come through float32 log-probabilities.
    private static double[] Normalized(double[] probabilities)
    {
        double sum = probabilities.Sum();
        return Array.ConvertAll(probabilities, p => p / sum);
    }

    private static double[] Probabilities(ITrainablePolicy policy, TokenBatch batch)
    {
        var outputs = new PolicyOutputs();
        policy.Evaluate(batch, outputs);
        float[] logs = outputs.LogProbs.ToArray();
        return [.. Enumerable.Range(0, batch.Count).Select(i =>
            Math.Exp(logs[batch.ResponseOffsets[i]..batch.ResponseOffsets[i + 1]].Sum(static x => (double)x)))];
    }
}
