using RewardScaling.Numerics;
using RewardScaling.Reports.Drawing;
using RewardScaling.Studies.Claims;

namespace RewardScaling.Reports.Parts;

/// <summary>α and β against the size of the reward model, after figure 3 of Gao et al. 2022.</summary>
internal static class CoefficientFigures
{
    private const int Steps = 24;

    /// <summary>A row for each method, a column for each coefficient, a colour for each of at most four numbers of
    /// comparisons.</summary>
    public static IReadOnlyList<Figure> Of(SizesPart part)
    {
        SizeTrend[] trends = [.. part.Trends.Where(static trend => trend.Cells.Any(static cell => cell.HasCoefficients))];
        if (trends.Length == 0) return [];
        int[] counts = MeanFigures.Spread([.. trends.Select(static trend => trend.Comparisons).Distinct().Order()]);
        IReadOnlyList<Ink> inks = Palette.Ramp(counts.Length);
        Axis sizes = Axis.Around("Parameters (log scale)", AxisScale.Logarithmic,
            trends.SelectMany(static trend => trend.Cells).Select(static cell => (double)cell.At.ProxyParameters));
        Panel[] panels = [.. trends.GroupBy(static trend => trend.Method).OrderBy(static group => group.Key)
            .SelectMany(group => new[] { Panel([.. group], "alpha"), Panel([.. group], "beta") })];
        return
        [
            new("coefficients-by-size", "Coefficients by the size of the reward model",
                "α and β of each curve's own fit, mean and one standard error over seeds, against the parameters of the reward model on a logarithmic axis. Lines are regressions on log10 of the size, where three reward models give one.",
                2, panels, [new("Comparisons the proxy saw", [.. counts.Select((count, i) =>
                    new LegendEntry(NumberText.Count(count), inks[i], Line: true, Shape: Palette.Shape(i)))])]),
        ];

        Panel Panel(SizeTrend[] own, string parameter)
        {
            var marks = new List<Mark>();
            var heights = new List<double>();
            int coefficient = parameter == "alpha" ? 0 : 1;
            foreach (SizeTrend trend in own.Where(trend => counts.Contains(trend.Comparisons)))
            {
                int i = Array.IndexOf(counts, trend.Comparisons);
                (Estimate X, Estimate Y)[] points = [.. trend.Cells.Where(static cell => cell.HasCoefficients)
                    .Select(cell => (Estimate.WithoutError(cell.At.ProxyParameters), coefficient == 0 ? cell.Alpha : cell.Beta))];
                heights.AddRange(points.SelectMany(static point => ErrorSpan.Ends(point.Y)));
                if (trend.HasLines)
                {
                    double low = points.Min(static point => point.X.Value), high = points.Max(static point => point.X.Value);
                    double[] places = [.. Enumerable.Range(0, Steps + 1)
                        .Select(step => low * Math.Pow(high / low, (double)step / Steps))];
                    marks.Add(new LineMark([.. places.Select(x => (x, trend.Lines.Coefficients(x)[coefficient]))], inks[i],
                        Width: 1.6));
                }
                marks.Add(new PointMark(points, inks[i], Palette.Shape(i)));
            }
            return new($"{CurveGroups.Name(own[0].Method)}, {(coefficient == 0 ? "α" : "β")}", sizes, Axis.Around(coefficient == 0 ? "α" : "β", AxisScale.Linear, heights), marks);
        }
    }
}
