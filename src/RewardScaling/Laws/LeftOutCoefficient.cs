using RewardScaling.Numerics;

namespace RewardScaling.Laws;

/// <summary>A coefficient measured at a size that was left out, beside what the other sizes predict.</summary>
/// <param name="Size">The size that was left out.</param>
/// <param name="Parameter">The coefficient.</param>
/// <param name="Measured">Its value in the fit of the curve left out.</param>
/// <param name="Predicted">The interval the other sizes predict for that measurement, its own error included.</param>
public sealed record LeftOutCoefficient(double Size, string Parameter, double Measured, ConfidenceInterval Predicted)
{
    /// <summary>Whether the measurement lies in the interval; of many about the interval's level should.</summary>
    public bool IsPredicted => Predicted.Contains(Measured);

    /// <summary>As "size 1e6: alpha = 0.55, predicted 0.51 to 0.6".</summary>
    public override string ToString() => FormattableString.Invariant(
        $"size {Size:G3}: {Parameter} = {Measured:G3}, {(IsPredicted ? "predicted" : "outside the predicted")} {Predicted}");
}
