using RewardScaling.Reports.Drawing;
using RewardScaling.Studies;
using static RewardScaling.Numerics.NumberText;

namespace RewardScaling.Reports;

/// <summary>What a report shows of proxies that were given, by the caller or behind a server: no axis of the plan has
/// them.</summary>
internal static class GivenProxies
{
    public const string Heading = "Proxies that were not trained here";

    // A page with more figures of one kind is not read.
    private const int MostFigures = 6;

    /// <summary>Their curves.</summary>
    public static IReadOnlyList<StudyCurve> Curves(StudyResult result) =>
        [.. result.Curves.Where(static curve => curve.At.OwnProxy is not null)];

    /// <summary>Gold at its highest and at the end of each, and whether the law describes it.</summary>
    public static ReportTable Table(StudyResult result)
    {
        var table = new ReportTable("Gold against each, in its own unit of the initial policy; the proxy's score is in whatever unit it has. KL in nats.",
            [new("Method", false), new("Proxy", false), new("Gold at its highest"), new("KL"), new("Gold at the largest KL"), new("KL"), new("The law", false)]);
        foreach (var curve in Curves(result))
        {
            var highest = curve.Curve.Points.MaxBy(static point => point.Gold.Value)!;
            var last = curve.Curve.Points.MaxBy(static point => point.Kl.Value)!;
            string law = !curve.HasFit ? "not fitted" : curve.Fit.LackOfFit.IsRejected ? "rejected" : "not rejected";
            table.Add(CurveGroups.Name(curve.Curve.Method), curve.Proxy.Label, WithError(highest.Gold),
                Fixed(highest.Kl.Value, 2), WithError(last.Gold),
                Fixed(last.Kl.Value, 2), law);
        }
        return table;
    }

    /// <summary>A figure of each, of the first few.</summary>
    public static IReadOnlyList<Figure> Figures(StudyResult result) => [.. Curves(result)
        .Where(static curve => curve.Curve.Points.Any(static point => point.Kl.Value > 0)).Take(MostFigures)
        .Select(static (curve, i) => CurveFigure.Of([new(curve.Curve, curve.HasFit ? curve.Fit : null)],
            title: $"{CurveGroups.Name(curve.Curve.Method)} against {curve.Proxy.Label}", name: FormattableString.Invariant($"given-proxy-{i + 1}")))];
}
