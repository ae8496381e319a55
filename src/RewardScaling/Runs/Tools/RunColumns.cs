namespace RewardScaling.Runs;

/// <summary>Which columns hold what. A name left empty is looked for under the names that known tools use.</summary>
public sealed record RunColumns
{
    /// <summary>The divergence from the initial policy; empty to look for it.</summary>
    public string Kl { get; init; } = "";

    /// <summary>The score by the reward model that was optimised, without any penalty; empty to look for it.</summary>
    public string Proxy { get; init; } = "";

    /// <summary>What counts: the score by gold, an accuracy or a win rate; empty to look for it.</summary>
    public string Gold { get; init; } = "";

    /// <summary>The step, or the n of best-of-n; empty to look for it.</summary>
    public string Step { get; init; } = "";

    /// <summary>The mean length of responses in tokens; empty to look for it.</summary>
    public string Length { get; init; } = "";

    /// <summary>Which prompt a scored sample answers; empty to look for it.</summary>
    public string Prompt { get; init; } = "";
}
