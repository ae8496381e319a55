using RewardScaling.Curves;
using RewardScaling.Numerics;
using RewardScaling.Reports.Drawing;
using RewardScaling.Studies.Claims;

namespace RewardScaling.Reports.Parts;

/// <summary>Gold and proxy against KL where one axis of the plan was varied: a colour for each of its values, a column for each
/// method.</summary>
internal static class SeriesFigure
{
    private const string KlTitle = "KL from the reference (nats, √ scale)";

    /// <summary>The figure; none without cells.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="title">Its title.</param>
    /// <param name="cells">What to draw; of more than one reward model that of the fewest comparisons, of these the
    /// smallest.</param>
    /// <param name="series">What a cell's colour stands for.</param>
    public static IReadOnlyList<Figure> Of(string name, string title, IReadOnlyList<SeedCell> cells, Func<SeedCell,
        string> series)
    {
        if (cells.Count == 0) return [];
        var main = cells.Select(static cell => (cell.At.Comparisons, cell.At.ProxyParameters)).Min();
        SeedCell[] drawn = [.. cells.Where(cell => (cell.At.Comparisons, cell.At.ProxyParameters) == main)];
        string[] labels = [.. drawn.Select(series).Distinct()];
        IReadOnlyList<Ink> inks = Palette.Ramp(labels.Length);
        OptimizationMethod[] methods = [.. drawn.Select(static cell => cell.At.Method).Distinct().Order()];
        List<Panel> panels = [.. Row(static point => point.Gold, "Gold score", 230), .. Row(static point => point.Proxy, "Proxy score", 130)];
        return
        [
            new(name, title, FormattableString.Invariant($"Gold above and proxy below against KL on a square-root axis, for the reward model of {main.ProxyParameters:N0} parameters and {main.Comparisons:N0} comparisons. Lines are means over {drawn.Max(static cell => cell.Seeds)} {drawn[0].SeedName}, bars one standard error over them."),
                methods.Length, panels, [new("", [.. labels.Select((label, i) =>
                    new LegendEntry(label, inks[i], Line: true, Shape: Palette.Shape(i)))])]),
        ];

        IEnumerable<Panel> Row(Func<RewardPoint, Estimate> reward, string yTitle, double height)
        {
            Axis y = Axis.Around(yTitle, AxisScale.Linear,
                drawn.SelectMany(cell => cell.Mean.Points).SelectMany(point => ErrorSpan.Ends(reward(point))));
            for (int m = 0; m < methods.Length; m++)
            {
                SeedCell[] own = [.. drawn.Where(cell => cell.At.Method == methods[m])];
                Axis kl = Axis.Around(KlTitle, AxisScale.SquareRoot,
                    own.SelectMany(static cell => cell.Mean.Points).Select(static point => point.Kl.Value));
                List<Mark> marks = [new LevelMark(Math.Clamp(0, y.Low, y.High), Palette.Axis)];
                foreach (SeedCell cell in own)
                {
                    int i = Array.IndexOf(labels, series(cell));
                    marks.Add(new LineMark([.. cell.Mean.Points.Select(point => (point.Kl.Value, reward(point).Value))],
                        inks[i], Width: 1.6));
                    marks.Add(new PointMark([.. Sparse.Of(cell.Mean.Points, i).Select(point =>
                        (Estimate.WithoutError(point.Kl.Value), reward(point)))], inks[i], Palette.Shape(i)));
                }
                yield return new(height > 200 ? CurveGroups.Name(methods[m]) : "", kl,
                    m == 0 ? y : new("", y.Scale, y.Low, y.High), marks)
                { Height = height, XText = height < 200 };
            }
        }
    }
}
