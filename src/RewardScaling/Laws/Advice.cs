using RewardScaling.Divergence;
using RewardScaling.Numerics;

namespace RewardScaling.Laws;

/// <summary>How far to optimise: the fit, the KL to stop at and what gold to expect, in numbers and words.</summary>
public sealed record Advice
{
    private Advice(LawFit fit, KlNats stop, Estimate reward, string words) =>
        (Fit, Stop, Reward, Words) = (fit, stop, reward, words);

    /// <summary>The fit of the method and proxy to use.</summary>
    public LawFit Fit { get; }

    /// <summary>Where to stop: the fitted peak, the budget or the farthest measurement, whichever comes first.</summary>
    public KlNats Stop { get; }

    /// <summary>The gold reward expected there.</summary>
    public Estimate Reward { get; }

    /// <summary>All of it in words.</summary>
    public string Words { get; }

    /// <summary>The best of several fits of gold, within a KL budget and never beyond what was measured.</summary>
    /// <param name="fits">One fit for each method or proxy at choice; at least one, all different and with errors.</param>
    /// <param name="budget">The largest KL allowed; null for no limit but the data.</param>
    /// <exception cref="ArgumentException">No fit, one that is not of gold, or the same fit twice.</exception>
    /// <exception cref="InvalidOperationException">A fit's errors could not be estimated.</exception>
    public static Advice Of(IReadOnlyList<LawFit> fits, KlNats? budget = null)
    {
        ArgumentNullException.ThrowIfNull(fits);
        if (fits.Count == 0) throw new ArgumentException("fits is empty; there must be one to advise on.", nameof(fits));
        if (fits.Any(static fit =>
            fit.Target != RewardTarget.Gold)) throw new ArgumentException("Advice needs fits of gold: the proxy does not know when to stop.", nameof(fits));
        for (int i = 0; i < fits.Count; i++)
            for (int j = 0; j < i; j++)
                if (ReferenceEquals(fits[i], fits[j]))
                    throw new ArgumentException(FormattableString.Invariant($"fits[{i}] is fits[{j}] again, the {fits[i].Law.Name} law of '{fits[i].Label}'; give each choice once."), nameof(fits));
        var choices = fits.Select(fit => (Fit: fit, Stop: StopOf(fit, budget))).ToArray();
        var (best, (stop, why)) = choices.MaxBy(static choice => choice.Fit.Evaluate(choice.Stop.Stop.Sqrt()));
        var distance = stop.Sqrt();
        Estimate reward = new(best.Evaluate(distance), best.StandardErrorAt(distance));
        var intervals = best.Intervals();
        var words = new System.Text.StringBuilder();
        if (fits.Count > 1) words.Append($"Use {best.Label} ({best.Law.Name} law): ");
        words.Append(why switch
        {
            Reason.Peak =>
                FormattableString.Invariant($"stop at {stop.Value:G3} nats, 95 percent interval of the peak {intervals.PeakKl}"),
            Reason.BudgetBeforePeak =>
                FormattableString.Invariant($"go to the budget of {stop.Value:G3} nats; the peak lies beyond (95 percent interval {intervals.PeakKl})"),
            Reason.Budget =>
                FormattableString.Invariant($"go to the budget of {stop.Value:G3} nats, up to which no peak was found"),
            Reason.Data =>
                FormattableString.Invariant($"go to {stop.Value:G3} nats, the farthest that was measured; no peak was reached and nothing is known beyond"),
            _ => "do not optimise: gold falls from the start",
        });
        words.Append(FormattableString.Invariant($"; gold there {reward}"));
        if (fits.Count > 1)
        {
            var (other, (place, _)) = choices.Where(choice => choice.Fit != best).MaxBy(static choice =>
                choice.Fit.Evaluate(choice.Stop.Stop.Sqrt()));
            double more = reward.Value - other.Evaluate(place.Sqrt()), error = Math.Sqrt(Math.Pow(reward.StandardError, 2)
                + Math.Pow(other.StandardErrorAt(place.Sqrt()), 2));
            words.Append(FormattableString.Invariant($", {new Estimate(more, error)} more than {other.Label} gives at {place}{(more > 2 * error ? "" : ", which is no clear difference")}"));
        }
        var zero = intervals.ZeroKl;
        if (best.Law.TryZero(best.Coefficients, out var back))
        {
            double farthest = best.Problem.Distances.Max();
            words.Append(FormattableString.Invariant($"; beyond {back.Squared().Value:G3} nats gold is below the start (95 percent interval {zero}{(back.Value > farthest ? ", extrapolated" : "")})"));
        }
        return new(best, stop, reward, words.Append('.').ToString());
    }

    /// <summary>The words.</summary>
    public override string ToString() => Words;

    private enum Reason { Peak, BudgetBeforePeak, Budget, Data, Start }

    private static (KlNats Stop, Reason Why) StopOf(LawFit fit, KlNats? budget)
    {
        double limit = fit.Problem.Distances.Max();
        bool turns = fit.Law.TryPeak(fit.Coefficients, out var peak);
        var why = Reason.Data;
        if (budget is { } nats && nats.Sqrt().Value < limit)
            (limit, why) = (nats.Sqrt().Value, turns ? Reason.BudgetBeforePeak : Reason.Budget);
        if (turns && peak.Value <= limit) return (peak.Squared(), Reason.Peak);
        return fit.Evaluate(new(limit)) > fit.Evaluate(default) ? (new(limit * limit), why) : (KlNats.Zero, Reason.Start);
    }
}
