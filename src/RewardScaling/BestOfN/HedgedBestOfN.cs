using RewardScaling.Curves;
using RewardScaling.Numerics;

namespace RewardScaling.BestOfN;

/// <summary>
/// The n of best-of-n that has the highest gold on calibration data, among a few that one might use: how far it is safe to select
/// by this proxy.
/// </summary>
/// <remarks>For where gold is highest of every n, how high, and how far it falls, each with an interval, see
/// <see cref="MeasuredPeak"/>; a hedge is its answer for the n tried.</remarks>
/// <param name="N">The best n among those tried.</param>
/// <param name="Gold">Mean gold there, with the error over prompts. Being the highest of several it is a little too high.</param>
/// <param name="LossAtLargest">Gold at the best n less gold at the largest tried, with the error of the
/// difference over prompts; 0 where the largest is the best.</param>
/// <param name="Plausible">The n tried that may be the best, ascending: <see cref="PeakBounds.Plausible"/>, a set of 95 percent
/// that pays for having looked for the best of several.</param>
public sealed record HedgedBestOfN(int N, Estimate Gold, Estimate LossAtLargest, IReadOnlyList<int> Plausible)
{
    /// <summary>Looks for the best n (Khalaf et al. 2025, arXiv:2506.19248, call it hedging).</summary>
    /// <param name="prompts">Scored calibration prompts; at least two.</param>
    /// <param name="n">Which n to try; each in [1, smallest N].</param>
    /// <exception cref="ArgumentException">Fewer than two prompts, or what <see cref="BestOfNCurve.From"/> refuses.</exception>
    public static HedgedBestOfN Of(IReadOnlyList<ScoredPrompt> prompts, IReadOnlyList<int> n)
    {
        ArgumentNullException.ThrowIfNull(prompts);
        if (prompts.Count < 2) throw new ArgumentException("A hedge needs at least two prompts for its errors.", nameof(prompts));
        var resampler = new PromptResampler(prompts, n, "calibration");
        var search = new HedgeSearch(resampler.GoldByN);
        int largest = 0;
        for (int k = 1; k < n.Count; k++)
            if (n[k] > n[largest]) largest = k;
        return new(n[search.Best], search.Gold, search.Behind(largest),
            [.. ((MeasuredPeak.Known)MeasuredPeak.Of(resampler.Original with { Finer = null })).Bounds.Plausible
                .Select(static point => (int)point.Effort).Distinct()]);
    }

    /// <summary>The best n in words.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"best-of-{N}: gold {Gold}; {Plausible[0]} to {Plausible[^1]} cannot be told apart from it; {HedgeSearch.AtLargest(LossAtLargest, "n tried")}");
}
