using RewardScaling.Curves;
using RewardScaling.Numerics;
using RewardScaling.Reports.Drawing;
using RewardScaling.Studies;
using static RewardScaling.Reports.Drawing.ErrorSpan;

namespace RewardScaling.Reports;

/// <summary>
/// The figures of an overoptimization study, after figure 1 of Gao, Schulman and Hilton 2022 (arXiv:2210.10760).
/// </summary>
/// <remarks>
/// Gold is solid and proxy dashed, as there. Colour and point shape tell how many comparisons the
/// proxy saw; panels tell its size.
/// </remarks>
public static class OveroptimizationFigures
{
    private const string KlTitle = "KL from the initial policy (nats, √ scale)";

    /// <summary>All figures that the curves allow.</summary>
    /// <param name="curves">The curves of a study; at least one.</param>
    /// <exception cref="ArgumentException">No curve, or a faulty one.</exception>
    public static IReadOnlyList<Figure> All(IReadOnlyList<StudyCurve> curves) => All(ReportCurve.Of(curves));

    internal static IReadOnlyList<Figure> All(IReadOnlyList<ReportCurve> curves)
    {
        var groups = new CurveGroups(curves);
        return groups.Methods.Count > 1
            ? [AgainstKl(curves), GoldAgainstProxy(curves), MethodsCompared(curves)]
            : [AgainstKl(curves), GoldAgainstProxy(curves)];
    }

    /// <summary>
    /// Gold and proxy score against KL on a square-root axis: a column for each method, a row for each proxy size.
    /// </summary>
    /// <remarks>
    /// Columns share the vertical axis unless that would squeeze one of them into less than two fifths of its height. Gold and
    /// proxy share a panel unless there are more than five comparison counts or the proxy's scores are so much larger that gold
    /// would be flattened; then the proxy has a row of its own above gold. Of several proxies of one size and count the first is
    /// drawn in full and the others as thin lines of gold.
    /// </remarks>
    /// <param name="curves">The curves of a study; at least one.</param>
    /// <exception cref="ArgumentException">No curve, or a faulty one.</exception>
    public static Figure AgainstKl(IReadOnlyList<StudyCurve> curves) => AgainstKl(ReportCurve.Of(curves));

    internal static Figure AgainstKl(IReadOnlyList<ReportCurve> curves)
    {
        var groups = new CurveGroups(curves);
        bool together = groups.Counts.Count <= 5 && groups.Methods.All(m =>
            Span(GoldValues(groups.Of(m))) >= (groups.AreMeans ? 0.5 : 0.25)
                * Span([.. GoldValues(groups.Of(m)), .. ProxyValues(groups.Of(m))]));
        Axis[] kl = [.. groups.Methods.Select(m => KlAxis(groups.Of(m)))];
        List<Panel> panels = [];
        Axis[] gold = Shared("Gold score", [.. groups.Methods.Select(m => GoldValues(groups.Of(m)))]);
        Axis[] proxy = Shared("Proxy score", [.. groups.Methods.Select(m => ProxyValues(groups.Of(m)))]);
        Axis[] both = Shared("Gold and proxy score",
            [.. groups.Methods.Select(m => (List<double>)[.. GoldValues(groups.Of(m)), .. ProxyValues(groups.Of(m))])]);
        foreach (long size in groups.Sizes)
        {
            if (together)
            {
                AddRow(size, both, curve => [.. ProxyMarks(groups, curve), .. GoldMarks(groups, curve)], panel => panel);
                continue;
            }
            AddRow(size, proxy, curve => ProxyMarks(groups, curve), panel => panel with { Height = 120, XText = false });
            AddRow(size, gold, curve => GoldMarks(groups, curve), panel => panel with { Title = "", Height = 200 });
        }
        return new("scores-against-kl", "What the proxy says and what gold says, as the policy moves away",
            "Gold score, solid, and proxy score, dashed, against the KL from the initial policy on a square-root axis, for each method and proxy size. "
                + "The initial policy has KL 0 and score 0. Points are measured, lines through them are the fitted laws, thin and without a band where the law does not describe the points. "
                + "A ring marks the law's peak inside the data, a cross the highest measured gold where it is shown to come down."
                + SeedNote(groups),
            groups.Methods.Count, panels,
            [
                groups.CountLegend(),
                new("", [
                    new("gold (± 1 SE) and its fitted law (± 2 SE)", Palette.Muted, Line: true, Shape: Marker.Circle, Band: true),
                    new("proxy", Palette.Muted, Line: true, Dashed: true), new("the law's peak", Palette.Muted, Ring: true),
                    new("highest measured", Palette.Muted, Cross: true)]),
            ]);

        void AddRow(long size, Axis[] y, Func<ReportCurve, IEnumerable<Mark>> marks, Func<Panel, Panel> finish)
        {
            for (int m = 0; m < groups.Methods.Count; m++)
            {
                OptimizationMethod method = groups.Methods[m];
                panels.Add(finish(new($"{CurveGroups.Name(method)}, {NumberText.Count(size)} parameters", kl[m], m == 0 ? y[m] : Untitled(y[m]),
                    [Zero(y[m]), .. groups.Of(size, method).SelectMany(marks)])));
            }
        }
    }

    /// <summary>Gold score against proxy score for both methods, a panel for each proxy size.</summary>
    /// <param name="curves">The curves of a study; at least one.</param>
    /// <exception cref="ArgumentException">No curve, or a faulty one.</exception>
    public static Figure GoldAgainstProxy(IReadOnlyList<StudyCurve> curves) => GoldAgainstProxy(ReportCurve.Of(curves));

    internal static Figure GoldAgainstProxy(IReadOnlyList<ReportCurve> curves)
    {
        var groups = new CurveGroups(curves);
        Axis[] gold = Shared("Gold score", [.. groups.Sizes.Select(s =>
            (List<double>)[.. groups.Of(s).SelectMany(c => c.Curve.Points).SelectMany(p => Ends(p.Gold))])]);
        List<Panel> panels = [];
        for (int s = 0; s < groups.Sizes.Count; s++)
        {
            Axis proxy = Axis.Around("Proxy score", AxisScale.Linear, ProxyValues(groups.Of(groups.Sizes[s])));
            panels.Add(new(CurveGroups.SizeName(groups.Sizes[s]), proxy, s % 2 == 0 ? gold[s] : Untitled(gold[s]),
                [Zero(gold[s]), .. groups.Methods.SelectMany(m => groups.Of(groups.Sizes[s], m))
                    .SelectMany(c => Path(groups, c, p => p.Proxy))])
            { Height = Tall(groups) });
        }
        return new("gold-against-proxy", "Gold score against the proxy score that was bought",
            "Gold score against proxy score along each optimisation, with one standard error of gold. Where a line bends down, the proxy's score still rises "
                + "while gold falls." + SeedNote(groups),
            Math.Min(2, groups.Sizes.Count), panels, [groups.CountLegend(), MethodLegend(groups)]);
    }

    /// <summary>
    /// Gold score against KL with all methods on the same axes, a panel for each proxy size: what a method pays for its gold.
    /// </summary>
    /// <param name="curves">The curves of a study; at least one.</param>
    /// <exception cref="ArgumentException">No curve, or a faulty one.</exception>
    public static Figure MethodsCompared(IReadOnlyList<StudyCurve> curves) => MethodsCompared(ReportCurve.Of(curves));

    internal static Figure MethodsCompared(IReadOnlyList<ReportCurve> curves)
    {
        var groups = new CurveGroups(curves);
        Axis kl = KlAxis(curves);
        Axis[] gold = Shared("Gold score", [.. groups.Sizes.Select(s =>
            (List<double>)[.. groups.Of(s).SelectMany(c => c.Curve.Points).SelectMany(p => Ends(p.Gold))])]);
        List<Panel> panels = [];
        for (int s = 0; s < groups.Sizes.Count; s++)
            panels.Add(new(CurveGroups.SizeName(groups.Sizes[s]), kl, s % 2 == 0 ? gold[s] : Untitled(gold[s]),
                [Zero(gold[s]),
                    .. groups.Methods.SelectMany(m => groups.Of(groups.Sizes[s], m)).SelectMany(c => Path(groups, c, p => p.Kl))])
            { Height = Tall(groups) });
        return new("methods-compared", "The price of gold: both methods on one KL axis",
            "Gold score against the KL from the initial policy for both methods on the same axes: at one height, the method further right pays more divergence "
                + "for the same gold." + SeedNote(groups),
            Math.Min(2, groups.Sizes.Count), panels, [groups.CountLegend(), MethodLegend(groups)]);
    }

    private static LegendGroup MethodLegend(CurveGroups groups) => new("Method", [.. groups.Methods.Select(m =>
        new LegendEntry(CurveGroups.Name(m), Palette.Muted, Line: true, Dashed: false, Shape: Marker.Circle,
            Hollow: m == OptimizationMethod.BestOfN))]);

    private static IEnumerable<Mark> GoldMarks(CurveGroups groups, ReportCurve curve)
    {
        Ink ink = groups.InkOf(curve);
        IReadOnlyList<(double, double)> measured = [.. curve.Curve.Points.Select(p => (p.Kl.Value, p.Gold.Value))];
        if (!groups.IsFirstSeed(curve))
        {
            yield return new LineMark(curve.Fit.Count > 1 ? [.. curve.Fit.Select(f => (f.Kl.Value, f.Gold.Value))] : measured,
                ink, Width: 0.8);
            yield break;
        }
        if (curve.Fit.Count > 1)
        {
            // What does not describe the points has no error that means anything.
            if (curve.FitHolds && curve.Fit.All(f => f.Gold.HasStandardError))
                yield return new BandMark([.. curve.Fit.Select(f => Band(f.Kl.Value, f.Gold))], ink);
            yield return new LineMark([.. curve.Fit.Select(f => (f.Kl.Value, f.Gold.Value))], ink, Width: curve.FitHolds ? 2.2
                : 0.9);
            int peak = Enumerable.Range(0, curve.Fit.Count).MaxBy(i => curve.Fit[i].Gold.Value);
            // The highest place at an end of the line is where the data stop, not a peak.
            if (curve.FitHolds && peak > 0 && peak < curve.Fit.Count - 1)
                yield return new RingMark(curve.Fit[peak].Kl.Value, curve.Fit[peak].Gold.Value, ink);
        }
        else
            yield return new LineMark(measured, ink, Width: 1.2);
        yield return new PointMark([.. groups.Marked(curve).Select(p => (p.Kl, p.Gold))], ink, groups.ShapeOf(curve));
        if (curve.Measured is MeasuredPeak.Inside or MeasuredPeak.NotKnown)
            yield return new CrossMark(curve.Measured.Highest.Kl.Value, curve.Measured.Highest.Gold.Value, ink);
    }

    private static IEnumerable<Mark> ProxyMarks(CurveGroups groups, ReportCurve curve)
    {
        if (!groups.IsFirstSeed(curve)) yield break;
        Ink ink = groups.InkOf(curve);
        IReadOnlyList<RewardPoint> points = curve.Curve.Points;
        if (points.All(p => p.Proxy.HasStandardError))
            yield return new BandMark([.. points.Select(p => Band(p.Kl.Value, p.Proxy))], ink);
        yield return new LineMark([.. points.Select(p => (p.Kl.Value, p.Proxy.Value))], ink, Dashed: true, Width: 1.8);
    }

    private static IEnumerable<Mark> Path(CurveGroups groups, ReportCurve curve, Func<RewardPoint, Estimate> x)
    {
        Ink ink = groups.InkOf(curve);
        bool first = groups.IsFirstSeed(curve);
        yield return new LineMark([.. curve.Curve.Points.Select(p => (x(p).Value, p.Gold.Value))], ink, Width: first ? 1.5 : 0.8);
        if (!first) yield break;
        yield return new PointMark([.. groups.Marked(curve).Select(p => (Estimate.WithoutError(x(p).Value), p.Gold))], ink,
            groups.ShapeOf(curve), Hollow: curve.Curve.Method == OptimizationMethod.BestOfN);
    }

    private static string SeedNote(CurveGroups groups) =>
        groups.AreMeans ? " Curves are means over seeds, with one standard error over them at some of the points."
        : groups.HasSeeds ? " Of several proxies of one size and count the first is drawn in full and the others as thin lines." : "";

    private static double Tall(CurveGroups groups) => groups.Sizes.Count == 1 ? 320 : 250;

    private static LevelMark Zero(Axis y) => new(Math.Clamp(0, y.Low, y.High), Palette.Axis);

    private static Axis Untitled(Axis axis) => new("", axis.Scale, axis.Low, axis.High);

    private static Axis KlAxis(IEnumerable<ReportCurve> curves) =>
        Axis.Around(KlTitle, AxisScale.SquareRoot, curves.SelectMany(c => c.Curve.Points).Select(p => p.Kl.Value));

    private static List<double> GoldValues(IEnumerable<ReportCurve> curves) =>
        [.. curves.SelectMany(c => c.Curve.Points.SelectMany(p => Ends(p.Gold)).Concat(c.Fit.Select(f => f.Gold.Value)))];

    private static List<double> ProxyValues(IEnumerable<ReportCurve> curves) =>
        [.. curves.SelectMany(c => c.Curve.Points).SelectMany(p => Ends(p.Proxy))];

    private static double Span(List<double> values) => values.Max() - values.Min();

    /// <summary>One axis for all columns where each would still fill two fifths of it, else an axis for each.</summary>
    private static Axis[] Shared(string title, IReadOnlyList<List<double>> columns)
    {
        Axis[] own = [.. columns.Select(values => Axis.Around(title, AxisScale.Linear, values))];
        Axis all = Axis.Around(title, AxisScale.Linear, columns.SelectMany(values => values));
        return own.All(a => a.High - a.Low >= 0.4 * (all.High - all.Low)) ? [.. own.Select(_ => all)] : own;
    }
}
