using RewardScaling.Curves;
using RewardScaling.Numerics;

namespace RewardScaling.BestOfN;

/// <summary>Turns scored samples into a best-of-n curve: KL, proxy and gold for each n.</summary>
/// <example>
/// <code>
/// RewardCurve curve = BestOfNCurve.From(scoredPrompts, n: [1, 2, 4, 8, 16, 32, 64]);
/// Console.WriteLine(MeasuredPeak.Of(curve));
/// </code>
/// </example>
public static class BestOfNCurve
{
    /// <summary>The curve of a set of prompts.</summary>
    /// <remarks>
    /// KL is analytic, ln n - (n - 1) / n, and has no error (an upper bound where proxy scores tie). Proxy and gold are
    /// means over prompts of each prompt's unbiased estimate (<see cref="BestOfNEstimator"/>). A prompt is one observation:
    /// the standard error is that of independent prompts, and with a single prompt there is none. The points share their
    /// samples, so their errors are correlated; the curve carries their covariance
    /// (<see cref="RewardCurve.GoldCovariance"/>), which a fit can use.
    /// </remarks>
    /// <param name="prompts">The scored prompts; at least one. They may differ in their number of samples N.</param>
    /// <param name="n">Which n, in the order wanted; each in [1, smallest N].</param>
    /// <param name="label">A name for legends and tables.</param>
    /// <exception cref="ArgumentException">No prompt, no n, or a prompt with fewer samples than n; the message names the
    /// prompt, n and N.</exception>
    public static RewardCurve From(IReadOnlyList<ScoredPrompt> prompts, IReadOnlyList<int> n, string label = "best-of-n")
    {
        ArgumentNullException.ThrowIfNull(prompts);
        ArgumentNullException.ThrowIfNull(n);
        if (prompts.Count == 0) throw new ArgumentException("prompts is empty; a curve needs at least one prompt.",
            nameof(prompts));
        if (n.Count == 0) throw new ArgumentException("n is empty; a curve needs at least one n.", nameof(n));
        int largest = 0;
        for (int k = 0; k < n.Count; k++)
        {
            Guard.Positive(n[k], $"n[{k}]");
            largest = Math.Max(largest, n[k]);
        }
        foreach (var prompt in prompts)
            if (prompt.SampleCount < largest)
                throw new ArgumentException(FormattableString.Invariant($"Prompt '{prompt.Name}' has N = {prompt.SampleCount} samples, fewer than n = {largest}; score more samples or ask for a smaller n."), nameof(n));
        ScoredPrompt[] pool = [.. prompts];
        return BestOfNEstimates.Of(pool, n).ToCurve(label) with
        {
            // Worked out when somebody asks where gold is highest.
            Finer = () => BestOfNEstimates.Of(pool, AllN.UpTo(pool.Min(static prompt => prompt.SampleCount))).ToCurve(label),
        };
    }
}
