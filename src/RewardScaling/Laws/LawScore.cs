namespace RewardScaling.Laws;

/// <summary>How well one law does in a comparison.</summary>
/// <param name="Fit">Its fit.</param>
/// <param name="Aicc">Akaike's criterion with the small-sample correction (Hurvich and Tsai 1989), in nats x 2; +∞ with too few
/// points to correct.</param>
/// <param name="Bic">Schwarz's criterion.</param>
/// <param name="Weight">Akaike weight: the share of evidence among the laws compared; they sum to 1.</param>
/// <param name="RunsPValue">
/// The probability of as few runs of equal sign among the residuals by distance if they are independent (exact; Wald and
/// Wolfowitz 1940); small means that the law bends differently from the data.
/// </param>
public sealed record LawScore(LawFit Fit, double Aicc, double Bic, double Weight, double RunsPValue)
{
    /// <summary>A line of the comparison.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"{Fit.Law.Name}: AICc {Aicc:F2}, BIC {Bic:F2}, weight {Weight:F3}, RMSE {Fit.RootMeanSquareError:G3}, runs p {RunsPValue:F2}");
}
