using RewardScaling.Curves;
using RewardScaling.Divergence;
using RewardScaling.Numerics;

namespace RewardScaling.Laws;

/// <summary>How far to optimise, as measured: where to stop, what gold was there, and what else is known, in numbers and
/// words.</summary>
/// <remarks>
/// The points speak first (<see cref="MeasuredPeak"/>), and never of more than was measured. The law is a second voice, heard where
/// the points do not contradict it (<see cref="PeakComparison"/>); where it is contradicted, its peak is not quoted.
/// </remarks>
/// <example>
/// <code>
/// Console.WriteLine(Advice.Of([fit], budget: new KlNats(10)));
/// </code>
/// </example>
[TypeFormatterSource]
public sealed record Advice
{
    private Advice(AdviceChoice choice, IReadOnlyList<AdviceSentence> sentences) =>
        (Fit, Measured, Verdict, Stop, Reward, Sentences) =
            (choice.Fit, choice.Peak ?? choice.Whole, choice.Verdict, choice.Stop, choice.Gold, sentences);

    /// <summary>The fit of the method and proxy to use.</summary>
    public LawFit Fit { get; }

    /// <summary>Where gold was measured highest, within the budget where it allows a point.</summary>
    public MeasuredPeak Measured { get; }

    /// <summary>What it comes to.</summary>
    public AdviceVerdict Verdict { get; }

    /// <summary>Where to stop: the highest point measured within the budget; the start where nothing is shown to be gained; the
    /// law's peak where the points have no errors and the law describes them.</summary>
    public KlNats Stop { get; }

    /// <summary>Gold there as measured (by the law where that says where to stop). The error of the highest point does not know
    /// that it was chosen; <see cref="Measured"/> does.</summary>
    public Estimate Reward { get; }

    /// <summary>All of it in words.</summary>
    public string Words => string.Join(". ", Sentences.Select(static sentence => sentence.Text)) + ".";

    internal IReadOnlyList<AdviceSentence> Sentences { get; }

    /// <summary>The best of several curves, within a KL budget and never beyond what was measured.</summary>
    /// <param name="fits">A fit of gold for each method or proxy at choice; at least one, all different.</param>
    /// <param name="budget">The largest KL allowed; null for no limit but the data.</param>
    /// <exception cref="ArgumentException">No fit, one that is not of gold, or the same fit twice.</exception>
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
        AdviceChoice[] choices = [.. fits.Select(fit => new AdviceChoice(fit, budget))
            .OrderByDescending(static choice => choice.Gold.Value)];
        var sentences = AdviceWords.Of(choices[0]);
        return choices.Length == 1 ? new(choices[0], sentences)
            : new(choices[0], [new($"Use {choices[0].Fit.Label}"), .. sentences, Against(choices[0], choices[1])]);
    }

    /// <summary>The words.</summary>
    public override string ToString() => Words;

    private static AdviceSentence Against(AdviceChoice best, AdviceChoice other)
    {
        double more = best.Gold.Value - other.Gold.Value;
        string place = FormattableString.Invariant($"{other.Fit.Label} gives at {other.Stop.Value:G3} nats");
        if (!best.Gold.HasStandardError || !other.Gold.HasStandardError)
            return new(FormattableString.Invariant($"That is {more:G3} more than {place}; without errors nobody knows whether that is a difference"));
        double error = Math.Sqrt(Math.Pow(best.Gold.StandardError, 2) + Math.Pow(other.Gold.StandardError, 2));
        return new(FormattableString.Invariant($"That is {new Estimate(more, error)} more than {place}{(more > 3 * error ? "" : ", which is no clear difference")}"));
    }
}
