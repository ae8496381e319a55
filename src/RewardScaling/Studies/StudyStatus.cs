namespace RewardScaling.Studies;

/// <summary>How far a study has come.</summary>
/// <param name="Graph">Its cells.</param>
/// <param name="Whole">The numbers of the cells that are there, in order. Their files were not looked into.</param>
/// <param name="Begun">The numbers of those that were begun and are not whole, in order.</param>
public sealed record StudyStatus(StudyGraph Graph, IReadOnlyList<int> Whole, IReadOnlyList<int> Begun)
{
    internal static StudyStatus Of(StudyGraph graph, string path)
    {
        if (!Directory.Exists(path)) return new(graph, [], []);
        using var folder = StudyFolder.OpenToRead(path);
        var (whole, begun) = folder.List();
        return new(graph, [.. graph.Nodes.Where(cell => whole.Contains(cell.Name)).Select(static cell => cell.Number)],
            [.. graph.Nodes.Where(cell => !whole.Contains(cell.Name) && begun.Contains(cell.Name)).Select(static cell =>
            cell.Number)]);
    }

    /// <summary>The numbers of the cells whose parents are whole and that are not, in order.</summary>
    public IReadOnlyList<int> Ready
    {
        get
        {
            var whole = Whole.ToHashSet();
            return [.. Graph.Cells.Where(cell => !whole.Contains(cell.Number) && cell.Parents.All(whole.Contains))
                .Select(static cell => cell.Number)];
        }
    }

    /// <summary>How many cells are whole, by kind.</summary>
    public override string ToString()
    {
        var whole = Whole.ToHashSet();
        return FormattableString.Invariant($"{Whole.Count:N0} of {Graph.Cells.Count:N0} cells whole, {Begun.Count:N0} begun, {Ready.Count:N0} ready: ")
            + string.Join(", ", Graph.Cells.GroupBy(static cell => cell.Kind).Select(kind =>
                FormattableString.Invariant($"{kind.Key} {kind.Count(cell => whole.Contains(cell.Number)):N0}/{kind.Count():N0}")));
    }
}
