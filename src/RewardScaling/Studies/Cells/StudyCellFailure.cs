namespace RewardScaling.Studies.Cells;

/// <summary>A cell that could not be made when it was tried last.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Reason">What was the matter.</param>
public sealed record StudyCellFailure(int Number, string Reason);
