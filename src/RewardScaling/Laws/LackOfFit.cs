namespace RewardScaling.Laws;

/// <summary>Whether the law describes the points of a fit. Exactly one of the cases nested here.</summary>
/// <remarks>
/// Every interval of a fit takes the law as true. Where a test rejects it (<see cref="IsRejected"/>) the intervals are of a law
/// that does not hold, and <see cref="LawFit.PeakComparison"/> says what to believe instead. Not to be rejected is no proof: few
/// or noisy points reject little.
/// </remarks>
public abstract record LackOfFit
{
    /// <summary>Below this probability a law is rejected.</summary>
    public const double Threshold = 0.01;

    private LackOfFit() { }

    /// <summary>Whether a test was possible and its p-value is below <see cref="Threshold"/>.</summary>
    public bool IsRejected => this is Tested { PValue: < Threshold };

    /// <summary>The law was tested.</summary>
    /// <param name="Test">How.</param>
    /// <param name="Statistic">χ², or F.</param>
    /// <param name="DegreesOfFreedom">Of χ², or of the numerator of F.</param>
    /// <param name="Denominator">Degrees of freedom of the denominator of F; +∞ for χ².</param>
    /// <param name="PValue">The probability of residuals as large as these where the law holds, in [0, 1].</param>
    /// <param name="Largest">The largest standardised residual.</param>
    public sealed record Tested(LackOfFitTest Test, double Statistic, int DegreesOfFreedom, double Denominator, double PValue,
        StandardizedResidual Largest) : LackOfFit
    {
        /// <summary>The test and its p-value, as "χ²(18) = 634, p &lt; 1e-12".</summary>
        public string Words
        {
            get
            {
                string statistic = Test == LackOfFitTest.ChiSquared
                    ? FormattableString.Invariant($"χ²({DegreesOfFreedom}) = {Statistic:G3}")
                    : FormattableString.Invariant($"F({DegreesOfFreedom}, {Denominator:G4}) = {Statistic:G3}");
                return PValue < 1e-12 ? $"{statistic}, p < 1e-12" : FormattableString.Invariant($"{statistic}, p = {PValue:G2}");
            }
        }

        /// <inheritdoc/>
        public override string ToString() =>
            $"the law {(IsRejected ? "does not describe the points" : "is not rejected")}: {Words}; largest residual {Largest}";
    }

    /// <summary>Nothing is known of whether the law holds.</summary>
    /// <param name="Reason">Why, in words.</param>
    public sealed record NotTested(string Reason) : LackOfFit
    {
        /// <inheritdoc/>
        public override string ToString() => $"whether the law describes the points was not tested: {Reason}";
    }
}
