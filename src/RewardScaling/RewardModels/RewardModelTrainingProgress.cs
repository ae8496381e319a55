using RewardScaling.Numerics;

namespace RewardScaling.RewardModels;

/// <summary>How far the training of a reward model is.</summary>
/// <param name="Step">Steps done, from 1.</param>
/// <param name="Steps">Steps there will be.</param>
/// <param name="Epoch">The epoch of the step, from 1.</param>
/// <param name="Loss">Bradley-Terry loss of the step's comparisons before the step, in nats per
/// comparison; ln 2 is chance.</param>
/// <param name="ComparisonsPerSecond">Comparisons trained on per second since the start; infinite
/// when no time has passed.</param>
/// <param name="TimeLeft">The time the remaining steps take at the pace so far.</param>
public sealed record RewardModelTrainingProgress(
    int Step, int Steps, int Epoch, double Loss, double ComparisonsPerSecond, TimeSpan TimeLeft)
{
    /// <summary>The step, its loss and the time left.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"step {Step} of {Steps} (epoch {Epoch}): loss {Loss:G4}, {ComparisonsPerSecond:F0} comparisons/s, {NumberText.Duration(TimeLeft)} left");
}
