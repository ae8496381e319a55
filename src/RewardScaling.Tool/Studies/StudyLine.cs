using RewardScaling.Curves;
using RewardScaling.Studies;

namespace RewardScaling.Tool.Studies;

/// <summary>What a study found, for programs: the last line of <c>study --json</c>.</summary>
/// <param name="Event">Always "result".</param>
/// <param name="Plan">The plan's name.</param>
/// <param name="Seed">Its seed.</param>
/// <param name="Folder">Where everything is.</param>
/// <param name="Report">The page.</param>
/// <param name="Seconds">What the stages took, those of earlier runs in the folder too.</param>
/// <param name="Curves">Each curve, in the order of the report.</param>
internal sealed record StudyLine(
    string Event, string Plan, ulong Seed, string Folder, string Report, double Seconds,
    IReadOnlyList<StudyLine.CurveLine> Curves)
{
    /// <summary>One method against one proxy. KL in nats per sequence; rewards with a standard error, null where none is
    /// known.</summary>
    internal sealed record CurveLine(string Method, string Proxy, PointLine Highest, PointLine Last, string Law, bool LawHolds,
        string Peak, string Measured);

    /// <summary>A point of a curve.</summary>
    internal sealed record PointLine(double Effort, double KlNats, double Proxy, double Gold, double? GoldSe);

    public static StudyLine Of(StudyResult result, string folder) => new("result", result.Plan.Name, result.Plan.Seed, folder,
        Path.Combine(folder, "report.html"), result.Timings.Sum(static timing => timing.Seconds), [.. result.Curves.Select(Of)]);

    private static CurveLine Of(StudyCurve curve) => new(
        curve.Curve.Method == OptimizationMethod.BestOfN ? "best-of-n" : "ppo", curve.Proxy.Label,
        Of(curve.Curve.Points.MaxBy(static point => point.Gold.Value)!),
        Of(curve.Curve.Points.MaxBy(static point => point.Kl.Value)!),
        curve.Law.Name, curve.HasFit && !curve.Fit.LackOfFit.IsRejected, curve.Peak.ToString(),
        MeasuredPeak.Of(curve.Curve).ToString());

    private static PointLine Of(RewardPoint point) => new(point.Effort, point.Kl.Value, point.Proxy.Value, point.Gold.Value,
        point.Gold.HasStandardError ? point.Gold.StandardError : null);
}
