using RewardScaling.Models;
using RewardScaling.Numerics;
using RewardScaling.Ppo;

namespace RewardScaling.Tests.Ppo;

/// <summary>What is drawn anew in every step and epoch, and what is not: found by looking at what each part was given.</summary>
public sealed class PpoStreamTests
{
    private static readonly PpoOptions Options = new()
    {
        LearningRate = 0.01,
        RolloutsPerStep = 24,
        MaximumSteps = 3,
        Epochs = 2,
        Minibatches = 3,
        WarmUpSteps = 0,
    };

    private static World Table() => new(new TabularPolicy(3, 4, static i => Math.Sin(i)), static y => y[0] - y[1] * y[2]);

    [Fact]
    public async Task Every_epoch_goes_over_all_rollouts_once_in_an_order_of_its_own()
    {
        // A prompt names its rollout, so that a batch says which it holds: 25 prompts of two tokens out of five.
        var world = new World(new TabularPolicy(5, 5), static y => y.Sum());
        int drawn = 0;
        var problem = world.Problem with { Prompts = _ => new(new[] { drawn / 5 % 5, drawn++ % 5 }, 2) };
        await Run(world, Options with { RolloutsPerStep = 25 }, problem);
        var learned = ((TabularPolicy)((TabularPolicy)world.Initial).LastClone!).Learned;
        int[][] epochs = [.. learned.Chunk(3).Select(static parts =>
            parts.SelectMany(static part => Enumerable.Range(0, part.Count).Select(i => 5 * part.Prompt(i)[0] + part.Prompt(i)[1])).ToArray())];
        Assert.Equal(3 * 2, epochs.Length);
        Assert.All(epochs, static epoch => Assert.Equal(Enumerable.Range(0, 25), epoch.Order()));
        Assert.Equal(epochs.Length, epochs.Select(static epoch => string.Join(' ', epoch)).Distinct().Count());
    }

    [Fact]
    public async Task Every_rollout_of_every_step_has_a_prompt_and_tokens_of_its_own_draw()
    {
        var world = Table();
        var prompts = new List<ulong>();
        var problem = world.Problem with { Prompts = stream => { prompts.Add(stream.Bits(0)); return new(new[] { 0 }, 1); } };
        var proxy = new Recorder();
        // At this rate the policy stays what it is: other responses come from other numbers.
        await Run(world, Options with { LearningRate = 1e-12 }, problem with { Proxy = proxy });
        Assert.Equal(3 * 24, prompts.Distinct().Count());
        // The first and the last call are evaluations.
        Assert.Equal(3, proxy.Seen[1..^1].Distinct().Count());
    }

    [Fact]
    public async Task Every_point_is_measured_on_rollouts_of_its_own()
    {
        var gold = new Recorder();
        var world = Table();
        await Run(world, Options with { LearningRate = 1e-12 }, world.Problem,
            world.Evaluation(24, gold) with { Schedule = new() { MaximumStepsBetween = 1 } });
        Assert.Equal(4, gold.Seen.Count);
        Assert.Equal(4, gold.Seen.Distinct().Count());
    }

    [Fact]
    public async Task Scores_are_divided_by_one_number_for_the_whole_run()
    {
        var world = Table();
        var scores = new List<double>();
        var proxy = new World.ScoreOf(y =>
        {
            scores.Add(world.Reward(y));
            return scores[^1];
        });
        // An evaluation of two rollouts, then the scores of the first step, whose deviation counts.
        var options = Options with { MaximumSteps = 8, ScoreScaling = ScoreScaling.InitialDeviation, AdvantageWhitening = AdvantageWhitening.None };
        double[] scaled = await Run(world, options, world.Problem with { Proxy = proxy }, world.Evaluation(2));
        double[] first = [.. scores.Skip(2).Take(24)];
        double deviation = Math.Sqrt(first.Average(score => (score - first.Average()) * (score - first.Average())));
        Assert.True(deviation is > 0.3 and not 1);
        double[] divided = await Run(world, options with { ScoreScaling = ScoreScaling.None },
            world.Problem with { Proxy = new World.ScoreOf(y => world.Reward(y) / deviation) }, world.Evaluation(2));
        Assert.All(scaled.Zip(divided), static pair => Assert.Equal(pair.First, pair.Second, 1e-9));
    }

    [Fact]
    public async Task A_bonus_for_entropy_raises_it()
    {
        var world = new World(new TabularPolicy(3, 4, static i => 2 * Math.Sin(i)), static _ => 0);
        using var result = await new PpoTrainer(Options with { EntropyCoefficient = 0.1, MaximumSteps = 15, LearningRate = 0.05 })
            .TrainAsync(world.Problem, world.Evaluation(2), RandomStream.FromSeed(1), cancellationToken: TestContext.Current.CancellationToken);
        Assert.True(result.Metrics[^1].Entropy > result.Metrics[0].Entropy + 0.15, $"{result.Metrics[0].Entropy} to {result.Metrics[^1].Entropy}");
    }

    // With a temperature everything is of the policies at it: sampling agrees with training, and both estimates of the KL agree.
    [Fact]
    public async Task A_temperature_is_the_same_everywhere()
    {
        var log = new Journal();
        var world = Table();
        using var result = await new PpoTrainer(Options with { Temperature = 0.6, MaximumSteps = 20, LearningRate = 0.03 }, logger: log)
            .TrainAsync(world.Problem, world.Evaluation(4000), RandomStream.FromSeed(1), cancellationToken: TestContext.Current.CancellationToken);
        Assert.True(result.Curve.Points[^1].Kl.Value > 0.3);
        Assert.All(result.Metrics, static step => Assert.Equal(0, step.FirstLogRatio));
        Assert.Empty(log.Warnings);
    }

    [Fact]
    public void StepKl_is_the_mean_of_the_last_epoch_alone()
    {
        var tally = new StepTally();
        tally.BeginEpoch();
        tally.Add(default, default, 1, 0.25);
        tally.BeginEpoch();
        tally.Add(new(2, 0, true), new(3, 1, false), 1, 1);
        tally.Add(new(4, 0, false), new(5, 1, false), 1, 2);
        Assert.Equal((3.0, 2L), (tally.StepKl, tally.EpochTokens));
        Assert.Equal((6.0, 8.0, 3.0, 1L, 3L), (tally.PolicyLoss, tally.ValueLoss, tally.Entropy, tally.Clipped, tally.Tokens));
    }

    private static async Task<double[]> Run(World world, PpoOptions options, PpoProblem problem, PpoEvaluation? evaluation = null)
    {
        evaluation ??= world.Evaluation(2);
        using var result = await new PpoTrainer(options).TrainAsync(problem, evaluation, RandomStream.FromSeed(3),
            cancellationToken: TestContext.Current.CancellationToken);
        return ((TabularPolicy)result.Policy).Weights.ToArray();
    }

    private sealed class Recorder : IRewardModel
    {
        public List<string> Seen { get; } = [];

        public ValueTask<double[]> ScoreAsync(Rollouts rollouts, CancellationToken cancellationToken = default)
        {
            Seen.Add(string.Join(' ', Enumerable.Range(0, rollouts.Count).Select(rollouts.Response)));
            return ValueTask.FromResult(new double[rollouts.Count]);
        }
    }
}
