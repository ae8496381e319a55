namespace RewardScaling.BestOfN;

/// <summary>How far sampling or scoring has come.</summary>
/// <param name="Stage">"sampling" or "scoring".</param>
/// <param name="Done">Rollouts finished.</param>
/// <param name="Total">Rollouts in all.</param>
public sealed record BestOfNProgress(string Stage, int Done, int Total)
{
    /// <summary>The stage and how far it is.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"{Stage}: {Done} of {Total}");
}
