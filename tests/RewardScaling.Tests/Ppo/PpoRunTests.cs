using RewardScaling.Curves;
using RewardScaling.Models;
using RewardScaling.Numerics;
using RewardScaling.Ppo;

namespace RewardScaling.Tests.Ppo;

/// <summary>What holds for every run, whatever it learns: equal bits, an unseen gold, points on the grid.</summary>
public sealed class PpoRunTests
{
    private static readonly PpoOptions Options = new()
    {
        LearningRate = 0.01,
        RolloutsPerStep = 48,
        MaximumSteps = 12,
        Epochs = 2,
        Minibatches = 3,
        KlCoefficient = 0.05,
        WarmUpSteps = 3,
    };

    private static World Table() => new(new TabularPolicy(3, 4, static i => Math.Sin(i)), static y => y[0] - y[1] * y[2]);

    private static async Task<(double[] Weights, RewardCurve Curve, PpoStepMetrics[] Metrics)> Run(
        PpoOptions options, ulong seed = 3, IRewardModel? gold = null, PpoEvaluationSchedule? schedule = null,
        IProgress<PpoProgress>? progress = null)
    {
        var world = Table();
        var evaluation = world.Evaluation(64, gold) with { Schedule = schedule ?? new() };
        using var result = await new PpoTrainer(options, new FrozenClock())
            .TrainAsync(world.Problem, evaluation, RandomStream.FromSeed(seed), progress: progress,
                cancellationToken: TestContext.Current.CancellationToken);
        return (((TabularPolicy)result.Policy).Weights.ToArray(), result.Curve, [.. result.Metrics]);
    }

    // The proxy waits until this thread has its task in hand; on this thread it would wait in vain.
    [Fact]
    public async Task Training_gives_the_callers_thread_back_at_once()
    {
        using var inHand = new ManualResetEventSlim();
        bool wasGiven = true;
        var world = Table();
        var patient = new World.ScoreOf(response =>
        {
            wasGiven = wasGiven && inHand.Wait(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
            return response[0];
        });
        var training = new PpoTrainer(Options with { MaximumSteps = 1 }).TrainAsync(world.Problem with { Proxy = patient }, world.Evaluation(4),
            RandomStream.FromSeed(3), cancellationToken: TestContext.Current.CancellationToken);
        inHand.Set();
        using var result = await training;

        Assert.True(wasGiven);
    }

    [Fact]
    public async Task Progress_tells_rate_and_time_left()
    {
        var reports = new List<PpoProgress>();
        var world = Table();
        using var result = await new PpoTrainer(Options, new StepClock()).TrainAsync(world.Problem, world.Evaluation(8), RandomStream.FromSeed(3),
            progress: new Listener<PpoProgress>(reports.Add), cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(Options.MaximumSteps, reports.Count);
        Assert.All(reports, static at => Assert.Equal(at.Metrics.TokensPerSecond, at.TokensPerSecond));
        Assert.All(reports.SkipLast(1), static at => Assert.True(at.TimeLeft > TimeSpan.Zero && at.Fraction < 1));
        Assert.Equal((1, TimeSpan.Zero), (reports[^1].Fraction, reports[^1].TimeLeft));
        // Half way every step still costs what it did: as long as it took to get here.
        var middle = reports.Single(static at => at.Metrics.Step == 6);
        Assert.Equal(0.5, middle.Fraction, 1e-12);
        Assert.InRange(middle.TimeLeft.TotalSeconds, 12, 60);
        Assert.StartsWith("step 6: KL ", middle.ToString(), StringComparison.Ordinal);
        Assert.EndsWith(" left", middle.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(5, 7)]
    [InlineData(16, 1000)]
    [InlineData(1000, 13)]
    public async Task The_batch_sizes_change_no_bit(int microBatch, int samplingBatch)
    {
        var expected = await Run(Options);
        var actual = await Run(Options with { MicroBatchRollouts = microBatch, SamplingBatchRollouts = samplingBatch });

        Assert.Equal(expected.Weights, actual.Weights);
        Assert.Equal(expected.Curve.Points, actual.Curve.Points);
        Assert.Equal(expected.Metrics, actual.Metrics);
    }

    [Fact]
    public async Task The_same_seed_gives_the_same_run_and_another_seed_another()
    {
        var first = await Run(Options);

        Assert.Equal(first.Weights, (await Run(Options)).Weights);
        Assert.NotEqual(first.Weights, (await Run(Options, seed: 4)).Weights);
    }

    [Fact]
    public async Task Gold_and_the_schedule_of_evaluation_do_not_move_the_policy()
    {
        var first = await Run(Options);
        var other = await Run(Options, gold: new World.ScoreOf(static y => 100 * y[2]),
            schedule: new() { DenseStep = 0.01, DistanceStep = 0.01, MaximumStepsBetween = 1 });

        Assert.Equal(first.Weights, other.Weights);
        Assert.Equal(Options.MaximumSteps + 1, other.Curve.Points.Count);
        Assert.NotEqual(first.Curve.Points[0].Gold, other.Curve.Points[0].Gold);
        Assert.Equal(first.Curve.Points[0].Proxy, other.Curve.Points[0].Proxy);
    }

    [Fact]
    public async Task Gold_is_asked_once_for_each_point_and_the_trainer_has_no_place_for_it()
    {
        var gold = new World.ScoreOf(static y => y[0]);
        var run = await Run(Options, gold: gold);

        Assert.Equal(run.Curve.Points.Count, gold.Calls);
        Assert.DoesNotContain(typeof(PpoProblem).GetProperties(), static p => p.Name.Contains("Gold"));
    }

    [Fact]
    public async Task The_curve_begins_at_the_initial_policy_and_ends_at_the_trained_one()
    {
        var (_, curve, _) = await Run(Options);

        Assert.Equal(OptimizationMethod.ReinforcementLearning, curve.Method);
        Assert.Equal((0.0, Estimate.Exact(0)), (curve.Points[0].Effort, curve.Points[0].Kl));
        Assert.Equal(Options.MaximumSteps, curve.Points[^1].Effort);
        Assert.Equal(curve.Points.Select(static p => p.Effort).Distinct().Order(), curve.Points.Select(static p => p.Effort));
        Assert.All(curve.Points.Skip(1), static p =>
            Assert.True(p.Kl.StandardError > 0 && p.Proxy.StandardError > 0 && p.Gold.StandardError > 0));
    }

    [Fact]
    public async Task Points_lie_about_a_grid_step_apart()
    {
        var (_, curve, metrics) = await Run(Options with { MaximumSteps = 60, KlCoefficient = 0, LearningRate = 0.02 });
        double[] d = [.. curve.Points.Select(static p => p.Distance.Value)];

        Assert.True(d.Length >= 8, $"{d.Length} points up to d = {d[^1]}");
        Assert.All(d.Zip(d.Skip(1)).SkipLast(1), static pair => Assert.InRange(pair.Second - pair.First, 0.02, 0.4));
        Assert.Equal(60, metrics.Length);
    }

    [Fact]
    public async Task The_run_ends_when_it_reaches_the_divergence_allowed()
    {
        var world = Table();
        var options = Options with { KlBudget = new(0.3), MaximumSteps = 500, LearningRate = 0.02, KlCoefficient = 0 };
        using var result = await new PpoTrainer(options).TrainAsync(
            world.Problem, world.Evaluation(256), RandomStream.FromSeed(1),
            cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(PpoStopReason.KlBudget, result.Stop);
        Assert.InRange(result.Curve.Points[^1].Kl.Value, 0.2, 0.5);
        Assert.Equal(result.Metrics.Count, result.Curve.Points[^1].Effort);
        Assert.InRange(world.Kl(world.Probabilities(result.Policy)), 0.25, 0.45);
    }

    [Fact]
    public async Task In_the_first_minibatch_every_ratio_is_exactly_one()
    {
        var (_, _, metrics) = await Run(Options with { Epochs = 1, Minibatches = 1 });

        Assert.All(metrics, static m => Assert.Equal((0.0, 0.0, 0.0), (m.FirstLogRatio, m.StepKl, m.ClipFraction)));
        Assert.All((await Run(Options)).Metrics, static m => Assert.Equal(0, m.FirstLogRatio));
        Assert.All((await Run(Options)).Metrics, static m => Assert.True(m.StepKl > 0));
    }

    [Fact]
    public async Task An_epoch_that_went_too_far_is_the_last_of_its_step()
    {
        var options = Options with { Epochs = 10, LearningRate = 0.1, WarmUpSteps = 0, StepKlLimit = 0.01 };
        var (_, _, metrics) = await Run(options);

        Assert.Contains(metrics, static m => m.Epochs < 10);
        Assert.All(metrics, static m => Assert.True(m.Epochs == 10 || m.StepKl > 0.01));
        Assert.All((await Run(options with { StepKlLimit = double.PositiveInfinity })).Metrics, static m =>
            Assert.Equal(10, m.Epochs));
    }

    [Fact]
    public async Task The_adaptive_controller_sees_the_sequence_divergence_and_the_rollouts()
    {
        var (_, _, metrics) = await Run(
            Options with { KlController = new AdaptiveKlController { Target = new(0.001), Horizon = 480 } });

        // Far above the target from step 3 or so: + 0.2 x 48 / 480 each. At the first step KL is 0: - 0.02.
        Assert.Equal(0.05, metrics[0].KlCoefficient);
        Assert.Equal(0.05 * 0.98, metrics[1].KlCoefficient, 1e-12);
        Assert.Equal(metrics[^2].KlCoefficient * 1.02, metrics[^1].KlCoefficient, 1e-12);
        // Of the sequence and not of a token, a third of it: in between, the two would move the coefficient to different sides.
        var controller = new AdaptiveKlController { Target = new(0.02), Horizon = 480 };
        (_, _, metrics) = await Run(Options with { KlController = controller });
        Assert.Contains(metrics[..^1], static m => m.Kl.Value > 0.024 && m.Kl.Value / 3 < 0.016);
        foreach (var (step, next) in metrics.Zip(metrics.Skip(1)))
            Assert.Equal(controller.Next(step.KlCoefficient, step.Kl, 48), next.KlCoefficient);
    }

    [Fact]
    public async Task Scaling_by_the_initial_deviation_makes_the_units_of_the_proxy_irrelevant()
    {
        var world = Table();
        var scaled = world.Problem with { Proxy = new World.ScoreOf(y => 1024 * world.Reward(y)) };
        var options = Options with { ScoreScaling = ScoreScaling.InitialDeviation };
        double[][] weights = new double[2][];
        double[] proxies = new double[2];
        foreach (var (i, problem) in new[] { world.Problem, scaled }.Index())
        {
            using var result = await new PpoTrainer(options).TrainAsync(
                problem, world.Evaluation(2), RandomStream.FromSeed(1), cancellationToken: TestContext.Current.CancellationToken);
            weights[i] = ((TabularPolicy)result.Policy).Weights.ToArray();
            proxies[i] = result.Metrics[^1].Proxy.Value;
        }

        Assert.Equal(weights[0], weights[1]); // a power of two scales without rounding
        Assert.Equal(1024 * proxies[0], proxies[1]); // what is recorded is not scaled
    }

    [Theory]
    [InlineData(AdvantageWhitening.None)]
    [InlineData(AdvantageWhitening.Step)]
    [InlineData(AdvantageWhitening.Minibatch)]
    public async Task Every_kind_of_whitening_learns(AdvantageWhitening whitening)
    {
        var (_, _, metrics) = await Run(Options with
        {
            AdvantageWhitening = whitening,
            MaximumSteps = 50,
            EntropyCoefficient = 0.01,
            DualClip = 3,
            ScoreClip = 5,
            RewardWhitening = whitening == AdvantageWhitening.Minibatch,
        });

        Assert.True(metrics[^1].Proxy.Value > metrics[0].Proxy.Value + 0.5);
    }

    [Fact]
    public async Task Progress_is_told_after_every_step()
    {
        var told = new List<PpoProgress>();
        var (_, curve, metrics) = await Run(Options, progress: new Listener<PpoProgress>(told.Add));

        Assert.Equal(metrics, told.Select(static p => p.Metrics));
        Assert.Equal(1, told[^1].Fraction);
        Assert.All(told, static p => Assert.InRange(p.Fraction, 1.0 / 12, 1));
        Assert.Equal(curve.Points[0], told[0].LastPoint);
        Assert.Equal(12, told[0].MaximumSteps);
    }

    [Fact]
    public async Task The_initial_policy_is_not_touched_and_tokens_per_second_need_a_clock_that_moves()
    {
        var world = Table();
        double[] before = ((TabularPolicy)world.Initial).Weights.ToArray();
        using var result = await new PpoTrainer(Options).TrainAsync(
            world.Problem, world.Evaluation(2), RandomStream.FromSeed(1), cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(before, ((TabularPolicy)world.Initial).Weights.ToArray());
        Assert.All(result.Metrics, static m => Assert.True(m.TokensPerSecond > 0));
        Assert.All((await Run(Options)).Metrics, static m => Assert.Equal((0.0, 3.0), (m.TokensPerSecond, m.ResponseLength)));
    }

    private sealed class FrozenClock : TimeProvider
    {
        public override long GetTimestamp() => 42;
    }
}
