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
                ? $"  (95 %: {intervals.Parameter(parameter.Name)})" : "";
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
            _ => FormattableString.Invariant($"equal weights, errors from the covariance of the points over {fit.Problem.Covariance!.Groups} prompts"),
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
        foreach (string warning in fit.Warnings) text.AppendLine($"  warning: {warning}");
        text.Append(FormattableString.Invariant($"  {fit.Peak}"));
        if (intervals is not null && fit.Peak is not LawPeak.None)
            text.AppendLine().Append($"  95 % intervals: peak KL {intervals.PeakKl} nats, peak reward {intervals.PeakReward}, back at the start at KL {intervals.ZeroKl} nats");
        return text.ToString();
    }

    /// <summary>What a reader of the numbers should know before believing them.</summary>
    public static IEnumerable<string> Warnings(LawFit fit)
    {
        foreach (var parameter in fit.Parameters)
            if (parameter.State == ParameterState.AtBound) yield return $"{parameter.Name} sits on its bound; the other errors take it as known";
        string[] free = [.. fit.Parameters.Where(static p => p.State == ParameterState.Estimated).Select(static p => p.Name)];
        if (fit.HasErrors)
            for (int i = 0; i < free.Length; i++)
                for (int j = i + 1; j < free.Length; j++)
                    if (Math.Abs(fit.Correlation(free[i], free[j])) > 0.995) yield return $"the data hardly tell {free[i]} from {free[j]}";
        if (fit.DegreesOfFreedom is > 0 and < 3 && fit.Weighting is LawWeighting.Equal or LawWeighting.RelativeErrors)
            yield return FormattableString.Invariant($"the noise is estimated from {fit.DegreesOfFreedom} degrees of freedom");
        if (fit.DegreesOfFreedom > 0 && LawComparison.RunsPValue(fit) is var p && p < 0.05)
            yield return FormattableString.Invariant($"the residuals are not random by distance (runs test, p = {p:G2}): the law bends differently from the data, and the errors are too small");
    }
}
