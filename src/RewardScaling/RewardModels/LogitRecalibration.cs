using RewardScaling.Numerics;

namespace RewardScaling.RewardModels;

/// <summary>
/// The factor that makes a proxy's score differences honest probabilities. Labels cut at a threshold make a proxy overconfident;
/// Gao, Schulman and Hilton 2022 (section 2.2) multiply its logits by the scalar of least cross-entropy against soft labels
/// σ(gold difference).
/// </summary>
/// <param name="Scale">The factor; negative when the proxy prefers the wrong responses.</param>
/// <param name="CrossEntropy">Mean cross-entropy at the factor, in nats per comparison.</param>
/// <param name="CrossEntropyBefore">Mean cross-entropy at factor 1, in nats per comparison.</param>
public sealed record LogitRecalibration(double Scale, double CrossEntropy, double CrossEntropyBefore)
{
    /// <summary>
    /// Finds the factor. The cross-entropy is convex in it, so there is one; it is found to rounding by halving an interval.
    /// </summary>
    /// <param name="proxyMargins">The proxy's score of the first response minus that of the second, one for
    /// each comparison; finite.</param>
    /// <param name="goldMargins">The same differences under the gold model; finite.</param>
    /// <exception cref="ArgumentException">
    /// No comparison, lists of different lengths, a number that is not finite, proxy margins that are all 0, or gold margins so
    /// large that no finite factor is best.
    /// </exception>
    public static LogitRecalibration Fit(ReadOnlySpan<double> proxyMargins, ReadOnlySpan<double> goldMargins)
    {
        if (proxyMargins.IsEmpty)
            throw new ArgumentException("proxyMargins is empty; a scale needs at least one comparison.", nameof(proxyMargins));
        Guard.Length(goldMargins.Length, proxyMargins.Length, nameof(goldMargins));
        Guard.AllFinite(proxyMargins);
        Guard.AllFinite(goldMargins);
        double largest = 0;
        foreach (double margin in proxyMargins) largest = Math.Max(largest, Math.Abs(margin));
        if (largest == 0)
            throw new ArgumentException("Every value of proxyMargins is 0; no scale changes them.", nameof(proxyMargins));

        // The slope rises with the scale; the interval doubles until the slope's sign differs at its ends.
        double low = -1 / largest, high = 1 / largest;
        while (Slope(low, proxyMargins, goldMargins) > 0) low = Widened(low, largest);
        while (Slope(high, proxyMargins, goldMargins) < 0) high = Widened(high, largest);
        while (true)
        {
            double middle = low + (high - low) / 2;
            if (middle <= low || middle >= high) break;
            if (Slope(middle, proxyMargins, goldMargins) < 0) low = middle;
            else high = middle;
        }
        return new(high, CrossEntropyAt(high, proxyMargins, goldMargins), CrossEntropyAt(1, proxyMargins, goldMargins));
    }

    /// <summary>The scale and what it gains.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"margins times {Scale:G4}: cross-entropy {CrossEntropyBefore:G4} -> {CrossEntropy:G4} nats");

    private static double Widened(double bound, double largest) => Math.Abs(bound * largest) < 1e12 ? 2 * bound
        : throw new ArgumentException("No finite scale is best: the soft labels that goldMargins give are as good as certain.");

    private static double Slope(double scale, ReadOnlySpan<double> proxy, ReadOnlySpan<double> gold)
    {
        double slope = 0;
        for (int i = 0; i < proxy.Length; i++)
            slope += proxy[i] * BradleyTerryLoss.AtSoft(scale * proxy[i], gold[i]).MarginGradient;
        return slope;
    }

    private static double CrossEntropyAt(double scale, ReadOnlySpan<double> proxy, ReadOnlySpan<double> gold)
    {
        double sum = 0;
        for (int i = 0; i < proxy.Length; i++) sum += BradleyTerryLoss.AtSoft(scale * proxy[i], gold[i]).Loss;
        return sum / proxy.Length;
    }
}
