using RewardScaling.Numerics;

namespace RewardScaling.BestOfN;

/// <summary>
/// The n of best-of-n that has the highest gold on calibration data: how far it is safe to select by this proxy.
/// </summary>
/// <param name="N">The best n among those tried.</param>
/// <param name="Gold">Mean gold there, with the error over prompts. Being the highest of several it is a little too high.</param>
/// <param name="LossAtLargest">Gold at the best n less gold at the largest tried, with the error of the
/// difference over prompts; 0 where the largest is the best.</param>
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
        var resampler = new PromptResampler(prompts, n, "calibration");
        var search = new HedgeSearch(resampler.GoldByN);
        int largest = 0;
        for (int k = 1; k < n.Count; k++)
            if (n[k] > n[largest]) largest = k;
        return new(n[search.Best], search.Gold, search.Behind(largest),
            [.. search.Plausible.Select(k => n[k]).Distinct().Order()]);
    }

    /// <summary>The best n in words.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"best-of-{N}: gold {Gold}; {Plausible[0]} to {Plausible[^1]} cannot be told apart from it; {HedgeSearch.AtLargest(LossAtLargest, "n tried")}");
}
