using System.Text.Json.Serialization;
using RewardScaling.Curves;
using RewardScaling.Laws;
using RewardScaling.Numerics;

namespace RewardScaling.Reports;

/// <summary>An interval in a file; a bound that is null is infinite.</summary>
internal sealed record IntervalDocument(double? Low, double? High, double Level)
{
    public static IntervalDocument? Of(ConfidenceInterval? interval) => interval is not { } known ? null
        : new(double.IsFinite(known.Low) ? known.Low : null, double.IsFinite(known.High) ? known.High : null, known.Level);
}

/// <summary>A coefficient in a file; without an error or an interval where none was estimated.</summary>
internal sealed record CoefficientDocument(string Name, double Value, double? StandardError, IntervalDocument? Interval,
    string State);

/// <summary>A correlation in a file.</summary>
internal sealed record CorrelationDocument(string First, string Second, double Value);

/// <summary>Where a fit peaks, in a file: the case, the numbers where it has any, and words.</summary>
internal sealed record PeakDocument(string Case, double? Kl, double? Reward, IntervalDocument? KlInterval,
    IntervalDocument? RewardInterval,
    IntervalDocument? ZeroKlInterval, string Words);

/// <summary>Whether the law describes the points, in a file; numbers are left out where it was not tested.</summary>
internal sealed record LackOfFitDocument(bool Rejected, double? PValue, double? Statistic, string? Test, double? LargestResidual,
    double? LargestResidualKl, string Words)
{
    public static LackOfFitDocument Of(LackOfFit fit)
    {
        var test = fit as LackOfFit.Tested;
        return new(fit.IsRejected, test?.PValue, test?.Statistic, test?.Test.ToString(), test?.Largest.Value,
            test?.Largest.Kl.Value, fit.ToString());
    }
}

/// <summary>Where the reward is highest as measured, in a file: the case, the point, and the bounds where they are
/// known.</summary>
internal sealed record MeasuredPeakDocument(string Case, double Kl, double Effort, double Reward, IntervalDocument? PlausibleKl,
    IntervalDocument? PlausibleEffort, IntervalDocument? RewardInterval, IntervalDocument? Fall, IntervalDocument? DeepestFall,
    string Words)
{
    public static MeasuredPeakDocument Of(MeasuredPeak peak)
    {
        var bounds = (peak as MeasuredPeak.Known)?.Bounds;
        string name = peak switch
        {
            MeasuredPeak.Inside => "inside the data",
            MeasuredPeak.AtEnd => "at the end",
            MeasuredPeak.AtStart => "at the start",
            MeasuredPeak.Flat => "flat",
            _ => "not known",
        };
        return new(name, peak.Highest.Kl.Value, peak.Highest.Effort, peak.Highest.Gold.Value, IntervalDocument.Of(bounds?.Kl),
            IntervalDocument.Of(bounds?.Effort), IntervalDocument.Of(bounds?.Gold), IntervalDocument.Of(bounds?.Fall),
            IntervalDocument.Of(bounds?.DeepestFall), peak.ToString());
    }
}

/// <summary>A fit as it is written to a file; everything in nats per sequence and units of reward. Of curves fitted together,
/// degrees of freedom and criteria are those of all of them.</summary>
internal sealed record FitDocument(string Label, string Law, string Formula, string Latex, string Source, string Target,
    string Weighting, int Points, int PointsAtZero, int DegreesOfFreedom, IReadOnlyList<CoefficientDocument> Coefficients,
    IReadOnlyList<CorrelationDocument> Correlations, PeakDocument Peak, double Rmse, double RSquared, double? Aicc, double Bic,
    bool FittedTogether, LackOfFitDocument LackOfFit, MeasuredPeakDocument MeasuredPeak, string Believe, string BelieveWords,
    IReadOnlyList<string> Warnings)
{
    public static FitDocument Of(LawFit fit)
    {
        LawIntervals? intervals = fit.HasErrors ? fit.Intervals() : null;
        (string name, Estimate? kl, Estimate? reward) = fit.Peak switch
        {
            LawPeak.InsideData peak => ("inside the data", peak.Kl, peak.Reward),
            LawPeak.OutsideData peak => ("outside the data", peak.Kl, peak.Reward),
            LawPeak.Undecided peak => ("undecided", peak.Kl, peak.Reward),
            _ => ("none", (Estimate?)null, (Estimate?)null),
        };
        LawIntervals? ofPeak = name == "none" ? null : intervals;
        string[] free = [.. fit.Parameters.Where(static p => p.State == ParameterState.Estimated).Select(static p => p.Name)];
        return new(fit.Label, fit.Law.Name, fit.Law.Formula, fit.Law.Latex, fit.Law.Source, fit.Target.ToString(),
            fit.Weighting.ToString(),
            fit.PointCount, fit.PointsAtZero, fit.DegreesOfFreedom,
            [.. FitTable.Shown(fit).Select(p => new CoefficientDocument(p.Name, p.Value.Value, p.Value.HasStandardError
                ? p.Value.StandardError : null,
                p.State == ParameterState.Estimated ? IntervalDocument.Of(intervals?.Parameter(p.Name)) : null,
                    p.State.ToString()))],
            fit.HasErrors ? [.. free.SelectMany((first, i) => free.Skip(i + 1)
                .Select(second => new CorrelationDocument(first, second, fit.Correlation(first, second))))] : [],
            new(name, kl?.Value, reward?.Value, IntervalDocument.Of(ofPeak?.PeakKl), IntervalDocument.Of(ofPeak?.PeakReward),
                IntervalDocument.Of(ofPeak?.ZeroKl), fit.Peak.ToString()),
            fit.RootMeanSquareError, fit.RSquared, double.IsFinite(fit.Aicc) ? fit.Aicc : null, fit.Bic,
            fit.IsPartOfJointFit, LackOfFitDocument.Of(fit.LackOfFit), MeasuredPeakDocument.Of(fit.MeasuredPeak),
            fit.PeakComparison.Trust.ToString(), fit.PeakComparison.Words, fit.Warnings);
    }
}

/// <summary>Writes fits without reflection.</summary>
[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(IReadOnlyList<FitDocument>))]
internal sealed partial class FitJson : JsonSerializerContext;
