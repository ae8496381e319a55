using RewardScaling.Curves;
using RewardScaling.Studies;
using RewardScaling.Studies.Claims;

namespace RewardScaling.Tool.Studies;

/// <summary>What a study found, for programs: the last line of <c>study --json</c>.</summary>
/// <param name="Event">Always "result".</param>
/// <param name="Plan">The plan's name.</param>
/// <param name="Seed">Its seed.</param>
/// <param name="Folder">Where everything is.</param>
/// <param name="Report">The page.</param>
/// <param name="Seconds">What the stages took, those of earlier runs in the folder too.</param>
/// <param name="Curves">Each curve, in the order of the report.</param>
/// <param name="Claims">What the study says of each claim of the papers that its plan asks for, in the order of the parts.</param>
/// <param name="Warnings">What its cells warned of.</param>
internal sealed record StudyLine(
    string Event, string Plan, ulong Seed, string Folder, string Report, double Seconds,
    IReadOnlyList<StudyLine.CurveLine> Curves, IReadOnlyList<StudyLine.ClaimLine> Claims, IReadOnlyList<string> Warnings)
{
    /// <summary>One claim: its part of the report, the verdict, and of the test the p-value, the effect with its error and the
    /// number of seeds, null where there are none. docs/study.md says what they mean.</summary>
    internal sealed record ClaimLine(int Part, string Claim, string Source, string Verdict, string Found, string Test, double? P,
        double? Effect, double? EffectSe, int Seeds);

    /// <summary>One method against one proxy. KL in nats per sequence; rewards with a standard error, null where none is
    /// known.</summary>
    internal sealed record CurveLine(string Method, string Proxy, PointLine Highest, PointLine Last, string Law, bool LawHolds,
        string Peak, string Measured);

    /// <summary>A point of a curve.</summary>
    internal sealed record PointLine(double Effort, double KlNats, double Proxy, double Gold, double? GoldSe);

    public static StudyLine Of(StudyResult result, string folder) => new("result", result.Plan.Name, result.Plan.Seed, folder,
        Path.Combine(folder, "report.html"), result.Timings.Sum(static timing => timing.Seconds), [.. result.Curves.Select(Of)],
        [.. result.Findings.Parts.SelectMany(static part => part.Claims
            .Where(static claim => claim.Verdict != ClaimVerdict.NotAsked).Select(claim => Of(part.Number, claim)))],
        result.Warnings);

    private static ClaimLine Of(int part, Claim claim) => new(part, claim.Statement, claim.Source, claim.VerdictWords,
        claim.Found, claim.Test, claim.HasPValue ? claim.PValue : null, claim.HasEffect ? claim.Effect.Value : null,
        claim.HasEffect && claim.Effect.HasStandardError ? claim.Effect.StandardError : null, claim.Seeds);

    private static CurveLine Of(StudyCurve curve) => new(
        curve.Curve.Method == OptimizationMethod.BestOfN ? "best-of-n" : "ppo", curve.Proxy.Label,
        Of(curve.Curve.Points.MaxBy(static point => point.Gold.Value)!),
        Of(curve.Curve.Points.MaxBy(static point => point.Kl.Value)!),
        curve.Law.Name, curve.HasFit && !curve.Fit.LackOfFit.IsRejected, curve.Peak.ToString(),
        MeasuredPeak.Of(curve.Curve).ToString());

    private static PointLine Of(RewardPoint point) => new(point.Effort, point.Kl.Value, point.Proxy.Value, point.Gold.Value,
        point.Gold.HasStandardError ? point.Gold.StandardError : null);
}
