using RewardScaling.Studies.Cells;

namespace RewardScaling.Studies;

/// <summary>cells.json: the cells of the plan that was run last, so that how far a study is can be read off its folder
/// alone.</summary>
/// <param name="Plan"><see cref="StudyRecord.Hash"/> of the plan.json they belong to.</param>
/// <param name="Cells">The cells, by their numbers.</param>
internal sealed record GraphDocument(string Plan, IReadOnlyList<StudyCellInfo> Cells);
