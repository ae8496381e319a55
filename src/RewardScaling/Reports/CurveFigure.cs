using RewardScaling.Curves;
using RewardScaling.Laws;
using RewardScaling.Numerics;
using RewardScaling.Reports.Drawing;
using static RewardScaling.Reports.Drawing.ErrorSpan;

namespace RewardScaling.Reports;

/// <summary>Any curves, drawn: proxy above, gold below, against KL on the axis of one's choice.</summary>
/// <remarks>
/// Points are measured, with bars of one standard error where known; lines are fitted laws with a band of two standard errors,
/// thin and without one where the law does not describe the points. A ring marks a law's peak inside the data, and the line
/// through it the 95 percent interval of its KL, as far as the axis goes. A cross marks the highest gold as measured, and the
/// line through it the KL of the points that may be it.
/// </remarks>
/// <example>
/// <code>
/// CurveFigure.Of(curve, fit).Save("curve.svg");
/// </code>
/// </example>
public static class CurveFigure
{
    /// <summary>Draws curves.</summary>
    /// <param name="curves">The curves; at least one.</param>
    /// <param name="axis">The scale of the KL axis. Points at KL = 0 have no place on a logarithmic one and are not drawn
    /// there.</param>
    /// <param name="title">What the figure shows; null for the label of a single curve.</param>
    /// <param name="gold">What gold is, for its axis: "Accuracy", "Gold score".</param>
    /// <param name="name">A name for files and links: lower-case letters, digits and hyphens. Figures of one page need
    /// different ones.</param>
    /// <exception cref="ArgumentException">No curve, a curve without a point above KL = 0, or a fit of the wrong
    /// reward.</exception>
    public static Figure Of(IReadOnlyList<PlottedCurve> curves, AxisScale axis = AxisScale.SquareRoot, string? title = null,
        string gold = "Gold score", string name = "reward-curve")
    {
        ArgumentNullException.ThrowIfNull(curves);
        if (curves.Count == 0) throw new ArgumentException("curves is empty; a figure needs at least one curve.", nameof(curves));
        if (!Enum.IsDefined(axis)) throw new ArgumentOutOfRangeException(nameof(axis), axis, $"axis = {axis} must be Linear, SquareRoot or Logarithmic.");
        foreach (PlottedCurve curve in curves) Check(curve);
        Axis kl = KlAxis(axis, curves.SelectMany(c => Drawn(c.Curve, axis)).Select(static p => p.Kl.Value));
        IReadOnlyList<Ink> inks = Palette.Ramp(curves.Count);
        Series[] proxies = [.. curves.Select(c => new Series(Places(c.Curve, axis, static p => p.HasProxy, static p =>
            p.Proxy), c.Proxy))],
            golds = [.. curves.Select(c => new Series(Places(c.Curve, axis, static p => p.HasGold, static p => p.Gold), c.Gold,
                MeasuredOf(c)))];
        List<Panel> panels = [];
        if (golds.Any(static series => series.Points.Length > 0)) panels.Add(Row(golds, kl, inks, gold) with { Height = 250 });
        if (proxies.Any(static series => series.Points.Length > 0))
            panels.Insert(0, Row(proxies, kl, inks, "Proxy score") with { Height = 150, XText = panels.Count == 0 });
        return new(name, title ?? (curves.Count == 1 ? curves[0].Curve.Label : "Proxy and gold"), Description(curves, axis), 1,
            panels, Legend(curves, inks));
    }

    /// <summary>Draws one curve.</summary>
    /// <param name="curve">The curve.</param>
    /// <param name="fit">A law fitted to its gold or its proxy reward; null to join the points instead.</param>
    /// <param name="axis">The scale of the KL axis.</param>
    public static Figure Of(RewardCurve curve, LawFit? fit = null, AxisScale axis = AxisScale.SquareRoot) =>
        Of([fit?.Target == RewardTarget.Proxy ? new(curve, Proxy: fit) : new(curve, fit)], axis);

    private static void Check(PlottedCurve curve)
    {
        if (!curve.Curve.Points.Any(static point => point.Kl.Value > 0))
            throw new ArgumentException($"The curve '{curve.Curve.Label}' has no point above KL = 0, so there is nothing to draw against.");
        if (curve.Gold is { Target: not RewardTarget.Gold } || curve.Proxy is { Target: not RewardTarget.Proxy })
            throw new ArgumentException($"The curve '{curve.Curve.Label}' has a fit of the other reward: Gold takes fits of gold, Proxy fits of the proxy.");
    }

    /// <summary>A law through the points it was fitted to, on a square-root axis.</summary>
    internal static Figure OfFit(LawFit fit, string name)
    {
        LawFitProblem problem = fit.Problem;
        bool weighted = fit.Weighting is LawWeighting.RelativeErrors or LawWeighting.KnownErrors;
        (Estimate, Estimate)[] points = [.. Enumerable.Range(0, problem.PointCount).Select(i =>
            (Estimate.WithoutError(problem.Distances[i] * problem.Distances[i]),
                weighted ? new Estimate(problem.Rewards[i], problem.Scales[i]) : Estimate.WithoutError(problem.Rewards[i])))];
        IReadOnlyList<Ink> inks = Palette.Ramp(1);
        string reward = fit.Target == RewardTarget.Gold ? "gold" : "proxy";
        Panel panel = Row([new(points, fit)], KlAxis(AxisScale.SquareRoot, points.Select(static p => p.Item1.Value)), inks,
            $"{(fit.Target == RewardTarget.Gold ? "Gold" : "Proxy")} score");
        return new(name, $"{fit.Label}: {fit.Law.Name} law", $"{fit.Law.Formula} fitted to {reward}. {fit.Peak}; {fit.PeakComparison}.", 1, [panel], [Legend(weighted, [fit], highest: false)]);
    }

    private static Axis KlAxis(AxisScale scale, IEnumerable<double> values)
    {
        string note = scale switch { AxisScale.SquareRoot => ", √ scale", AxisScale.Logarithmic => ", log scale", _ => "" };
        return Axis.Around($"KL from the initial policy (nats{note})", scale, values);
    }

    private static (Estimate X, Estimate Y)[] Places(RewardCurve curve, AxisScale axis, Func<RewardPoint, bool> has,
        Func<RewardPoint, Estimate> reward) => [.. Drawn(curve, axis).Where(has).Select(point => (point.Kl, reward(point)))];

    private static IEnumerable<RewardPoint> Drawn(RewardCurve curve, AxisScale axis) =>
        axis == AxisScale.Logarithmic ? curve.Points.Where(static point => point.Kl.Value > 0) : curve.Points;

    /// <summary>One line of a panel: points with errors, and the law through them.</summary>
    private readonly record struct Series((Estimate X, Estimate Y)[] Points, LawFit? Fit, MeasuredPeak? Measured = null);

    private static MeasuredPeak? MeasuredOf(PlottedCurve curve) => curve.Measured ?? curve.Gold?.MeasuredPeak
        ?? (curve.Curve.Points.Any(static point => point.HasGold) ? MeasuredPeak.Of(curve.Curve) : null);

    private static Panel Row(IReadOnlyList<Series> series, Axis kl, IReadOnlyList<Ink> inks, string title)
    {
        var marks = new List<Mark>();
        var heights = new List<double>();
        for (int s = 0; s < series.Count; s++)
        {
            var points = series[s].Points;
            if (points.Length == 0) continue;
            heights.AddRange(points.SelectMany(static point => Ends(point.Y)));
            if (series[s].Fit is { } law)
                AddLaw(law, points, kl, inks[s], marks, heights);
            else
                marks.Add(new LineMark([.. points.OrderBy(static p => p.X.Value).Select(static p => (p.X.Value, p.Y.Value))],
                    inks[s], Width: 1.2));
            marks.Add(new PointMark(points, inks[s], Palette.Shape(s)));
            if (series[s].Measured is { } measured) marks.AddRange(Highest(measured, kl, inks[s]));
        }
        return new("", kl, Axis.Around(title, AxisScale.Linear, heights), marks);
    }

    private static void AddLaw(LawFit law, (Estimate X, Estimate Y)[] points, Axis kl, Ink ink, List<Mark> marks,
        List<double> heights)
    {
        // Without a free offset the start is known, and a line may begin there; otherwise it begins with the data.
        bool known = law.Parameters[^1].State == ParameterState.Fixed && kl.Scale != AxisScale.Logarithmic;
        double nearest = known ? 0 : Math.Sqrt(points.Min(static p => p.X.Value));
        double furthest = Math.Sqrt(points.Max(static p => p.X.Value));
        FitPoint[] line = FitLine.Of(law, nearest, furthest, kl.Scale);
        heights.AddRange(line.Select(static place => place.Gold.Value));
        bool holds = !law.LackOfFit.IsRejected;
        if (law.HasErrors && holds)
        {
            var band = new BandMark([.. line.Select(static place => Band(place.Kl.Value, place.Gold))], ink);
            marks.Add(band);
            // A loose fit's band may be far wider than the data, which must stay readable.
            double low = points.Min(static p => p.Y.Value), high = points.Max(static p => p.Y.Value), room = 0.4 * (high - low);
            heights.AddRange(band.Edges.SelectMany(static e => new[] { e.Low, e.High })
                .Select(y => Math.Clamp(y, low - room, high + room)));
        }
        marks.Add(new LineMark([.. line.Select(static place => (place.Kl.Value, place.Gold.Value))], ink, Width: holds ? 2.2
            : 0.9));
        if (holds) marks.AddRange(Peak(law, kl, ink));
    }

    private static IEnumerable<Mark> Peak(LawFit fit, Axis kl, Ink ink)
    {
        if (fit.Peak is not LawPeak.InsideData peak || peak.Kl.Value < kl.Low) yield break;
        if (fit.HasErrors && fit.Intervals().PeakKl is { } interval && interval.Low < kl.High)
            yield return new LineMark([(Math.Max(interval.Low, kl.Low), peak.Reward.Value),
                (Math.Min(interval.High, kl.High), peak.Reward.Value)],
                ink, Width: 1.2);
        yield return new RingMark(peak.Kl.Value, peak.Reward.Value, ink);
    }

    // A highest point that may as well be the first or the last points at nothing.
    private static IEnumerable<Mark> Highest(MeasuredPeak measured, Axis kl, Ink ink)
    {
        var (x, y) = (measured.Highest.Kl.Value, measured.Highest.Gold.Value);
        if (measured is not (MeasuredPeak.Inside or MeasuredPeak.NotKnown) || x < kl.Low) yield break;
        if (measured is MeasuredPeak.Known { Bounds.Kl: var interval } && interval.Low < interval.High)
            yield return new LineMark([(Math.Max(interval.Low, kl.Low), y), (Math.Min(interval.High, kl.High), y)], ink,
                Dashed: true, Width: 1.2);
        yield return new CrossMark(x, y, ink);
    }

    private static LegendGroup[] Legend(IReadOnlyList<PlottedCurve> curves, IReadOnlyList<Ink> inks)
    {
        List<LegendGroup> groups = [];
        if (curves.Count > 1)
            groups.Add(new("", [.. curves.Select((curve, c) =>
                new LegendEntry(curve.Curve.Label, inks[c], Line: true, Shape: Palette.Shape(c)))]));
        groups.Add(Legend(curves.Any(HasErrors), [.. curves.SelectMany(static c => new[] { c.Gold, c.Proxy }).OfType<LawFit>()],
            curves.Any(static c => MeasuredOf(c) is MeasuredPeak.Inside or MeasuredPeak.NotKnown)));
        return [.. groups];
    }

    private static LegendGroup Legend(bool errors, LawFit[] fits, bool highest)
    {
        List<LegendEntry> entries = [new(errors ? "measured (± 1 SE)" : "measured", Palette.Muted, Shape: Marker.Circle)];
        bool bands = fits.Any(static f => f.HasErrors && !f.LackOfFit.IsRejected);
        if (fits.Length > 0) entries.Add(new(bands ? "fitted law (± 2 SE)" : "fitted law", Palette.Muted, Line: true, Band: bands));
        if (fits.Any(static f => f.LackOfFit.IsRejected)) entries.Add(new("thin: a law that does not describe the points", Palette.Muted));
        if (fits.Any(static f => f.Peak is LawPeak.InsideData && !f.LackOfFit.IsRejected))
            entries.Add(new("the law's peak, 95 % interval of its KL", Palette.Muted, Line: true, Ring: true));
        if (highest) entries.Add(new("highest measured, KL of all that may be it", Palette.Muted, Line: true, Dashed: true, Cross: true));
        return new("", entries);
    }

    private static string Description(IReadOnlyList<PlottedCurve> curves, AxisScale axis)
    {
        int missing = axis == AxisScale.Logarithmic ? curves.Sum(static c => c.Curve.Points.Count(static p => p.Kl.Value == 0))
            : 0;
        string zeros = missing > 0 ? FormattableString.Invariant($" {missing} points at KL = 0 have no place on a logarithmic axis.") : "";
        string laws = string.Join(" ", curves.SelectMany(static c => new[] { c.Gold, c.Proxy }).OfType<LawFit>()
            .Select(static fit => $"{fit.Label}, {(fit.Target == RewardTarget.Gold ? "gold" : "proxy")}: {fit.Law.Formula}; {fit.Peak}; {fit.PeakComparison}."));
        return $"Proxy score above and gold below, against the KL from the initial policy.{zeros}{(laws.Length > 0 ? " " + laws : "")}";
    }

    private static bool HasErrors(PlottedCurve curve) =>
        curve.Curve.Points.Any(static p =>
        (p.HasGold && p.Gold.HasStandardError) || (p.HasProxy && p.Proxy.HasStandardError));
}
