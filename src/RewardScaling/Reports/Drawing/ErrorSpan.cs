using RewardScaling.Numerics;

namespace RewardScaling.Reports.Drawing;

/// <summary>How far errors reach in figures: bars one standard error, bands two, which covers about 95 percent.</summary>
internal static class ErrorSpan
{
    private const double BandErrors = 2;

    /// <summary>A place of a band.</summary>
    public static (double X, double Low, double High) Band(double x, Estimate y) =>
        (x, y.Value - BandErrors * y.StandardError, y.Value + BandErrors * y.StandardError);

    /// <summary>The ends of a bar; the value alone where no error is known.</summary>
    public static IEnumerable<double> Ends(Estimate y) =>
        y.HasStandardError ? [y.Value - y.StandardError, y.Value + y.StandardError] : [y.Value];
}
