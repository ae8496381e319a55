namespace RewardScaling.Runs.Tools;

/// <summary>A column of the divergence from the initial policy.</summary>
/// <param name="Name">The column, or one of the tool's derived ones.</param>
/// <param name="Logging">What that divergence is.</param>
/// <param name="Where">Where the tool has the KL when it writes this column, for its name: "KL in the loss"; empty for
/// nothing.</param>
internal sealed record KlColumn(string Name, KlLogging Logging, string Where = "");
