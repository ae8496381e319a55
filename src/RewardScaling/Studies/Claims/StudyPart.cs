namespace RewardScaling.Studies.Claims;

/// <summary>One question of the paper, and what a study says to it: claims with their verdicts, and the numbers behind
/// them.</summary>
public abstract record StudyPart
{
    private protected StudyPart(int number, string title, params IReadOnlyList<Claim> claims)
    {
        if (claims.Count == 0) throw new ArgumentException("claims is empty; a part is about something.", nameof(claims));
        (Number, Title, Claims) = (number, title, [.. claims]);
    }

    /// <summary>Its number, from 1 to 12.</summary>
    public int Number { get; }

    /// <summary>What it is about, in a few words.</summary>
    public string Title { get; }

    /// <summary>The claims, the one the part is about first; at least one.</summary>
    public IReadOnlyList<Claim> Claims { get; }

    /// <summary>Whether the plan asks for any of it.</summary>
    public bool IsAsked => Claims.Any(static claim => claim.Verdict != ClaimVerdict.NotAsked);

    /// <summary>The verdict of the first claim that was asked for.</summary>
    public ClaimVerdict Verdict => (Claims.FirstOrDefault(static claim => claim.Verdict != ClaimVerdict.NotAsked) ?? Claims[0])
        .Verdict;

    /// <summary>The number, the title and the verdict.</summary>
    public sealed override string ToString() => FormattableString.Invariant($"{Number}. {Title}: {Claim.WordsOf(Verdict)}");
}
