using RewardScaling.Studies.Cells;

namespace RewardScaling.Studies;

/// <summary>How far a study has come.</summary>
/// <param name="Graph">Its cells.</param>
/// <param name="Whole">The numbers of the cells that are there, in order. Their files were not looked into.</param>
/// <param name="Begun">The numbers of those that were begun and are not whole, in order.</param>
/// <param name="Running">Those of the begun ones that a process is making now, here or on another machine.</param>
/// <param name="Failed">Those of the begun ones that could not be made, and why. One that was killed is in none of these.</param>
public sealed record StudyStatus(StudyGraph Graph, IReadOnlyList<int> Whole, IReadOnlyList<int> Begun,
    IReadOnlyList<int> Running, IReadOnlyList<StudyCellFailure> Failed)
{
    private IReadOnlyList<int>? _ready;

    /// <summary>Reads how far the study of a folder has come, off the folder alone: no corpus, model or engine is
    /// needed.</summary>
    /// <param name="folder">The run folder.</param>
    /// <exception cref="IOException">It holds no study, or one that was last run by a version that listed no cells.</exception>
    /// <exception cref="InvalidDataException">The list of its cells is damaged.</exception>
    public static StudyStatus Read(string folder)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        return Of(StudyFolder.ReadGraph(folder), folder);
    }

    internal static StudyStatus Of(StudyGraph graph, string path)
    {
        if (!Directory.Exists(path)) return new(graph, [], [], [], []);
        using var folder = StudyFolder.OpenToRead(path);
        var (whole, begun) = folder.List();
        var unfinished = graph.Cells.Where(cell => !whole.Contains(cell.Name) && begun.Contains(cell.Name))
            .Select(cell => (cell.Number, State: folder.StateOf(cell.Name))).ToArray();
        return new(graph, [.. graph.Cells.Where(cell => whole.Contains(cell.Name)).Select(static cell => cell.Number)],
            [.. unfinished.Select(static cell => cell.Number)],
            [.. unfinished.Where(static cell => cell.State.IsRunning).Select(static cell => cell.Number)],
            [.. unfinished.Where(static cell => cell.State.Failure is not null).Select(static cell =>
                new StudyCellFailure(cell.Number, cell.State.Failure!))]);
    }

    /// <summary>The numbers of the cells whose parents are whole and that are not, in order.</summary>
    public IReadOnlyList<int> Ready => _ready ??= FindReady();

    private IReadOnlyList<int> FindReady()
    {
        var whole = Whole.ToHashSet();
        return [.. Graph.Cells.Where(cell => !whole.Contains(cell.Number) && cell.Parents.All(whole.Contains))
            .Select(static cell => cell.Number)];
    }

    /// <summary>How many cells are whole, by kind.</summary>
    public override string ToString()
    {
        var whole = Whole.ToHashSet();
        return FormattableString.Invariant($"{Whole.Count:N0} of {Graph.Cells.Count:N0} cells whole, {Begun.Count:N0} begun, {Running.Count:N0} running, {Failed.Count:N0} failed, {Ready.Count:N0} ready: ")
            + string.Join(", ", Graph.Cells.GroupBy(static cell => cell.Kind).Select(kind =>
                FormattableString.Invariant($"{kind.Key} {kind.Count(cell => whole.Contains(cell.Number)):N0}/{kind.Count():N0}")));
    }
}
