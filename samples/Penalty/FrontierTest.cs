using RewardScaling.Curves;
using RewardScaling.Studies.Claims;

namespace RewardScaling.Samples.Penalty;

/// <summary>
/// Whether runs under a penalty reach more gold than runs without one at the same KL, seed by seed (Gao, Schulman and Hilton
/// 2022, section 3.6, found that they do not).
/// </summary>
/// <param name="Label">Which penalty.</param>
/// <param name="Gap">Gold under the penalty less gold without at the same KL, tested against 0 over the seeds.</param>
internal sealed record FrontierTest(string Label, SeedTest Gap)
{
    /// <summary>Compares runs under a penalty with runs without one; both have the same seeds in the same order.</summary>
    /// <exception cref="ArgumentException">Not as many of both, or fewer than two pairs.</exception>
    public static FrontierTest Of(IGrouping<string, RewardCurve> penalized, IEnumerable<RewardCurve> free)
    {
        if (penalized.Count() != free.Count() || free.Count() < 2)
            throw new ArgumentException($"{penalized.Count()} and {free.Count()} runs; they must be at least two pairs.");
        return new(penalized.Key, SeedTest.Above([.. penalized.Zip(free, MeanGap)], "pairs of runs"));
    }

    /// <summary>The gap and the verdict.</summary>
    public override string ToString() => FormattableString.Invariant($"{Label}: gold at equal KL is {Gap.Mean.Value:+0.000;-0.000} ± {Gap.Mean.StandardError:0.000} against no penalty ({Gap.Words}{(Gap.HasPValue ? FormattableString.Invariant($", p = {Gap.PValue:0.00}") : "")}): ")
        + Gap.Verdict switch
        {
            ClaimVerdict.Supported => "above the frontier.",
            ClaimVerdict.NotSupported => "not above the frontier but below it.",
            _ => "not above the frontier.",
        };

    private static double MeanGap(RewardCurve penalized, RewardCurve free) =>
        new CurvePath(penalized).TryMeanAbove(new CurvePath(free), static point => point.Gold, out double mean) ? mean
            : throw new ArgumentException($"'{penalized.Label}' and '{free.Label}' have no KL in common.");
}
