using RewardScaling.Numerics;

namespace RewardScaling.BestOfN;

/// <summary>
/// The n of best-of-n that has the highest gold on calibration data: how far it is safe to select by this proxy.
/// </summary>
/// <param name="N">The best n among those tried.</param>
/// <param name="Gold">Mean gold there, with the error over prompts. Being the highest of several it is a little too high.</param>
/// <param name="LossAtLargest">Gold at the best n less gold at the largest tried, with the error of the
/// difference over prompts.</param>
/// <param name="Plausible">The n whose gold is not below the best's by more than twice the error of
/// the difference, ascending.</param>
public sealed record Hedge(int N, Estimate Gold, Estimate LossAtLargest, IReadOnlyList<int> Plausible)
{
    /// <summary>Looks for the best n (Khalaf et al. 2025, arXiv:2506.19248, call it hedging).</summary>
    /// <param name="prompts">Scored calibration prompts; at least two.</param>
    /// <param name="n">Which n to try; each in [1, smallest N].</param>
    /// <exception cref="ArgumentException">Fewer than two prompts, or what <see cref="BestOfNCurve.From"/> refuses.</exception>
    public static Hedge Of(IReadOnlyList<ScoredPrompt> prompts, IReadOnlyList<int> n)
    {
        ArgumentNullException.ThrowIfNull(prompts);
        if (prompts.Count < 2) throw new ArgumentException("A hedge needs at least two prompts for its errors.", nameof(prompts));
        var curve = BestOfNCurve.From(prompts, n, "calibration");
        int best = 0, largest = 0;
        for (int k = 1; k < n.Count; k++)
        {
            if (curve.Points[k].Gold.Value > curve.Points[best].Gold.Value) best = k;
            if (n[k] > n[largest]) largest = k;
        }
        Estimate Behind(int k)
        {
            var covariance = curve.GoldCovariance!;
            double variance = covariance[best, best] + covariance[k, k] - 2 * covariance[best, k];
            return new(curve.Points[best].Gold.Value - curve.Points[k].Gold.Value, Math.Sqrt(Math.Max(0, variance)));
        }
        int[] plausible = [.. Enumerable.Range(0, n.Count)
            .Where(k => Behind(k) is var behind && behind.Value <= 2 * behind.StandardError)
            .Select(k => n[k]).Distinct().Order()];
        return new(n[best], curve.Points[best].Gold, Behind(largest), plausible);
    }

    /// <summary>The best n in words.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"best-of-{N}: gold {Gold}; {Plausible[0]} to {Plausible[^1]} cannot be told apart from it; at the largest n tried gold is {LossAtLargest} lower");
}
