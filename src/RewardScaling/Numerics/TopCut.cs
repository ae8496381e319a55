namespace RewardScaling.Numerics;

/// <summary>What top-k and then top-p leave of a distribution: the one place where that is decided.</summary>
internal static class TopCut
{
    /// <summary>
    /// A mass reaches p at this share of it, so that 0.5 + 0.3 reaches 0.8 however the sum is rounded.
    /// </summary>
    public const double Reached = 1 - 1e-12;

    /// <summary>
    /// Sets to -infinity all but the k likeliest tokens, and of those all but the fewest likeliest whose mass reaches p of
    /// theirs. Of equally likely tokens the one earlier in the vocabulary comes first.
    /// </summary>
    /// <param name="logWeights">ln of the probabilities but for a constant; not all -infinity. A NaN makes the result
    /// NaN.</param>
    /// <param name="topK">k, at least 1.</param>
    /// <param name="topP">p, in (0, 1].</param>
    /// <param name="sorted">Scratch, as long.</param>
    /// <returns>ln of the sum of what is left: a log-weight less this is a log-probability.</returns>
    public static double Apply(Span<double> logWeights, int topK, double topP, Span<double> sorted)
    {
        logWeights.CopyTo(sorted);
        sorted.Sort();
        // NaN sorts first. It must not be cut away as if it were the least likely.
        if (double.IsNaN(sorted[0])) return double.NaN;
        double top = sorted[^1];
        int kept = Math.Min(topK, sorted.Length);
        // The last tokens of a whole nucleus must not fall to rounding.
        if (topP < 1)
        {
            double candidates = 0, mass = 0;
            for (int i = 1; i <= kept; i++) candidates += Math.Exp(sorted[^i] - top);
            int fewest = 0;
            while (fewest < kept && mass < topP * candidates * Reached) mass += Math.Exp(sorted[^++fewest] - top);
            kept = fewest;
        }
        double least = sorted[^kept], sum = 0;
        int ties = kept;
        foreach (double weight in logWeights)
            if (weight > least) ties--;
        foreach (ref double weight in logWeights)
        {
            if (weight > least || (weight == least && ties-- > 0)) sum += Math.Exp(weight - top);
            else weight = double.NegativeInfinity;
        }
        return top + Math.Log(sum);
    }
}
