using RewardScaling.Laws;
using RewardScaling.Numerics;

namespace RewardScaling.Runs.Gate;

/// <summary>Signs that a law says something nobody saw.</summary>
internal static class FitGate
{
    public static IEnumerable<GateFinding> Findings(LawFit fit)
    {
        if (fit.Peak is not LawPeak.InsideData { Reward: var peak, Kl: var kl }) yield break;
        double low = fit.Problem.Rewards.Min(), high = fit.Problem.Rewards.Max();
        double beyond = Math.Max(low - peak.Value, peak.Value - high), allowed = 0.1 * (high - low) + Allowance(fit, peak);
        if (beyond > allowed)
            yield return new(GateSubject.Law, GateRuling.NoLaw, FormattableString.Invariant(
                $"The {fit.Law.Name} law would peak at {peak.Value:G3} ({kl.Value:G3} nats), outside the {(fit.Target == RewardTarget.Gold ? "gold" : "proxy scores")} seen, {low:G3} to {high:G3}, though inside their KL: it does not describe these points."));
    }

    // The highest of noisy points may miss a peak by their noise.
    private static double Allowance(LawFit fit, Estimate peak) => Math.Min(
        peak.HasStandardError ? 2 * peak.StandardError : double.PositiveInfinity, 2 * fit.RootMeanSquareError);
}
