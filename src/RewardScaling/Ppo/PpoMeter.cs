using System.Diagnostics.Metrics;

namespace RewardScaling.Ppo;

/// <summary>
/// The step metrics as instruments of a <see cref="Meter"/>, for whatever collects those of the process (dotnet-counters,
/// OpenTelemetry). It measures nothing of its own and costs nothing where nobody listens.
/// </summary>
/// <remarks>
/// A gauge for each metric, named <c>rewardscaling.ppo.</c> and the metric's name in docs/ppo.md; the counters
/// <c>rewardscaling.ppo.steps</c> and <c>rewardscaling.ppo.tokens</c>. Every value carries the label of the run as the tag
/// <c>run</c>.
/// </remarks>
public static class PpoMeter
{
    /// <summary>The name of the meter.</summary>
    public const string Name = "RewardScaling.Ppo";

    private const string Prefix = "rewardscaling.ppo.";

    private static readonly Meter s_meter = new(Name);
    private static readonly Counter<long> s_steps = s_meter.CreateCounter<long>(Prefix + "steps", "{step}", "PPO steps made");
    private static readonly Counter<long> s_tokens =
        s_meter.CreateCounter<long>(Prefix + "tokens", "{token}", "Response tokens trained on");
    private static readonly Dictionary<string, Gauge<double>> s_gauges = Gauges(
        ("proxy", "{score}", "Mean proxy score of the step's rollouts"),
        ("proxy_se", "{score}", "Its standard error"),
        ("kl_nats", "{nat}", "D_KL(policy || initial policy) per sequence"),
        ("kl_nats_se", "{nat}", "Its standard error"),
        ("step_kl", "{nat}", "D_KL(old policy || new policy) per token"),
        ("clip_fraction", "1", "Share of tokens whose clipped branch is active"),
        ("entropy", "{nat}", "Mean entropy per token"),
        ("policy_loss", "1", "Mean clipped surrogate loss"),
        ("value_loss", "1", "Mean clipped value loss"),
        ("explained_variance", "1", "1 - Var(return - value) / Var(return)"),
        ("gradient_norm", "1", "Mean norm of the gradient before clipping"),
        ("first_log_ratio", "{nat}", "Largest |log ratio| of the first minibatch"),
        ("epochs", "{epoch}", "Epochs made"),
        ("learning_rate", "1", "Learning rate"),
        ("kl_coefficient", "1", "Coefficient of the KL penalty"),
        ("response_length", "{token}", "Mean response tokens"),
        ("missing_end_fraction", "1", "Share of responses without an end"),
        ("tokens_per_second", "{token}/s", "Response tokens per second"));

    /// <summary>Records a step.</summary>
    internal static void Record(string run, PpoStepMetrics metrics, long tokens)
    {
        var tag = new KeyValuePair<string, object?>("run", run);
        s_steps.Add(1, tag);
        s_tokens.Add(tokens, tag);
        foreach (var (name, value) in PpoMetricNames.Of(metrics))
            if (s_gauges.TryGetValue(name, out var gauge)) gauge.Record(value, tag);
    }

    private static Dictionary<string, Gauge<double>> Gauges(
        params ReadOnlySpan<(string Name, string Unit, string Description)> gauges)
    {
        var made = new Dictionary<string, Gauge<double>>(StringComparer.Ordinal);
        foreach (var (name, unit, description) in gauges)
            made[name] = s_meter.CreateGauge<double>(Prefix + name, unit, description);
        return made;
    }
}
