using RewardScaling.Laws;

namespace RewardScaling.Studies.Claims;

/// <summary>Part 12: how far to optimise, and with which method and reward model.</summary>
public sealed record AdvicePart : StudyPart
{
    private const string Source = "this library", Statement = "One method and reward model is clearly the best.";

    private AdvicePart(string sentence, Claim claim) : base(12, "Advice", claim) => Sentence = sentence;

    /// <summary>How far, with which, in one sentence; why there is none, where there is none.</summary>
    public string Sentence { get; }

    /// <summary>Looks at every method and reward model of a study, its seeds together.</summary>
    /// <param name="curves">All curves of a study; several studies' too.</param>
    public static AdvicePart Of(IReadOnlyList<StudyCurve> curves)
    {
        ArgumentNullException.ThrowIfNull(curves);
        SeedCell[] cells = [.. SeedCell.Of(curves.Where(static curve => curve.At.Rounds.Count == 1))
            .Where(static cell => cell.HasFit)];
        if (cells.Length == 0) return new("No curve has points enough for advice.", Claim.Untested(Statement, Source, "No curve has points enough."));
        Advice[] choices = [.. cells.Select(static cell => Advice.Of([cell.Fit]))
            .OrderByDescending(static choice => choice.Reward.Value)];
        var best = choices[0];
        string name = StudyNames.Of(cells.First(cell => ReferenceEquals(cell.Fit, best.Fit)).At), far = best.Sentences[0].Text,
            sentence = $"{name}: {char.ToLowerInvariant(far[0])}{far[1..]}.";
        if (choices.Length == 1) return new(sentence, Claim.Untested(Statement, Source, "There is one to choose from."));
        var next = choices[1];
        double more = best.Reward.Value - next.Reward.Value;
        string found = FormattableString.Invariant($"{sentence} That is {more:F3} standard deviations more than {StudyNames.Of(cells.First(cell => ReferenceEquals(cell.Fit, next.Fit)).At)}.");
        if (!best.Reward.HasStandardError || !next.Reward.HasStandardError) return new(sentence,
            Claim.Untested(Statement, Source, found + " Their errors are not known."));
        double error = Math.Sqrt(Math.Pow(best.Reward.StandardError, 2) + Math.Pow(next.Reward.StandardError, 2));
        double p = error > 0 ? Math.Min(1, (choices.Length - 1) * MathNet.Numerics.Distributions.Normal.CDF(0, 1,
            -more / error)) : 1;
        return new(sentence, Claim.Tested(Statement, Source, found,
            p < SeedTest.Level ? ClaimVerdict.Supported : ClaimVerdict.Undecided,
            FormattableString.Invariant($"normal, the best against the next, {choices.Length} choices by Bonferroni"), p));
    }
}
