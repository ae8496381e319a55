using RewardScaling.Numerics;

namespace RewardScaling.Ppo;

/// <summary>What one step of PPO measured of itself. docs/ppo.md defines each number once more with its formula.</summary>
public sealed record PpoStepMetrics
{
    /// <summary>The step, from 1.</summary>
    public required int Step { get; init; }

    /// <summary>Mean score of the step's rollouts by the proxy, before any scaling: of the policy the step began with.</summary>
    public required Estimate Proxy { get; init; }

    /// <summary>
    /// D_KL(π ‖ π_init) in nats per sequence of the policy the step began with, exact per token, on some of the step's rollouts.
    /// </summary>
    public required Estimate Kl { get; init; }

    /// <summary>
    /// D_KL(π_old ‖ π_new) in nats per token, estimated by k3, mean over the tokens of the last epoch,
    /// each seen before its update.
    /// </summary>
    public required double StepKl { get; init; }

    /// <summary>The share of tokens, over all epochs, whose clipped branch was the active one.</summary>
    public required double ClipFraction { get; init; }

    /// <summary>Mean entropy of the next-token distribution in nats per token, over all epochs.</summary>
    public required double Entropy { get; init; }

    /// <summary>Mean clipped surrogate loss per token, over all epochs.</summary>
    public required double PolicyLoss { get; init; }

    /// <summary>Mean clipped value loss per token, over all epochs, before its coefficient.</summary>
    public required double ValueLoss { get; init; }

    /// <summary>
    /// 1 - Var(return - value) / Var(return) over the step's tokens, with the values at sampling; 0 where returns do not vary.
    /// </summary>
    public required double ExplainedVariance { get; init; }

    /// <summary>Mean norm of the gradient before clipping, over the step's optimizer steps.</summary>
    public required double GradientNorm { get; init; }

    /// <summary>
    /// Largest |log r| of the first minibatch of the first epoch: 0 where the engine samples and evaluates alike.
    /// </summary>
    public required double FirstLogRatio { get; init; }

    /// <summary>How many epochs were made; fewer than asked for after an early stop on <see cref="StepKl"/>.</summary>
    public required int Epochs { get; init; }

    /// <summary>The learning rate of the step.</summary>
    public required double LearningRate { get; init; }

    /// <summary>β of the step, the coefficient of the KL penalty.</summary>
    public required double KlCoefficient { get; init; }

    /// <summary>Mean number of response tokens of a rollout.</summary>
    public required double ResponseLength { get; init; }

    /// <summary>
    /// The share of the step's responses without an end token; 0 where there is none (<see cref="PpoProblem.EndToken"/>).
    /// </summary>
    public double MissingEndFraction { get; init; }

    /// <summary>
    /// Response tokens of the step divided by the seconds it took, evaluation left out; 0 from a clock that stands still.
    /// </summary>
    public required double TokensPerSecond { get; init; }

    /// <summary>What a person looks at first; the other numbers are in the properties.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"step {Step}: KL {Kl} nats, proxy {Proxy}, entropy {Entropy:G3} nats per token, clipped {ClipFraction:P0}, beta {KlCoefficient:G3}, {TokensPerSecond:F0} tokens/s");
}
