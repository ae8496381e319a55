namespace RewardScaling.Studies.Cells;

/// <summary>One cell of a study, as schedulers and people see it.</summary>
/// <param name="Number">Its number in the graph, from 0; every parent has a smaller one.</param>
/// <param name="Kind">What it makes.</param>
/// <param name="Name">What its files are called: a word and the beginning of the hash that it is known by.</param>
/// <param name="Level">0 without parents, else one more than the highest of them: cells of one level need nothing of each
/// other.</param>
/// <param name="Parents">The numbers of what it is made from.</param>
public sealed record StudyCellInfo(int Number, StudyCellKind Kind, string Name, int Level, IReadOnlyList<int> Parents)
{
    /// <summary>The number, the name and what it is made from.</summary>
    public override string ToString() => FormattableString.Invariant($"{Number} {Name}")
        + (Parents.Count == 0 ? "" : $" from {string.Join(", ", Parents)}");
}
