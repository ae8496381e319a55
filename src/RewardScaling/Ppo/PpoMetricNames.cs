using RewardScaling.Numerics;

namespace RewardScaling.Ppo;

/// <summary>The metrics of a step as names and numbers, the same names in the file and in the meter.</summary>
internal static class PpoMetricNames
{
    /// <summary>How fast a step went: the one number that the same run has not again.</summary>
    public const string Rate = "tokens_per_second";

    /// <summary>Every number a step measured; an error that is not known is left out.</summary>
    public static IEnumerable<(string Name, double Value)> Of(PpoStepMetrics metrics) =>
    [
        ("step", metrics.Step),
        .. With("proxy", metrics.Proxy),
        .. With("kl_nats", metrics.Kl),
        ("step_kl", metrics.StepKl),
        ("clip_fraction", metrics.ClipFraction),
        ("entropy", metrics.Entropy),
        ("policy_loss", metrics.PolicyLoss),
        ("value_loss", metrics.ValueLoss),
        ("explained_variance", metrics.ExplainedVariance),
        ("gradient_norm", metrics.GradientNorm),
        ("first_log_ratio", metrics.FirstLogRatio),
        ("epochs", metrics.Epochs),
        ("learning_rate", metrics.LearningRate),
        ("kl_coefficient", metrics.KlCoefficient),
        ("response_length", metrics.ResponseLength),
        ("missing_end_fraction", metrics.MissingEndFraction),
        (Rate, metrics.TokensPerSecond),
    ];

    private static IEnumerable<(string Name, double Value)> With(string name, Estimate estimate)
    {
        yield return (name, estimate.Value);
        if (estimate.HasStandardError) yield return (name + "_se", estimate.StandardError);
    }
}
