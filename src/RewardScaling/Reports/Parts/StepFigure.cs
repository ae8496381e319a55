using RewardScaling.Curves;
using RewardScaling.Numerics;
using RewardScaling.Reports.Drawing;
using RewardScaling.Studies.Claims;

namespace RewardScaling.Reports.Parts;

/// <summary>KL against the steps of PPO.</summary>
internal static class StepFigure
{
    private const double Quadratic = 2;
    private const string Heading = "Comparisons the proxy saw";

    // More runs than this of one colour are a band and a mean.
    private const int Few = 6, Steps = 24, Apart = 4;

    /// <summary>A colour for each of at most four numbers of comparisons; none where no run left the start.</summary>
    public static IReadOnlyList<Figure> Of(StepsPart part)
    {
        int[] counts = MeanFigures.Spread([.. part.Cells.Select(static cell => cell.At.Comparisons).Distinct().Order()]);
        IGrouping<string, RewardCurve>[] groups = [.. part.Cells.Where(cell => counts.Contains(cell.At.Comparisons))
            .OrderBy(static cell => cell.At.Comparisons)
            .SelectMany(static cell => cell.Curves.Select(static curve => curve.Curve)
                .Where(static curve => curve.Points.Any(static point => point.Effort > 0 && point.Kl.Value > 0))
                .Select(curve => (Label: NumberText.Count(cell.At.Comparisons), Curve: curve)))
            .GroupBy(static run => run.Label, static run => run.Curve)];
        if (groups.Length == 0) return [];
        Band[] bands = [.. groups.Select(BandOf)];
        return groups.Max(static group => group.Count()) <= Few || bands.Any(static band => band.Mean.Length < 2)
            ? [RunFigures.KlByStep(groups, Quadratic, Heading)] : [Bands(groups, bands)];
    }

    /// <summary>The runs of a group from the lowest to the highest at each step, and their geometric mean.</summary>
    private readonly record struct Band((double X, double Low, double High)[] Edges, (double X, double Y)[] Mean);

    private static Band BandOf(IGrouping<string, RewardCurve> group)
    {
        CurvePath[] paths = [.. group.Select(static curve => new CurvePath(curve))];
        double first = group.Max(static curve => curve.Points.Where(static point => point.Effort > 0 && point.Kl.Value > 0)
                .Min(static point => point.Effort)),
            last = paths.Min(static path => path.Last.Effort);
        if (!(last > first)) return new([], []);
        double[] steps = [.. Enumerable.Range(0, Steps + 1).Select(i => first * Math.Pow(last / first, (double)i / Steps))];
        var at = steps.Select(step => (Step: step,
            Kl: paths.Select(path => path.KlAfter(step)).Where(static kl => kl > 0).ToArray()))
            .Where(static one => one.Kl.Length > 0).ToArray();
        return new([.. at.Select(static one => (one.Step, one.Kl.Min(), one.Kl.Max()))],
            [.. at.Select(static one => (one.Step, Math.Exp(one.Kl.Average(Math.Log))))]);
    }

    private static Figure Bands(IGrouping<string, RewardCurve>[] groups, Band[] bands)
    {
        IReadOnlyList<Ink> inks = Palette.Ramp(groups.Length);
        Axis steps = Axis.Around("Step (log scale)", AxisScale.Logarithmic,
            bands.SelectMany(static band => band.Mean).Select(static place => place.X)),
            kl = Axis.Around("KL from the initial policy (nats, log scale)", AxisScale.Logarithmic,
                bands.SelectMany(static band => band.Edges).SelectMany(static edge => new[] { edge.Low, edge.High }));
        var middle = bands[0].Mean[bands[0].Mean.Length / 3];
        string slope = RunFigures.Power(Quadratic);
        return new("kl-by-step", "How fast the policy leaves", FormattableString.Invariant($"KL against the step, counted at the full learning rate, of {groups.Min(static group => group.Count())} runs or more of each colour: geometric mean, and a band from the lowest to the highest. The dashed line is {slope}."), 1,
            [new("", steps, kl, [.. bands.Select((band, i) => new BandMark(band.Edges, inks[i])),
                .. bands.Select((band, i) => new LineMark(band.Mean, inks[i])),
                .. bands.Select((band, i) => new PointMark([.. band.Mean.Where((_, place) => place % Apart == 0)
                    .Select(static place => (Estimate.WithoutError(place.X), Estimate.WithoutError(place.Y)))],
                    inks[i], Palette.Shape(i))),
                new LineMark([.. RunFigures.Slope(middle, Quadratic, steps, kl)], Palette.Muted, Dashed: true)])
            {
                Height = 300,
            }],
            [new(Heading, [.. groups.Select((group, i) =>
                new LegendEntry(group.Key, inks[i], Line: true, Band: true, Shape: Palette.Shape(i)))]),
                new("", [new(slope, Palette.Muted, Line: true, Dashed: true)])]);
    }
}
