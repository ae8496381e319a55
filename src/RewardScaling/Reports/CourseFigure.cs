using RewardScaling.Numerics;
using RewardScaling.Reports.Drawing;
using RewardScaling.Runs;

namespace RewardScaling.Reports;

/// <summary>Runs by step, drawn: proxy, gold, KL, length and entropy, as far as they were logged.</summary>
/// <remarks>The axis is the step, which is no distance: two runs on it cannot be compared, and no law is a function of
/// it.</remarks>
public static class CourseFigure
{
    /// <summary>Draws runs.</summary>
    /// <param name="logs">The runs; at least one, with a number that was logged.</param>
    /// <param name="title">What the figure shows; null for the file's name.</param>
    /// <param name="name">A name for files and links: lower-case letters, digits and hyphens.</param>
    /// <exception cref="ArgumentException">No run, or none with a number to draw.</exception>
    public static Figure Of(IReadOnlyList<RunLog> logs, string? title = null, string name = "course")
    {
        ArgumentNullException.ThrowIfNull(logs);
        if (logs.Count == 0) throw new ArgumentException("logs is empty; a figure needs at least one run.", nameof(logs));
        IReadOnlyList<Ink> inks = Palette.Ramp(logs.Count);
        Axis steps = Axis.Around(logs[0].Columns.Step.Length > 0 ? "Step" : "Line", AxisScale.Linear,
            logs.SelectMany(static log => log.Course).Select(static point => point.Step).DefaultIfEmpty(0));
        Panel[] panels =
        [
            .. ((IEnumerable<Panel?>)[
                Row("Proxy score", logs, inks, steps, static point => point.Proxy),
                Row("Gold score", logs, inks, steps, static point => point.Gold),
                Row("KL as logged", logs, inks, steps, static point => Known(point.Kl)),
                Row("Tokens a response", logs, inks, steps, static point => Known(point.Length)),
                Row("Entropy", logs, inks, steps, static point => Known(point.Entropy))]).OfType<Panel>(),
        ];
        if (panels.Length == 0) throw new ArgumentException("The runs have no number to draw.", nameof(logs));
        for (int i = 0; i < panels.Length - 1; i++) panels[i] = panels[i] with { XText = false };
        LegendGroup[] legend = logs.Count == 1 ? []
            : [new("", [.. logs.Select((log, i) => new LegendEntry(log.Label, inks[i], Line: true, Shape: Palette.Shape(i)))])];
        return new(name, title ?? Path.GetFileName(logs[0].Table.Name), "What was logged, by step. A step is no distance from the initial policy: steps of two runs cannot be compared.", 1, panels, legend);
    }

    private static Estimate? Known(double? value) => value is { } number ? Estimate.WithoutError(number) : null;

    private static Panel? Row(string title, IReadOnlyList<RunLog> logs, IReadOnlyList<Ink> inks, Axis steps,
        Func<RunCoursePoint, Estimate?> value)
    {
        var marks = new List<Mark>();
        var heights = new List<double>();
        for (int i = 0; i < logs.Count; i++)
        {
            (Estimate X, Estimate Y)[] points = [.. logs[i].Course.Where(point => value(point) is not null)
                .OrderBy(static point => point.Step).Select(point => (Estimate.Exact(point.Step), value(point)!.Value))];
            if (points.Length == 0) continue;
            heights.AddRange(points.SelectMany(static point => ErrorSpan.Ends(point.Y)));
            marks.Add(new LineMark([.. points.Select(static point => (point.X.Value, point.Y.Value))], inks[i], Width: 1.2));
            // A point for each of thousands of steps would be a stripe.
            if (points.Length <= 60) marks.Add(new PointMark(points, inks[i], Palette.Shape(i)));
        }
        return heights.Count == 0 ? null : new("", steps, Axis.Around(title, AxisScale.Linear, heights), marks) { Height = 130 };
    }
}
