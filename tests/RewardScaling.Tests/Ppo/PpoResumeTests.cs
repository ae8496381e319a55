using RewardScaling.Models;
using RewardScaling.Numerics;
using RewardScaling.Ppo;

namespace RewardScaling.Tests.Ppo;

/// <summary>A run that was stopped, by whatever, goes on to the bits of a straight one.</summary>
public sealed class PpoResumeTests : IDisposable
{
    private static readonly PpoOptions Options = new()
    {
        LearningRate = 0.01,
        RolloutsPerStep = 24,
        MaximumSteps = 12,
        Epochs = 2,
        Minibatches = 3,
        KlCoefficient = 0.05,
        KlController = new AdaptiveKlController { Target = new(0.01), Horizon = 240 },
        ScoreScaling = ScoreScaling.InitialDeviation,
        WarmUpSteps = 3,
    };

    private readonly TemporaryFolder _parent = new();

    private string Folder => _parent.File("run");

    public void Dispose() => _parent.Dispose();

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 5)]
    [InlineData(5, 7)]
    [InlineData(100, 4)]
    [InlineData(100, 11)]
    public async Task A_cancelled_run_goes_on_to_the_same_bits(int stepsBetween, int cancelledAfter)
    {
        var straight = await Run(Options);
        using var source = new CancellationTokenSource();
        var stopper = new Listener<PpoProgress>(told =>
        {
            if (told.Metrics.Step == cancelledAfter) source.Cancel();
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Run(Options, stepsBetween, stopper, token: source.Token));
        // The step in which it was cancelled is not lost, however rare the checkpoints.
        var told = new List<int>();
        var resumed = await Run(Options, stepsBetween, new Listener<PpoProgress>(at => told.Add(at.Metrics.Step)));
        Assert.Equal(cancelledAfter + 1, told[0]);
        AssertSame(straight, resumed);
        AssertSame(straight, await Run(Options, stepsBetween));
    }

    [Fact]
    public async Task Checkpoints_change_no_bit_and_other_batch_sizes_take_them_up()
    {
        var straight = await Run(Options);
        using var source = new CancellationTokenSource();
        var stopper = new Listener<PpoProgress>(told =>
        {
            if (told.Metrics.Step == 6) source.Cancel();
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Run(Options, 2, stopper, token: source.Token));
        AssertSame(straight, await Run(Options with { MicroBatchRollouts = 5, SamplingBatchRollouts = 7 }, 2));
    }

    [Fact]
    public async Task A_run_that_ended_by_its_budget_gives_its_result_again()
    {
        var options = Options with { KlBudget = new(0.05), MaximumSteps = 400, KlCoefficient = 0, KlController = KlController.Fixed };
        var straight = await Run(options, 3);
        var again = await Run(options, 3);
        Assert.Equal(PpoStopReason.KlBudget, again.Stop);
        AssertSame(straight, again);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public async Task A_full_disk_stops_the_run_and_leaves_the_last_checkpoint(int fullAfter)
    {
        var straight = await Run(Options);
        var fault = await Assert.ThrowsAsync<IOException>(() => Run(Options, 2, policy: Policy(fullDiskAfter: fullAfter)));
        Assert.Contains("No space left", fault.Message, StringComparison.Ordinal);
        Assert.Contains("step-0000000", fault.Message, StringComparison.Ordinal);
        Assert.Equal([$"step-{2 * fullAfter:D9}"], Directory.EnumerateDirectories(Folder).Select(Path.GetFileName));
        AssertSame(straight, await Run(Options, 2));
    }

    [Fact]
    public async Task A_score_that_is_no_number_leaves_the_steps_before_it_and_a_mended_proxy_goes_on()
    {
        var straight = await Run(Options);
        int calls = 0;
        var broken = new World.ScoreOf(y => Score(y) + (++calls > 200 ? double.NaN : 0));
        var fault = await Assert.ThrowsAsync<PpoFaultException>(() => Run(Options, 100, proxy: broken));
        Assert.Equal("proxy score", fault.Quantity);
        var told = new List<int>();
        var resumed = await Run(Options, 100, new Listener<PpoProgress>(at => told.Add(at.Metrics.Step)));
        Assert.Equal(fault.Step, told[0]);
        AssertSame(straight, resumed);
    }

    [Fact]
    public async Task A_gradient_that_is_no_number_leaves_the_checkpoint_before_its_step()
    {
        // Six optimizer steps each: the ninth is in step 2, half of which has moved the weights.
        await Assert.ThrowsAsync<PpoFaultException>(() => Run(Options, 1, policy: Policy(poisonGradientAfter: 8)));
        Assert.Equal(["step-000000001"], Directory.EnumerateDirectories(Folder).Select(Path.GetFileName));
        AssertSame(await Run(Options), await Run(Options, 1));
    }

    [Fact]
    public async Task Half_a_step_is_never_kept_however_rare_the_checkpoints()
    {
        await Assert.ThrowsAsync<PpoFaultException>(() => Run(Options, 100, policy: Policy(poisonGradientAfter: 8)));
        Assert.Empty(Directory.EnumerateDirectories(Folder));
        AssertSame(await Run(Options), await Run(Options, 100));
    }

    [Fact]
    public async Task A_collapse_that_was_warned_about_is_not_warned_about_again()
    {
        var options = new PpoOptions { LearningRate = 0.5, RolloutsPerStep = 64, MaximumSteps = 60, WarmUpSteps = 0 };
        var sum = new World.ScoreOf(static y => y.Sum());
        var log = new Journal();
        using var source = new CancellationTokenSource();
        var stopper = new Listener<PpoProgress>(_ =>
        {
            if (log.Warnings.Count > 0) source.Cancel();
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Run(options, 5, stopper, proxy: sum, log: log, token: source.Token));
        await Run(options, 5, proxy: sum, log: log);
        Assert.Single(log.Warnings, static line => line.Contains("the entropy fell", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_folder_of_another_run_is_refused_and_says_what_differs()
    {
        await Run(Options, 5);
        async Task<string> Refusal(PpoOptions options, ulong seed = 3) =>
            (await Assert.ThrowsAsync<IOException>(() => Run(options, 5, seed: seed))).Message;

        Assert.Contains("options.epochs is 2 there and 3 here", await Refusal(Options with { Epochs = 3 }), StringComparison.Ordinal);
        Assert.Contains("stream is", await Refusal(Options, seed: 4), StringComparison.Ordinal);
        Assert.Contains("klController", await Refusal(Options with { KlController = KlController.Fixed }), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_checkpoint_is_named()
    {
        await Run(Options, 5);
        string state = Path.Combine(Folder, "step-000000012", "state.json");
        await File.WriteAllTextAsync(state, "{\"stepsMade\": 1", TestContext.Current.CancellationToken);
        var fault = await Assert.ThrowsAsync<InvalidDataException>(() => Run(Options, 5));
        Assert.Contains(state, fault.Message, StringComparison.Ordinal);
    }

    private static double Score(int[] response) => response[0] - response[1] * response[2];

    private static TabularPolicy Policy(int fullDiskAfter = int.MaxValue, int poisonGradientAfter = int.MaxValue) =>
        new(3, 4, static i => Math.Sin(i)) { FullDiskAfter = fullDiskAfter, PoisonGradientAfter = poisonGradientAfter };

    private async Task<Outcome> Run(
        PpoOptions options, int? stepsBetween = null, IProgress<PpoProgress>? progress = null,
        TabularPolicy? policy = null, IRewardModel? proxy = null, ulong seed = 3, Journal? log = null, CancellationToken token = default)
    {
        var world = new World(policy ?? Policy(), Score);
        using var result = await new PpoTrainer(options, logger: log).TrainAsync(
            world.Problem with { Proxy = proxy ?? world.Problem.Proxy },
            world.Evaluation(32) with { Schedule = new() { DenseStep = 0.02, MaximumStepsBetween = 4 } },
            RandomStream.FromSeed(seed),
            stepsBetween is { } steps ? new CheckpointOptions { Folder = Folder, StepsBetween = steps } : null, progress, token);
        return new(((TabularPolicy)result.Policy).Weights.ToArray(), [.. result.Curve.Points.Select(static p => p.ToString())],
            [.. result.Metrics.Select(static m => m with { TokensPerSecond = 0 })], result.Stop);
    }

    private static void AssertSame(Outcome expected, Outcome actual)
    {
        Assert.Equal(expected.Weights, actual.Weights);
        Assert.Equal(expected.Points, actual.Points);
        Assert.Equal(expected.Metrics, actual.Metrics);
        Assert.Equal(expected.Stop, actual.Stop);
    }

    private sealed record Outcome(double[] Weights, string[] Points, PpoStepMetrics[] Metrics, PpoStopReason Stop);
}
