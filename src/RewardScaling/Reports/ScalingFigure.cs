using RewardScaling.Laws;
using RewardScaling.Numerics;
using RewardScaling.Reports.Drawing;

namespace RewardScaling.Reports;

/// <summary>Coefficients against the size of the reward model, with their lines: after figure 3 of Gao et al. 2022.</summary>
public static class ScalingFigure
{
    private const int Steps = 40;

    /// <summary>A panel for each coefficient, size on a logarithmic axis.</summary>
    /// <param name="scaling">The lines.</param>
    /// <param name="points">The coefficients they were drawn through.</param>
    /// <param name="size">What size is, for the axis: "Reward model (parameters)".</param>
    /// <param name="name">A name for files and links: lower-case letters, digits and hyphens.</param>
    /// <exception cref="ArgumentException">No point, or one with another number of coefficients than the law's.</exception>
    public static Figure Of(CoefficientScaling scaling, IReadOnlyList<ScalingPoint> points, string size = "Reward model (parameters)",
        string name = "coefficient-scaling")
    {
        ArgumentNullException.ThrowIfNull(scaling);
        ArgumentNullException.ThrowIfNull(points);
        if (points.Count == 0) throw new ArgumentException("points is empty; a figure needs at least one.", nameof(points));
        int width = scaling.Law.ParameterNames.Count;
        for (int i = 0; i < points.Count; i++) Guard.Length(points[i].Coefficients.Count, width, $"points[{i}].Coefficients");
        Ink ink = Palette.Ramp(1)[0];
        Axis sizes = Axis.Around(size, AxisScale.Logarithmic, points.Select(static p => p.Size));
        double low = points.Min(static p => p.Size), high = points.Max(static p => p.Size);
        double[] places = [.. Enumerable.Range(0, Steps + 1).Select(i => low * Math.Pow(high / low, (double)i / Steps))];
        Panel[] panels = [.. scaling.Law.ParameterNames.Select((parameter, j) =>
        {
            var band = places.Select(x => (X: x, Interval: scaling.Predict(parameter, x))).ToArray();
            return new Panel("", sizes, Axis.Around(parameter, AxisScale.Linear,
                [.. points.Select(p => p.Coefficients[j]), .. band.Select(b => b.Interval.Low),
                    .. band.Select(b => b.Interval.High)]),
            [
                new BandMark([.. band.Select(static b => (b.X, b.Interval.Low, b.Interval.High))], ink),
                new LineMark([.. places.Select(x => (x, scaling.Coefficients(x)[j]))], ink, Width: 2.2),
                new PointMark([.. points.Select(p =>
                    (Estimate.WithoutError(p.Size), Estimate.WithoutError(p.Coefficients[j])))], ink, Marker.Circle),
            ]);
        })];
        return new(name, $"Coefficients of the {scaling.Law.Name} law by size",
            $"Coefficients of {scaling.Law.Formula} against the size of the reward model on a logarithmic axis. {scaling.ToString().ReplaceLineEndings("; ")}.",
            Math.Min(2, width), panels,
            [new("", [new("fitted to one curve", Palette.Muted, Shape: Marker.Circle), new("line, 95 % interval of a new reward model", Palette.Muted, Line: true, Band: true)])]);
    }
}
