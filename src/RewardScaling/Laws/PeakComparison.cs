using RewardScaling.Curves;
using RewardScaling.Numerics;

namespace RewardScaling.Laws;

/// <summary>The peak of a law beside the highest point as measured, and which of them to believe.</summary>
/// <remarks>The two agree when the 95 percent interval of the law's KL* and the set of points that may be the highest meet. A
/// peak beyond the data agrees with points that are highest at their end.</remarks>
public sealed record PeakComparison
{
    private PeakComparison(LawPeak law, MeasuredPeak measured, PeakTrust trust, string words) =>
        (Law, Measured, Trust, Words) = (law, measured, trust, words);

    /// <summary>What the law says.</summary>
    public LawPeak Law { get; }

    /// <summary>What the points say.</summary>
    public MeasuredPeak Measured { get; }

    /// <summary>Which of them to believe.</summary>
    public PeakTrust Trust { get; }

    /// <summary>One sentence, without its stop: whether the two agree, and which to believe.</summary>
    public string Words { get; }

    /// <summary>The words.</summary>
    public override string ToString() => Words;

    /// <summary>The peak of a fit's law beside its highest point as measured (<see cref="LawFit.Beside"/> for another).</summary>
    internal static PeakComparison Of(LawFit fit)
    {
        MeasuredPeak measured = fit.MeasuredPeak;
        bool rejected = fit.LackOfFit.IsRejected;
        if (measured is not MeasuredPeak.Known known)
            return rejected
                ? Says(PeakTrust.Neither, "the law does not describe the points, and without their errors nothing else is known of the peak: believe neither")
                : Says(PeakTrust.Law, "the law's peak cannot be held against the points, which have no errors");
        if (rejected) return Says(PeakTrust.Measured, "the law does not describe the points: believe what was measured");
        if (!fit.HasErrors) return Says(PeakTrust.Measured, "the law's peak has no errors: believe what was measured");
        var interval = PeakOf(fit);
        var (low, high) = known switch
        {
            MeasuredPeak.AtEnd => (known.Bounds.Kl.Low, double.PositiveInfinity),
            MeasuredPeak.AtStart => (0, known.Bounds.Kl.High),
            MeasuredPeak.Flat => (0, double.PositiveInfinity),
            _ => (known.Bounds.Kl.Low, known.Bounds.Kl.High),
        };
        return interval.Low <= high && interval.High >= low
            ? Says(PeakTrust.Both, "the law's peak and the measured one agree")
            : Says(PeakTrust.Measured, $"the law puts the peak at KL {interval} nats (95 %), where the points say it is not: believe what was measured");

        PeakComparison Says(PeakTrust trust, string words) => new(fit.Peak, measured, trust, words);
    }

    // Without a peak the law is highest at its start or never turns down.
    private static ConfidenceInterval PeakOf(LawFit fit)
    {
        var interval = fit.Intervals().PeakKl;
        if (fit.Peak is not LawPeak.None) return interval;
        double farthest = fit.Problem.Distances.Max();
        bool rises = fit.Evaluate(new(farthest)) > fit.Evaluate(default);
        return rises ? new(Math.Min(interval.Low, farthest * farthest), double.PositiveInfinity, interval.Level)
            : new(0, Math.Min(interval.High, farthest * farthest), interval.Level);
    }
}
