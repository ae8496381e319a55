namespace RewardScaling.Studies.Cells;

/// <summary>What one cell costs.</summary>
/// <param name="Number">Its number in the graph.</param>
/// <param name="Seconds">How long what is timed of it takes.</param>
/// <param name="IsTimed">Whether all of it is timed; a model of the caller's, or one from a folder, is not.</param>
/// <param name="Memory">Bytes of the numbers it holds while it is made.</param>
public sealed record StudyCellPrice(int Number, double Seconds, bool IsTimed, double Memory);
