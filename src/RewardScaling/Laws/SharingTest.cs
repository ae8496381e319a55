using MathNet.Numerics.Distributions;

namespace RewardScaling.Laws;

/// <summary>Whether several curves allow what a joint fit assumes of their coefficients: an F-test against separate
/// fits.</summary>
/// <remarks>
/// With errors estimated from the residuals F = ((RSS joint - RSS separate) / q) / (RSS separate / ν), exact for linear laws
/// with normal errors of one size in all curves (in the ratio of the given errors when weighted). With errors given, the
/// difference of χ² with q degrees of freedom, which is F with ν = ∞. With points that share samples, Hotelling's T² of the
/// separate coefficients, as F = T² (G - q) / (q (G - 1)) over G prompts.
/// </remarks>
/// <param name="Statistic">F; χ² / q when the errors were given.</param>
/// <param name="Restrictions">q, how many coefficients the joint fit saves.</param>
/// <param name="DegreesOfFreedom">ν of the denominator; +∞ when the errors were given.</param>
/// <param name="PValue">The probability of an F as large as this when the assumption holds, in [0, 1].</param>
/// <param name="Assumption">What was assumed, in words, such as "alpha is the same in all 9 curves".</param>
public sealed record SharingTest(double Statistic, int Restrictions, double DegreesOfFreedom, double PValue, string Assumption)
{
    /// <summary>Whether the assumption stands at the 5 percent level. Standing is not proof: few points reject little.</summary>
    public bool IsAllowed => PValue >= 0.05;

    /// <summary>The test in one sentence.</summary>
    public string Sentence
    {
        get
        {
            string statistic = double.IsInfinity(DegreesOfFreedom)
                ? FormattableString.Invariant($"χ²({Restrictions}) = {Statistic * Restrictions:G3}")
                : FormattableString.Invariant($"F({Restrictions}, {DegreesOfFreedom}) = {Statistic:G3}");
            string p = PValue < 0.001 ? "p < 0.001" : FormattableString.Invariant($"p = {PValue:G2}");
            return IsAllowed ? $"The data allow that {Assumption} ({statistic}, {p})."
                : $"The data reject that {Assumption} ({statistic}, {p}).";
        }
    }

    /// <summary>The sentence.</summary>
    public override string ToString() => Sentence;

    /// <summary>From sums of squares; ν infinite when the errors were given.</summary>
    internal static SharingTest FromSums(double joint, double separate, int restrictions, double freedom, string assumption)
    {
        // A nonlinear search may end a hair above the separate minimum or below it.
        double gain = Math.Max(0, joint - separate) / restrictions;
        if (double.IsInfinity(freedom))
            return new(gain, restrictions, freedom, 1 - ChiSquared.CDF(restrictions, gain * restrictions), assumption);
        double f = separate > 0 ? gain / (separate / freedom) : gain > 0 ? double.MaxValue : 0;
        return Of(f, restrictions, freedom, assumption);
    }

    /// <summary>From F.</summary>
    internal static SharingTest Of(double f, int restrictions, double freedom, string assumption) =>
        // P(F > f) as an incomplete beta function keeps its digits where 1 - CDF has none left.
        new(f, restrictions, freedom, double.IsPositiveInfinity(restrictions * f) ? 0
            : MathNet.Numerics.SpecialFunctions.BetaRegularized(freedom / 2, restrictions / 2.0,
                freedom / (freedom + restrictions * f)),
            assumption);
}
