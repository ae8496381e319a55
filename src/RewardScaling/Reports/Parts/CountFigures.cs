using RewardScaling.Curves;
using RewardScaling.Laws;
using RewardScaling.Numerics;
using RewardScaling.Reports.Drawing;
using RewardScaling.Studies.Claims;

namespace RewardScaling.Reports.Parts;

/// <summary>Held-out loss and the highest gold against the number of comparisons, a colour for each size of reward
/// model.</summary>
internal static class CountFigures
{
    /// <summary>Both figures; none without two numbers of comparisons.</summary>
    public static IReadOnlyList<Figure> Of(ComparisonsPart part)
    {
        if (part.Losses.Count == 0) return [];
        long[] sizes = [.. part.Losses.Select(static loss => loss.ProxyParameters).Distinct().Order()];
        IReadOnlyList<Ink> inks = Palette.Ramp(sizes.Length);
        Axis counts = Axis.Around("Comparisons (log scale)", AxisScale.Logarithmic, part.Losses.Select(static loss => (double)loss.Comparisons));
        LegendGroup legend = new("Reward model (parameters)", [.. sizes.Select((size, i) =>
            new LegendEntry(NumberText.Count(size), inks[i], Line: true, Shape: Palette.Shape(i)))]);
        return [Loss(part, sizes, inks, counts, legend), Peaks(part, sizes, inks, counts, legend)];
    }

    private static Figure Loss(ComparisonsPart part, long[] sizes, IReadOnlyList<Ink> inks, Axis counts, LegendGroup legend)
    {
        Axis y = Axis.Around("Held-out loss (nats)", AxisScale.Linear,
            [DataThreshold.Chance, .. part.Losses.SelectMany(static loss => ErrorSpan.Ends(loss.Loss))]);
        List<Mark> marks = [new LevelMark(DataThreshold.Chance, Palette.Axis)];
        for (int i = 0; i < sizes.Length; i++)
            marks.AddRange(Series(inks[i], i, part.Losses.Where(loss => loss.ProxyParameters == sizes[i])
                .Select(static loss => (loss.Comparisons, loss.Loss))));
        return new("loss-by-comparisons", "What the proxies know of comparisons they have not seen",
            "Mean held-out loss, with one standard error, against the comparisons the proxy was trained on. Chance is ln 2 = 0.693 nats.", 1,
            [new("", counts, y, marks) { Height = 260 }], [legend, new("", [new("chance (ln 2)", Palette.Axis, Line: true)])]);
    }

    private static Figure Peaks(ComparisonsPart part, long[] sizes, IReadOnlyList<Ink> inks, Axis counts, LegendGroup legend)
    {
        OptimizationMethod[] methods = [.. part.Cells.Select(static cell => cell.At.Method).Distinct().Order()];
        Axis y = Axis.Around("Highest gold", AxisScale.Linear, part.Cells.SelectMany(static cell => ErrorSpan.Ends(cell.Peak.Highest.Gold)));
        Panel[] panels = [.. methods.Select((method, m) =>
            new Panel(CurveGroups.Name(method), counts, m == 0 ? y : new("", y.Scale, y.Low, y.High),
            [
                new LevelMark(Math.Clamp(0, y.Low, y.High), Palette.Axis),
                .. sizes.SelectMany((size, i) => Series(inks[i], i,
                    part.Cells.Where(cell => cell.At.Method == method && cell.At.ProxyParameters == size)
                    .Select(static cell => (cell.At.Comparisons, cell.Peak.Highest.Gold)))),
            ]) { Height = 260 })];
        return new("peaks-by-comparisons", "The highest gold by the number of comparisons",
            "The highest point of each mean curve as measured, without a law, with the standard error of that point, which does not know that it was chosen.", methods.Length, panels, [legend]);
    }

    private static IEnumerable<Mark> Series(Ink ink, int place, IEnumerable<(int Count, Estimate Value)> values)
    {
        (int Count, Estimate Value)[] ordered = [.. values.OrderBy(static value => value.Count)];
        yield return new LineMark([.. ordered.Select(static value => ((double)value.Count, value.Value.Value))], ink, Width: 1.6);
        yield return new PointMark([.. ordered.Select(static value => (Estimate.WithoutError(value.Count), value.Value))], ink,
            Palette.Shape(place));
    }
}
