namespace RewardScaling.BestOfN;

/// <summary>How far sampling or scoring has come.</summary>
/// <param name="Stage">"sampling" or "scoring".</param>
/// <param name="Done">Rollouts finished.</param>
/// <param name="Total">Rollouts in all.</param>
public sealed record BestOfNProgress(string Stage, int Done, int Total);
