using System.Diagnostics.Metrics;
using System.Text.Json;
using RewardScaling.Numerics;
using RewardScaling.Ppo;

namespace RewardScaling.Tests.Ppo;

/// <summary>What a run tells while it goes on: the file, the meter and the log.</summary>
public sealed class PpoMetricsTests : IDisposable
{
    private static readonly PpoOptions Options = new() { LearningRate = 0.02, RolloutsPerStep = 24, MaximumSteps = 5, WarmUpSteps = 0 };

    private readonly TemporaryFolder _folder = new();

    private string Path => _folder.File("metrics.jsonl");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_file_has_a_line_for_every_step_with_every_metric()
    {
        var metrics = await Run(Options);
        var lines = Lines();
        Assert.Equal([1, 2, 3, 4, 5], lines.Select(static line => line.GetProperty("step").GetInt32()));
        foreach (var (line, step) in lines.Zip(metrics))
        {
            Assert.Equal(step.Proxy.Value, line.GetProperty("proxy").GetDouble());
            Assert.Equal(step.Proxy.StandardError, line.GetProperty("proxy_se").GetDouble());
            Assert.Equal(step.Kl.Value, line.GetProperty("kl_nats").GetDouble());
            Assert.Equal(step.StepKl, line.GetProperty("step_kl").GetDouble());
            Assert.Equal(step.Entropy, line.GetProperty("entropy").GetDouble());
            foreach (string name in new[] { "clip_fraction", "value_loss", "explained_variance", "gradient_norm", "response_length",
                "tokens_per_second", "learning_rate", "kl_coefficient", "policy_loss", "missing_end_fraction" })
                Assert.Equal(JsonValueKind.Number, line.GetProperty(name).ValueKind);
        }
        // Gold only where a point was measured at the policy the step began with.
        Assert.Equal(0, lines[0].GetProperty("effort").GetDouble());
        Assert.True(lines[0].TryGetProperty("gold_se", out _));
        Assert.All(lines.Where(static line => line.TryGetProperty("gold", out _)), static line =>
            Assert.Equal(line.GetProperty("step").GetInt32() - 1, line.GetProperty("effort").GetDouble()));
    }

    [Fact]
    public async Task Every_property_of_a_step_is_in_the_file()
    {
        await Run(Options);
        int numbers = typeof(PpoStepMetrics).GetProperties().Length + 2; // two of them carry an error
        var names = Lines()[2].EnumerateObject().Select(static field => field.Name).Except(["effort", "gold", "gold_se"]);
        Assert.Equal(numbers, names.Count());
    }

    [Fact]
    public async Task A_run_that_begins_again_has_every_step_once_and_loses_a_half_line()
    {
        await Run(Options);
        string[] before = await File.ReadAllLinesAsync(Path, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path, string.Join('\n', before[..3]) + "\n{\"step\": 4, \"pro", TestContext.Current.CancellationToken);
        using (var file = new PpoMetricsFile(Path))
        {
            foreach (int step in new[] { 3, 4 }) file.Report(Progress(step));
        }
        Assert.Equal([1, 2, 3, 4], Lines().Select(static line => line.GetProperty("step").GetInt32()));
        Assert.Equal(before[..2], (await File.ReadAllLinesAsync(Path, TestContext.Current.CancellationToken))[..2]);
    }

    [Fact]
    public void The_file_can_be_read_while_it_is_written_and_tells_on()
    {
        var told = new List<PpoProgress>();
        using var file = new PpoMetricsFile(Path, new Listener<PpoProgress>(told.Add));
        file.Report(Progress(1));
        Assert.Single(Lines());
        Assert.Single(told);
        Assert.Throws<ArgumentException>(() => new PpoMetricsFile(" "));
    }

    [Fact]
    public async Task The_meter_says_the_same_under_the_runs_name()
    {
        var values = new Dictionary<string, List<double>>();
        using var listener = new MeterListener
        {
            InstrumentPublished = static (instrument, listener) =>
            {
                if (instrument.Meter.Name == PpoMeter.Name) listener.EnableMeasurementEvents(instrument);
            },
        };
        void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            if (tags[0].Value is not "metered") return;
            lock (values)
            {
                if (!values.TryGetValue(instrument.Name, out var list)) values[instrument.Name] = list = [];
                list.Add(value);
            }
        }
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.Start();
        var metrics = await Run(Options, "metered");
        Assert.Equal(metrics.Select(static m => m.Kl.Value), values["rewardscaling.ppo.kl_nats"]);
        Assert.Equal(metrics.Select(static m => m.GradientNorm), values["rewardscaling.ppo.gradient_norm"]);
        Assert.Equal([1, 1, 1, 1, 1], values["rewardscaling.ppo.steps"]);
        Assert.Equal([72, 72, 72, 72, 72], values["rewardscaling.ppo.tokens"]);
        Assert.Equal(typeof(PpoStepMetrics).GetProperties().Length + 2 - 1 + 2, values.Count); // all but the step, and the counters
    }

    [Fact]
    public async Task An_engine_that_samples_otherwise_than_it_evaluates_is_warned_about_and_a_right_one_not()
    {
        var options = Options with { MaximumSteps = 12, LearningRate = 0.05 };
        var log = new Journal();
        await Run(options, log: log);
        Assert.DoesNotContain(log.Warnings, static line => line.Contains("disagree", StringComparison.Ordinal));
        await Run(options, log: log, policy: new TabularPolicy(3, 4, static i => Math.Sin(i)) { WrongTemperature = 0.3 }, rollouts: 2000);
        Assert.Contains(log.Warnings, static line => line.Contains("two estimates of the KL disagree", StringComparison.Ordinal));
        log.Warnings.Clear();
        await Run(options, log: log, policy: new TabularPolicy(3, 4, static i => Math.Sin(i)) { WrongTemperature = 0.3 }, rollouts: 2000,
            crossCheck: false);
        Assert.Empty(log.Warnings);
    }

    [Fact]
    public async Task The_collapse_of_the_entropy_is_warned_about_once()
    {
        var log = new Journal();
        await Run(Options with { MaximumSteps = 60, LearningRate = 0.5, RolloutsPerStep = 64 }, log: log, reward: static y => y.Sum());
        Assert.Single(log.Warnings, static line => line.Contains("the entropy fell", StringComparison.Ordinal));
    }

    private async Task<IReadOnlyList<PpoStepMetrics>> Run(
        PpoOptions options, string label = "run", Journal? log = null, TabularPolicy? policy = null, int rollouts = 32, bool crossCheck = true,
        Func<int[], double>? reward = null)
    {
        var world = new World(policy ?? new TabularPolicy(3, 4, static i => Math.Sin(i)), reward ?? (static y => y[0] - y[1] * y[2]));
        using var file = new PpoMetricsFile(Path);
        using var result = await new PpoTrainer(options, logger: log).TrainAsync(
            world.Problem with { Label = label }, world.Evaluation(rollouts) with { CrossCheckKl = crossCheck },
            RandomStream.FromSeed(3), progress: file, cancellationToken: TestContext.Current.CancellationToken);
        return result.Metrics;
    }

    private JsonElement[] Lines()
    {
        using var stream = new FileStream(Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(stream);
        return [.. reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => JsonDocument.Parse(line).RootElement)];
    }

    private static PpoProgress Progress(int step) => new(
        new()
        {
            Step = step,
            Proxy = new(1, 0.1),
            Kl = new(2, 0.1),
            StepKl = 0,
            ClipFraction = 0,
            Entropy = 1,
            PolicyLoss = 0,
            ValueLoss = 0,
            ExplainedVariance = 0,
            GradientNorm = 1,
            FirstLogRatio = 0,
            Epochs = 4,
            LearningRate = 1,
            KlCoefficient = 0,
            ResponseLength = 3,
            TokensPerSecond = 5,
        }, 10, 0.5, new() { Kl = new(2, 0.1), Proxy = new(1, 0.1), Gold = new(0, 0.1), Effort = 0 }, 1, TimeSpan.FromSeconds(90));
}
