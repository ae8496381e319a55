using RewardScaling.Curves;
using RewardScaling.Ppo;

namespace RewardScaling.Studies;

// What the pieces of a study leave in the run folder, each in its NAME.json. PolicyDocument, GoldDocument and ProxyDocument are
// parts
// of study.json too.

internal sealed record ComparisonStageDocument(int Comparisons, int TiedPairs);

internal sealed record PpoStageDocument(IReadOnlyList<PointDocument> Points, string Stop)
{
    public static PpoStageDocument Of(PpoResult result) =>
        new([.. result.Curve.Points.Select(point => PointDocument.Of(point, result.Curve.Method))], result.Stop.ToString());

    public RewardCurve ToCurve(string label, int maximumSteps)
    {
        if (!Enum.TryParse(Stop, out PpoStopReason stop)) throw new InvalidDataException($"'{Stop}' is no reason to stop");
        var curve = new RewardCurve(OptimizationMethod.ReinforcementLearning, label,
            [.. Points.Select(static point => point.ToPoint())]);
        double last = -1;
        foreach (var point in curve.Points)
        {
            if (point.Effort <= last || point.Effort > maximumSteps || point.Effort != Math.Truncate(point.Effort))
                throw new InvalidDataException(FormattableString.Invariant($"step {point.Effort} follows step {last} of at most {maximumSteps}"));
            last = point.Effort;
        }
        return stop != PpoStopReason.MaximumSteps || last == maximumSteps ? curve
            : throw new InvalidDataException(FormattableString.Invariant($"it made all of {maximumSteps} steps and ends at step {last}"));
    }
}
