using RewardScaling.Curves;
using RewardScaling.Divergence;
using RewardScaling.Numerics;

namespace RewardScaling.Laws;

/// <summary>One method or proxy to advise on: where its points say to stop.</summary>
internal sealed class AdviceChoice
{
    public AdviceChoice(LawFit fit, KlNats? budget)
    {
        (Fit, Curve) = (fit, WithStart(fit));
        HasStart = Curve.Points.Any(static point => point.Kl.Value == 0);
        Farthest = new(Curve.Points.Max(static point => point.Kl.Value));
        Budget = budget is { } nats && nats < Farthest ? budget : null;
        Whole = ReferenceEquals(Curve, fit.Problem.Curve) ? fit.MeasuredPeak : MeasuredPeak.Of(Curve);
        Peak = Budget is { } limit && Curve.Points.Any(point => point.Kl.Value > 0 && point.Kl.Value <= limit.Value)
            ? MeasuredPeak.Among(Curve, point => point.Kl.Value <= limit.Value) : Budget is null ? Whole : null;
        Verdict = VerdictOf();
        (Stop, Gold) = StopOf();
    }

    public LawFit Fit { get; }

    /// <summary>The points, with the start where the law knows it.</summary>
    public RewardCurve Curve { get; }

    /// <summary>Whether the initial policy is among the points.</summary>
    public bool HasStart { get; }

    public KlNats Farthest { get; }

    /// <summary>The budget where it ends before the data.</summary>
    public KlNats? Budget { get; }

    /// <summary>The highest of all points.</summary>
    public MeasuredPeak Whole { get; }

    /// <summary>The highest point within the budget; null where there is none.</summary>
    public MeasuredPeak? Peak { get; }

    public AdviceVerdict Verdict { get; }

    public KlNats Stop { get; }

    public Estimate Gold { get; }

    public bool LawHolds => Fit.PeakComparison.Trust is PeakTrust.Both or PeakTrust.Law;

    // Only the law knows, so nothing but the law can smooth.
    public bool StopsByLaw => Verdict == AdviceVerdict.Unsure && Fit.PeakComparison.Trust == PeakTrust.Law && Fit.HasErrors
        && Fit.Peak is LawPeak.InsideData peak && !(Budget < new KlNats(peak.Kl.Value));

    private AdviceVerdict VerdictOf() => Peak switch
    {
        null => AdviceVerdict.OutOfBudget,
        MeasuredPeak.Inside => AdviceVerdict.Stop,
        MeasuredPeak.AtEnd => AdviceVerdict.GoOn,
        MeasuredPeak.AtStart => HasStart ? AdviceVerdict.Stay : AdviceVerdict.Earlier,
        MeasuredPeak.Flat => AdviceVerdict.Undecided,
        _ => AdviceVerdict.Unsure,
    };

    private (KlNats, Estimate) StopOf()
    {
        if (Peak is null) return (KlNats.Zero, Curve.Points.MinBy(static point => point.Kl.Value)!.Gold);
        if (StopsByLaw && Fit.Peak is LawPeak.InsideData peak) return (new(peak.Kl.Value), peak.Reward);
        // Where the start may be the best nothing is spent.
        var point = Verdict == AdviceVerdict.Stay ? Peak.Points.MinBy(static point => point.Kl.Value)! : Peak.Highest;
        return (new(point.Kl.Value), point.Gold);
    }

    // A law without an offset takes the reward of the initial policy as known, and so does its advice.
    private static RewardCurve WithStart(LawFit fit)
    {
        var curve = fit.Problem.Curve;
        var offset = fit.Parameters[^1];
        if (offset.State != ParameterState.Fixed || curve.GoldCovariance is not null
            || curve.Points.Any(static point => point.Kl.Value == 0)
            || curve.Points.Any(static point => !point.HasGold || !point.Gold.HasStandardError)) return curve;
        var start = RewardPoint.Partial(Estimate.Exact(0), null, Estimate.Exact(offset.Value.Value),
            curve.Points.Min(static point => point.Effort) - 1);
        return new(curve.Method, curve.Label, [start, .. curve.Points]);
    }
}
