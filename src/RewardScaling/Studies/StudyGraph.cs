using RewardScaling.Studies.Cells;

namespace RewardScaling.Studies;

/// <summary>
/// The cells of a study and what each is made from. Numbers are those of one plan: they change where the plan does, and the names
/// do not.
/// </summary>
public sealed class StudyGraph
{
    internal StudyGraph(IReadOnlyList<Cell> cells, IReadOnlyList<CurvePlace> curves)
    {
        Nodes = [.. cells.Select(static (cell, i) => (cell, i)).OrderBy(static at => at.cell.Level).ThenBy(static at => at.i)
            .Select(static at => at.cell)];
        for (int i = 0; i < Nodes.Count; i++) Nodes[i].Number = i;
        Curves = curves;
        Cells = [.. Nodes.Select(static cell => new StudyCellInfo(cell.Number, cell.Kind, cell.Name, cell.Level,
            [.. cell.Parents.Select(static parent => parent.Number)]))];
        Levels = LevelsOf(Cells);
    }

    // As a folder lists them: names and numbers, and nothing that could make one.
    internal StudyGraph(IReadOnlyList<StudyCellInfo> cells) => (Nodes, Curves, Cells, Levels) = ([], [], cells, LevelsOf(cells));

    /// <summary>Every cell, by its number.</summary>
    public IReadOnlyList<StudyCellInfo> Cells { get; }

    /// <summary>The numbers of the cells of each level, which follow each other: a level may run when those before it are whole,
    /// its cells in any order and side by side.</summary>
    public IReadOnlyList<IReadOnlyList<int>> Levels { get; }

    internal IReadOnlyList<Cell> Nodes { get; }

    internal IReadOnlyList<CurvePlace> Curves { get; }

    private static IReadOnlyList<IReadOnlyList<int>> LevelsOf(IReadOnlyList<StudyCellInfo> cells) =>
        [.. cells.GroupBy(static cell => cell.Level).Select(static level =>
            (IReadOnlyList<int>)[.. level.Select(static cell => cell.Number)])];

    /// <summary>How many cells there are, of which kinds.</summary>
    public override string ToString() => FormattableString.Invariant($"{Cells.Count:N0} cells in {Levels.Count} levels: ")
        + string.Join(", ", Cells.GroupBy(static cell => cell.Kind).Select(static kind => FormattableString.Invariant($"{kind.Count():N0} {kind.Key}")));
}
