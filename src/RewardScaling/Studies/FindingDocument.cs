using RewardScaling.Studies.Claims;

namespace RewardScaling.Studies;

/// <summary>A part of a study's findings in study.json: the verdict of its first claim that was asked for, and all claims.
/// </summary>
internal sealed record FindingDocument(int Part, string Title, string Verdict, IReadOnlyList<ClaimDocument> Claims)
{
    public static IReadOnlyList<FindingDocument> Of(StudyFindings findings) => [.. findings.Parts.Select(static part =>
        new FindingDocument(part.Number, part.Title, Claim.WordsOf(part.Verdict), [.. part.Claims.Select(ClaimDocument.Of)]))];
}

/// <summary>
/// A claim. <see cref="P"/> is left out where there was no test, <see cref="Effect"/> where what was tested is no number. The effect
/// is a mean over <see cref="Seeds"/> seeds: of a direction it speaks for the claim above 0, of sameness it is held against ±
/// <see cref="Margin"/>.
/// </summary>
internal sealed record ClaimDocument(string Claim, string Source, string Verdict, string Found, string? Test = null,
    double? P = null, double? Effect = null, double? EffectSe = null, double? Margin = null, int? Seeds = null,
    string? SeedsOf = null)
{
    public static ClaimDocument Of(Claim claim) => new(claim.Statement, claim.Source, claim.VerdictWords, claim.Found,
        claim.Test.Length == 0 ? null : claim.Test, claim.HasPValue ? claim.PValue : null,
        claim.HasEffect ? claim.Effect.Value : null,
        claim.HasEffect && claim.Effect.HasStandardError ? claim.Effect.StandardError : null, claim.Margin,
        claim.Seeds == 0 ? null : claim.Seeds, claim.Seeds == 0 ? null : claim.SeedName);
}
