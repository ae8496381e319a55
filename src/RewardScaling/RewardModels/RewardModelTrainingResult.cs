using RewardScaling.Numerics;

namespace RewardScaling.RewardModels;

/// <summary>What the training of a reward model came to.</summary>
/// <param name="HeldOut">Loss and accuracy on the comparisons held out.</param>
/// <param name="Losses">Bradley-Terry loss of each step's comparisons before that step, in nats per comparison.</param>
/// <param name="Comparisons">How many different comparisons it was trained on.</param>
[TypeFormatterSource]
public sealed record RewardModelTrainingResult(RewardModelEvaluation HeldOut, IReadOnlyList<double> Losses, int Comparisons)
{
    /// <summary>
    /// The held-out losses looked at along the way (<see cref="RewardModelTrainingOptions.StepsPerEvaluation"/>), the first
    /// before the first step; empty where none were asked for.
    /// </summary>
    public IReadOnlyList<Estimate> HeldOutLosses { get; init; } = [];

    /// <summary>What it reached and what it took.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"held-out loss {HeldOut.Loss}, accuracy {HeldOut.Accuracy}, {Losses.Count} steps, {Comparisons:N0} comparisons");
}
