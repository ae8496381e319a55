using RewardScaling.Curves;
using RewardScaling.Laws;

namespace RewardScaling.Reports;

/// <summary>A curve to draw, with the laws fitted to it, where any were.</summary>
/// <param name="Curve">The measured points.</param>
/// <param name="Gold">A law fitted to its gold reward; null to join the points instead.</param>
/// <param name="Proxy">A law fitted to its proxy reward; null to join the points instead.</param>
public sealed record PlottedCurve(RewardCurve Curve, LawFit? Gold = null, LawFit? Proxy = null)
{
    /// <summary>Where gold is highest as measured; null to look for it in the curve.</summary>
    public MeasuredPeak? Measured { get; init; }

    /// <summary>The curve and which laws are drawn with it.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"{Curve}{(Gold is null ? "" : ", gold law")}{(Proxy is null ? "" : ", proxy law")}");
}
