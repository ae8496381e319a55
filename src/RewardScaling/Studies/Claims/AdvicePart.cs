using MathNet.Numerics.Distributions;
using RewardScaling.Laws;
using RewardScaling.Numerics;

namespace RewardScaling.Studies.Claims;

/// <summary>Part 12: how far to optimise, and with which method and reward model.</summary>
internal sealed record AdvicePart : StudyPart
{
    private const string Source = "this library", Statement = "One method and reward model is clearly the best.";

    private AdvicePart(string sentence, Claim claim) : base(12, "Advice", claim) => Sentence = sentence;

    /// <summary>How far, with which, in one sentence; why there is none, where there is none.</summary>
    public string Sentence { get; }

    /// <summary>Looks at every method and reward model of a study, its seeds together.</summary>
    /// <param name="set">All curves of a study; several studies' too.</param>
    public static AdvicePart Of(CurveSet set)
    {
        (SeedCell Cell, Advice Advice)[] choices = [.. set.Cells(set.All.Where(static curve => curve.At.Rounds.Count == 1))
            .Where(static cell => cell.HasFit).Select(static cell => (cell, Advice.Of([cell.Fit])))
            .OrderByDescending(static choice => choice.Item2.Reward.Value)];
        if (choices.Length == 0) return new("No curve has points enough for advice.", Claim.Untested(Statement, Source, "No curve has points enough."));
        var best = choices[0];
        string far = best.Advice.Sentences[0].Text, sentence = $"{StudyNames.Of(best.Cell.At)}: {char.ToLowerInvariant(far[0])}{far[1..]}.";
        if (choices.Length == 1) return new(sentence, Claim.Untested(Statement, Source, "There is one to choose from."));
        var next = choices[1];
        Estimate more = best.Advice.Reward, other = next.Advice.Reward;
        string found = FormattableString.Invariant($"{sentence} That is {more.Value - other.Value:F3} standard deviations more than {StudyNames.Of(next.Cell.At)}.");
        if (!more.HasStandardError || !other.HasStandardError)
            return new(sentence, Claim.Untested(Statement, Source, found + " Their errors are not known."));
        Estimate lead = new(more.Value - other.Value,
            Math.Sqrt(Math.Pow(more.StandardError, 2) + Math.Pow(other.StandardError, 2)));
        double p = lead.StandardError > 0
            ? Math.Min(1, (choices.Length - 1) * Normal.CDF(0, 1, -lead.Value / lead.StandardError)) : 1;
        return new(sentence, Claim.Tested(Statement, Source, found,
            p < SeedTest.Level ? ClaimVerdict.Supported : ClaimVerdict.Undecided,
            FormattableString.Invariant($"normal, the best against the next, {choices.Length} choices by Bonferroni"), p, lead)
            .Over(best.Cell.Seeds > 1 ? best.Cell.Seeds : 0, best.Cell.SeedName));
    }
}
