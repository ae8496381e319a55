using System.Text;

namespace RewardScaling.Laws;

/// <summary>A fit in words and numbers.</summary>
internal static class LawFitReport
{
    public const string NoAicc = "AICc not defined for so few points";

    public static string Text(LawFit fit)
    {
        var text = new StringBuilder();
        bool offset = fit.Parameters[^1].State != ParameterState.Fixed || fit.Parameters[^1].Value.Value != 0;
        text.AppendLine(FormattableString.Invariant(
            $"{fit.Label}: {fit.Law.Name} law fitted to {(fit.Target == RewardTarget.Gold ? "gold" : "proxy")}, {(offset ? "offset + " : "")}{fit.Law.Formula}, d = sqrt(KL / nats)"));
        var shown = fit.Parameters.Take(offset ? fit.Parameters.Count : fit.Parameters.Count - 1).ToArray();
        var intervals = fit.HasErrors ? fit.Intervals() : null;
        foreach (var parameter in shown)
        {
            string interval = intervals is not null && parameter.State == ParameterState.Estimated
                ? $"  ({(fit.LackOfFit.IsRejected ? "if the law held, " : "")}95 %: {intervals.Parameter(parameter.Name)})" : "";
            text.AppendLine(FormattableString.Invariant($"  {parameter}{interval}"));
        }
        if (fit.HasErrors)
        {
            var names = shown.Where(static p => p.State == ParameterState.Estimated).Select(static p => p.Name).ToArray();
            for (int i = 0; i < names.Length; i++)
                for (int j = i + 1; j < names.Length; j++)
                    text.AppendLine(FormattableString.Invariant($"  correlation({names[i]}, {names[j]}) = {fit.Correlation(names[i], names[j]):F3}"));
        }
        string how = fit.Weighting switch
        {
            LawWeighting.Equal => "equal weights",
            LawWeighting.RelativeErrors => "weights 1/se², scale from the residuals",
            LawWeighting.KnownErrors => "weights 1/se², errors as given",
            _ => FormattableString.Invariant($"equal weights, errors from the covariance of the points over {fit.Problem.Covariance!.Groups} {fit.Problem.Covariance.Unit}"),
        };
        string noise = fit.DegreesOfFreedom > 0
            ? FormattableString.Invariant($", residual deviation {fit.ResidualStandardDeviation:G3}") : "";
        text.AppendLine(FormattableString.Invariant($"  {fit.PointCount} points, {how}{noise}, RMSE {fit.RootMeanSquareError:G3}, R² {fit.RSquared:F4}"));
        if (fit.IsPartOfJointFit) text.AppendLine(FormattableString.Invariant($"  fitted together with other curves; noise and {fit.DegreesOfFreedom} degrees of freedom are of all of them"));
        string aicc = double.IsFinite(fit.Aicc) ? FormattableString.Invariant($"AICc {fit.Aicc:F2}") : NoAicc;
        string pooled = fit.Weighting == LawWeighting.SharedSamples ? ", as if the points were independent, which they are not" : "";
        text.AppendLine(FormattableString.Invariant($"  {aicc}, BIC {fit.Bic:F2}{(fit.IsPartOfJointFit ? " of all curves together" : "")}{pooled}"));
        if (fit.PointsAtZero > 0) text.AppendLine(FormattableString.Invariant($"  {fit.PointsAtZero} at KL = 0 not counted: R(0) = 0 by definition"));
        if (!fit.HasErrors) text.AppendLine($"  errors not estimated: {fit.WhyNoErrors}");
        text.AppendLine($"  {fit.LackOfFit}");
        foreach (string warning in fit.Warnings) text.AppendLine($"  warning: {warning}");
        text.AppendLine($"  by the law: {fit.Peak}");
        if (intervals is not null && fit.Peak is not LawPeak.None)
            text.AppendLine($"  {fit.IntervalsHeading}: peak KL {intervals.PeakKl} nats, peak reward {intervals.PeakReward}, back at the start at KL {intervals.ZeroKl} nats");
        text.AppendLine($"  as measured: {fit.MeasuredPeak}");
        return text.Append($"  {fit.PeakComparison}").ToString();
    }

    /// <summary>What a reader of the numbers should know before believing them.</summary>
    public static IEnumerable<string> Warnings(LawFit fit)
    {
        if (fit.LackOfFit is LackOfFit.Tested { IsRejected: true } misfit)
            yield return $"the law does not describe the points ({misfit.Words}): the intervals and the peak are those of a law that does not hold; largest residual {misfit.Largest}";
        if (AboutTheStart(fit) is { } start) yield return start;
        foreach (var parameter in fit.Parameters)
            if (parameter.State == ParameterState.AtBound) yield return $"{parameter.Name} sits on its bound; the other errors take it as known";
        string[] free = [.. fit.Parameters.Where(static p => p.State == ParameterState.Estimated).Select(static p => p.Name)];
        if (fit.HasErrors)
            for (int i = 0; i < free.Length; i++)
                for (int j = i + 1; j < free.Length; j++)
                    if (Math.Abs(fit.Correlation(free[i], free[j])) > 0.995) yield return $"the data hardly tell {free[i]} from {free[j]}";
        if (fit.DegreesOfFreedom is > 0 and < 3 && fit.Weighting is LawWeighting.Equal or LawWeighting.RelativeErrors)
            yield return FormattableString.Invariant($"the noise is estimated from {fit.DegreesOfFreedom} degrees of freedom");
    }

    private static string? AboutTheStart(LawFit fit)
    {
        if (StartingReward.Of(fit.Problem.Curve, fit.Target) is not { } start) return null;
        if (fit.Problem.Options.IsOffsetFreed)
            return $"{start.Words(fit.Target, 0)}: R(0) = 0 does not hold, and the offset was fitted. Measured from the start the rewards are lower by it";
        var offset = fit.Parameters[^1];
        return offset.State == ParameterState.Fixed && start.Contradicts(offset.Value.Value)
            ? FormattableString.Invariant($"{start.Words(fit.Target, offset.Value.Value)}, where the fit holds R(0): let OffsetRule be ByData or Free, or subtract the initial policy's mean from every reward")
            : null;
    }
}
