using RewardScaling.Curves;
using RewardScaling.Numerics;
using RewardScaling.Reports.Drawing;

namespace RewardScaling.Reports;

/// <summary>How runs of reinforcement learning went on: KL by step, and gold by KL. Runs that differ in their seed only are a
/// group and have one colour.</summary>
/// <example>
/// <code>
/// RunFigures.GoldByKl(curves.GroupBy(curve =&gt; curve.Label)).Save("gold-by-kl.svg");
/// </code>
/// </example>
public static class RunFigures
{
    /// <summary>KL against the step on two logarithmic axes, where a power of the step is a straight line.</summary>
    /// <param name="runs">The runs by what they have in common, such as "penalty 0.1"; at least one group, with a point above
    /// step 0 and KL 0. The effort of a point is the step of the optimizer.</param>
    /// <param name="exponent">The slope of a dashed line to compare with, drawn through the middle of the first group.</param>
    /// <exception cref="ArgumentException">No group, or a group with nothing to draw.</exception>
    public static Figure KlByStep(IEnumerable<IGrouping<string, RewardCurve>> runs, double exponent) =>
        KlByStep(runs, exponent, "");

    internal static Figure KlByStep(IEnumerable<IGrouping<string, RewardCurve>> runs, double exponent, string heading)
    {
        var groups = Groups(runs);
        var inks = Palette.Ramp(groups.Length);
        var marks = new List<Mark>();
        for (int i = 0; i < groups.Length; i++)
        {
            foreach (var curve in groups[i])
            {
                (double Step, double Kl)[] grown = [.. Growing(curve).Select(static p => (p.Effort, p.Kl.Value))];
                marks.Add(new LineMark(grown, inks[i], Width: 1.4));
                marks.Add(new PointMark([.. grown.TakeLast(1).Select(static end =>
                    (Estimate.WithoutError(end.Step), Estimate.WithoutError(end.Kl)))], inks[i], Palette.Shape(i)));
            }
        }
        RewardPoint[] all = [.. groups.SelectMany(static group => group).SelectMany(Growing)];
        if (all.Length == 0) throw new ArgumentException("No curve has a point above step 0 and KL 0.", nameof(runs));
        Axis steps = Axis.Around("Step (log scale)", AxisScale.Logarithmic, all.Select(static p => p.Effort));
        Axis kl = Axis.Around("KL from the initial policy (nats, log scale)", AxisScale.Logarithmic, all.Select(static p => p.Kl.Value));
        RewardPoint[] first = [.. groups[0].SelectMany(Growing).OrderBy(static p => p.Effort)];
        var anchor = first.Length > 0 ? first[first.Length / 3] : all[0];
        marks.Add(new LineMark([.. Slope((anchor.Effort, anchor.Kl.Value), exponent, steps, kl)], Palette.Muted, Dashed: true));
        string slope = Power(exponent);
        return new("kl-by-step", "How fast the policy leaves", $"KL against the step; the dashed line is {slope}, a point where a run ended.", 1,
            [new("", steps, kl, marks) { Height = 300 }],
            [Legend(groups, inks, heading), new("", [new(slope, Palette.Muted, Line: true, Dashed: true)])]);
    }

    /// <summary>Gold against KL: the frontier on which runs move.</summary>
    /// <param name="runs">The runs by what they have in common, such as "penalty 0.1"; at least one group.</param>
    /// <exception cref="ArgumentException">No group.</exception>
    public static Figure GoldByKl(IEnumerable<IGrouping<string, RewardCurve>> runs)
    {
        var groups = Groups(runs);
        var inks = Palette.Ramp(groups.Length);
        var marks = new List<Mark>();
        for (int i = 0; i < groups.Length; i++)
        {
            foreach (var curve in groups[i])
            {
                marks.Add(new LineMark([.. curve.Points.Select(static p => (p.Kl.Value, p.Gold.Value))], inks[i], Width: 1.1));
                marks.Add(new PointMark([(curve.Points[^1].Kl, curve.Points[^1].Gold)], inks[i], Palette.Shape(i)));
            }
        }
        RewardPoint[] all = [.. groups.SelectMany(static group => group).SelectMany(static curve => curve.Points)];
        Axis kl = Axis.Around("KL from the initial policy (nats, √ scale)", AxisScale.SquareRoot, all.Select(static p => p.Kl.Value));
        Axis gold = Axis.Around("Gold score", AxisScale.Linear, all.Select(static p => p.Gold.Value));
        return new("gold-by-kl", "Gold along the way", "Gold against the KL from the initial policy, run by run; a point where a run ended, with one standard error.", 1,
            [new("", kl, gold, marks) { Height = 300 }],
            [Legend(groups, inks)]);
    }

    private static IGrouping<string, RewardCurve>[] Groups(IEnumerable<IGrouping<string, RewardCurve>> runs)
    {
        ArgumentNullException.ThrowIfNull(runs);
        IGrouping<string, RewardCurve>[] groups = [.. runs];
        return groups.Length > 0 ? groups : throw new ArgumentException("runs is empty; a figure needs at least one run.", nameof(runs));
    }

    private static LegendGroup Legend(IGrouping<string, RewardCurve>[] groups, IReadOnlyList<Ink> inks, string heading = "") =>
        new(heading, [.. groups.Select((group, i) => new LegendEntry(group.Key, inks[i], Line: true, Shape: Palette.Shape(i)))]);

    private static IEnumerable<RewardPoint> Growing(RewardCurve curve) =>
        curve.Points.Where(static point => point.Effort > 0 && point.Kl.Value > 0);

    /// <summary>As "KL ∝ step²".</summary>
    internal static string Power(double exponent) => exponent == 2 ? "KL ∝ step²" : FormattableString.Invariant($"KL ∝ step^{exponent:0.##}");

    // From edge to edge of the axes through one point.
    internal static IEnumerable<(double X, double Y)> Slope((double Step, double Kl) anchor, double exponent, Axis steps, Axis kl)
    {
        for (int i = 0; i <= 40; i++)
        {
            double x = steps.Low * Math.Pow(steps.High / steps.Low, i / 40.0);
            double y = anchor.Kl * Math.Pow(x / anchor.Step, exponent);
            if (y >= kl.Low && y <= kl.High) yield return (x, y);
        }
    }
}
