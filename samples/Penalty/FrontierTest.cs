using MathNet.Numerics.Distributions;
using RewardScaling.Curves;
using RewardScaling.Numerics;
using RewardScaling.Reports;

namespace RewardScaling.Samples.Penalty;

/// <summary>
/// Whether runs under a penalty reach more gold than runs without one at the same KL, seed by seed (Gao, Schulman and Hilton
/// 2022, section 3.6, found that they do not).
/// </summary>
/// <param name="Label">Which penalty.</param>
/// <param name="Gap">Mean over seeds of gold under the penalty less gold without at the same KL, and its standard error.</param>
/// <param name="Above">The one-sided p-value of "no gap" against "above"; Student's t.</param>
/// <param name="Seeds">How many pairs.</param>
internal sealed record FrontierTest(string Label, Estimate Gap, double Above, int Seeds)
{
    /// <summary>Compares two groups whose runs have the same seeds in the same order.</summary>
    /// <exception cref="ArgumentException">Groups of different sizes, or fewer than two pairs.</exception>
    public static FrontierTest Of(RunGroup penalized, RunGroup free)
    {
        if (penalized.Curves.Count != free.Curves.Count || free.Curves.Count < 2)
            throw new ArgumentException($"{penalized.Curves.Count} and {free.Curves.Count} runs; they must be at least two pairs.");
        var gap = Estimate.Mean([.. penalized.Curves.Zip(free.Curves, MeanGap)]);
        double t = gap.StandardError > 0 ? gap.Value / gap.StandardError : 0;
        return new(penalized.Label, gap, 1 - StudentT.CDF(0, 1, free.Curves.Count - 1, t), free.Curves.Count);
    }

    /// <summary>The gap and the verdict.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"{Label}: gold at equal KL is {Gap.Value:+0.000;-0.000} ± {Gap.StandardError:0.000} against no penalty ({Seeds} pairs, one-sided p = {Above:0.00}): ")
        + (Above < 0.01 ? "above the frontier." : Above > 0.99 ? "not above the frontier but below it." : "not above the frontier.");

    // Over the points of the penalised run that lie within the other's reach, gold of the other interpolated in d.
    private static double MeanGap(RewardCurve penalized, RewardCurve free)
    {
        RewardPoint[] frontier = [.. free.Points.OrderBy(static point => point.Kl.Value)];
        double[] gaps = [.. penalized.Points.Where(point => point.Kl.Value > 0 && point.Kl.Value <= frontier[^1].Kl.Value)
            .Select(point => point.Gold.Value - At(frontier, point.Distance.Value))];
        return gaps.Length > 0 ? gaps.Average() : throw new ArgumentException($"'{penalized.Label}' and '{free.Label}' have no KL in common.");
    }

    private static double At(RewardPoint[] frontier, double distance)
    {
        int right = Array.FindIndex(frontier, point => point.Distance.Value >= distance);
        if (right == 0) return frontier[0].Gold.Value;
        RewardPoint low = frontier[right - 1], high = frontier[right];
        double width = high.Distance.Value - low.Distance.Value, share = width > 0 ? (distance - low.Distance.Value) / width : 1;
        return low.Gold.Value + share * (high.Gold.Value - low.Gold.Value);
    }
}
