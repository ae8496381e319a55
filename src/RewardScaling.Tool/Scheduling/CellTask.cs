namespace RewardScaling.Tool.Scheduling;

/// <summary>What one task of a scheduler makes: cells of one level, one after the other.</summary>
/// <param name="Cells">Their numbers, in order.</param>
/// <param name="Seconds">How long they take at the rates measured, with what each costs beside its networks.</param>
/// <param name="Memory">Bytes of the numbers that the largest of them holds.</param>
internal sealed record CellTask(IReadOnlyList<int> Cells, double Seconds, double Memory);
