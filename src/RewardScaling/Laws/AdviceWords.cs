using RewardScaling.Curves;
using RewardScaling.Numerics;
using static System.FormattableString;

namespace RewardScaling.Laws;

/// <summary>Advice on one choice in sentences: first what was measured, then what the law adds where it holds.</summary>
internal static class AdviceWords
{
    public static IReadOnlyList<AdviceSentence> Of(AdviceChoice choice)
    {
        List<AdviceSentence> sentences = choice.Peak switch
        {
            null => [OutOfBudget(choice)],
            MeasuredPeak.Known known => Known(choice, known),
            _ => [Unsure(choice)],
        };
        if (choice.Peak is not null && choice.Budget is { } budget && choice.Whole.Highest.Kl.Value > budget.Value)
            sentences.Add(new(Invariant($"Beyond the budget gold was measured higher, {choice.Whole.Highest.Gold.Value:G4} at {At(choice, choice.Whole.Highest)}")));
        if (LastStep(choice) is { } last) sentences.Add(last);
        if (choice.Peak is MeasuredPeak.Known { Basis: { Length: > 0 } basis }) sentences.Add(new($"The intervals of what was measured rest on {basis}"));
        sentences.AddRange(Law(choice));
        return sentences;
    }

    private static AdviceSentence OutOfBudget(AdviceChoice choice)
    {
        double limit = choice.Budget!.Value.Value, first = choice.Curve.Points.Where(static point => point.Kl.Value > 0)
            .Min(static point => point.Kl.Value);
        string within = limit == 0 ? "A budget of 0 nats allows the initial policy and nothing else"
            : Invariant($"The budget of {limit:G3} nats ends before the first point measured, at {first:G3} nats: nothing is known within it");
        return new(Invariant($"{within}; gold was measured highest at {At(choice, choice.Whole.Highest)}, {choice.Whole.Highest.Gold.Value:G4}"));
    }

    private static List<AdviceSentence> Known(AdviceChoice choice, MeasuredPeak.Known peak)
    {
        var bounds = peak.Bounds;
        string place = At(choice, peak.Highest), level = Invariant($"{100 * bounds.Level:G3} %"),
            gold = Invariant($"gold was measured highest there, {peak.Highest.Gold.Value:G4} ({level}: {bounds.Gold})"),
            among = bounds.Plausible.Count == 1 ? "no other point measured can be higher"
                : bounds.Plausible.Count == peak.Points.Count ? "none of the points can be told from it" : $"KL {bounds.Kl} nats cannot be told from it",
            until = choice.Budget is { } budget ? Invariant($"the budget of {budget.Value:G3} nats") : "the end of the data";
        AdviceClaim height = Says(choice, AdviceClaimKind.HighestGold, bounds.Gold),
            where = Says(choice, AdviceClaimKind.HighestAt, bounds.Kl),
            gain = Says(choice, AdviceClaimKind.Gain, bounds.Rise);
        List<AdviceSentence> sentences = choice.Verdict switch
        {
            AdviceVerdict.Stop => [new($"Stop at {place}: {gold}; {among}", height, where), Fall(choice, peak)],
            AdviceVerdict.GoOn when ReferenceEquals(peak.Highest, peak.Last) =>
                [new($"Go to {place}, the last point up to {until}: {gold}; it is not shown to turn down, and nothing is known beyond", height)],
            AdviceVerdict.GoOn => [new($"Go to {place}: {gold}; {among}, so up to {until} gold is not shown to turn down", height, where)],
            AdviceVerdict.Stay => [new(Invariant($"Do not optimise: gold is not shown to rise above the start (by {bounds.Rise}, {level})"), gain), Fall(choice, peak)],
            AdviceVerdict.Earlier => [new(Invariant($"Stop at {place} or earlier: {gold}; {among}, and below {peak.Points.Min(static point => point.Kl.Value):G3} nats nothing was measured"), height, where),
                Fall(choice, peak)],
            _ => [new($"Undecided: {gold.Replace(" there", "", StringComparison.Ordinal)} at {place}, but the first and the last point may both be the highest: nothing is shown to be gained, and nothing to be lost", height)],
        };
        sentences.AddRange(OnTheWay(choice, peak));
        if (choice.HasStart && bounds.Fall.Low > bounds.Rise.High)
            sentences.Add(new("At the last point gold is below the start", Says(choice, AdviceClaimKind.EndAgainstStart, double.NegativeInfinity, 0)));
        else if (choice.HasStart && choice.Verdict is AdviceVerdict.GoOn or AdviceVerdict.Stop && bounds.Rise.Low > 0)
            sentences.Add(new($"The highest is above the start by {bounds.Rise} ({level})", gain));
        return sentences;
    }

    private static AdviceSentence Fall(AdviceChoice choice, MeasuredPeak.Known peak) => new(
        Invariant($"From the highest to the last point, {At(choice, peak.Last)}, gold falls by {peak.Highest.Gold.Value - peak.Last.Gold.Value:G3} ({100 * peak.Bounds.Level:G3} %: {peak.Bounds.Fall})"),
        Says(choice, AdviceClaimKind.Fall, peak.Bounds.Fall));

    // A dip before the highest point, or a fall after it that came back. What is left of a fall at the end is told already.
    private static IEnumerable<AdviceSentence> OnTheWay(AdviceChoice choice, MeasuredPeak.Known peak)
    {
        var before = MeasuredPeak.Among(choice.Curve, point => point.Effort <= peak.Highest.Effort);
        if (before is MeasuredPeak.Known { Bounds.DeepestFall: { Low: > 0 } dip })
            yield return Detour(choice, before.DeepestFall, dip, "before it rose to the highest");
        if (peak.Bounds.DeepestFall.Low > peak.Bounds.Fall.High && peak.DeepestFall.To.Effort > peak.Highest.Effort)
            yield return Detour(choice, peak.DeepestFall, peak.Bounds.DeepestFall, Invariant($"and came back to {peak.Last.Gold.Value:G4} at the last point"));
    }

    private static AdviceSentence Detour(AdviceChoice choice, (RewardPoint From, RewardPoint To) fall,
        ConfidenceInterval bounds, string after) => new(
        Invariant($"On the way gold fell by {fall.From.Gold.Value - fall.To.Gold.Value:G3} (95 %: {bounds}), from {fall.From.Gold.Value:G4} at {At(choice, fall.From)} to {fall.To.Gold.Value:G4} at {At(choice, fall.To)}, {after}"),
        // Of all falls one is at least as deep as this one.
        Says(choice, AdviceClaimKind.FallOnTheWay, bounds.Low, double.PositiveInfinity));

    private static AdviceSentence Unsure(AdviceChoice choice)
    {
        var peak = (MeasuredPeak.NotKnown)choice.Peak!;
        string last = ReferenceEquals(peak.Highest, peak.Last) ? "the last point" : Invariant($"the last point, {At(choice, peak.Last)}, has {peak.Last.Gold.Value:G4}");
        return new(Invariant($"Gold was measured highest, {peak.Highest.Gold.Value:G4}, at {At(choice, peak.Highest)}; {last}; how sure that is is not known: {peak.Reason}"));
    }

    private static AdviceSentence? LastStep(AdviceChoice choice)
    {
        if (choice.Peak is not { } peak || choice.Curve.Method == OptimizationMethod.BestOfN) return null;
        var farthest = peak.Points.MaxBy(static point => point.Kl.Value)!;
        return farthest.Kl.Value > 1.05 * peak.Last.Kl.Value
            ? new(Invariant($"The last point is at {peak.Last.Kl.Value:G3} nats, not at the largest KL, {farthest.Kl.Value:G3} nats, where gold was {farthest.Gold.Value:G4}"))
            : null;
    }

    private static IEnumerable<AdviceSentence> Law(AdviceChoice choice)
    {
        var fit = choice.Fit;
        var comparison = fit.PeakComparison;
        if (!choice.LawHolds)
        {
            yield return new($"Of the law: {comparison.Words}");
            yield break;
        }
        if (!fit.HasErrors) yield break;
        var intervals = fit.Intervals();
        // Not to be contradicted is no proof: what the law says stays conditional.
        string held = comparison.Trust == PeakTrust.Both ? "If the law holds, which the points do not contradict," : "If the law holds, of which only the scatter of the points speaks,";
        switch (fit.Peak)
        {
            case LawPeak.InsideData peak:
                yield return new(Invariant($"{held} the peak lies at {peak.Kl.Value:G3} nats (95 %: {intervals.PeakKl}){(choice.StopsByLaw ? Invariant($": stop there, gold {peak.Reward}") : "")}"),
                    Says(choice, AdviceClaimKind.PeakAt, intervals.PeakKl));
                break;
            case LawPeak.OutsideData { SmallestKl.Value: var smallest } peak when peak.Kl.Value < smallest:
                yield return new(Invariant($"{held} the peak lies at {peak.Kl.Value:G3} nats, below the first point measured: extrapolated"));
                break;
            case LawPeak.OutsideData peak:
                yield return new(Invariant($"{held} the peak lies beyond the {choice.Farthest.Value:G3} nats measured, near {peak.Kl.Value:G3}: extrapolated"));
                break;
            case LawPeak.Undecided peak:
                yield return new(Invariant($"The law cannot say whether gold turns down: {peak.Reason}"));
                break;
        }
        if (fit.Law.TryZero(fit.Coefficients, out var back) && back.Squared() <= choice.Farthest
            && fit.Peak is LawPeak.InsideData)
            yield return new(Invariant($"Then gold is back at the start at {back.Squared().Value:G3} nats (95 %: {intervals.ZeroKl})"));
    }

    public static string At(AdviceChoice choice, RewardPoint point) => choice.Curve.Method == OptimizationMethod.BestOfN
        ? Invariant($"n = {point.Effort:G6} ({point.Kl.Value:G3} nats)") : Invariant($"{point.Kl.Value:G3} nats");

    private static AdviceClaim Says(AdviceChoice choice, AdviceClaimKind kind, ConfidenceInterval interval) =>
        Says(choice, kind, interval.Low, interval.High);

    private static AdviceClaim Says(AdviceChoice choice, AdviceClaimKind kind, double low, double high) =>
        new(kind, low, high, choice.Budget ?? choice.Farthest);
}
