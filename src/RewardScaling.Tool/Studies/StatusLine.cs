using RewardScaling.Studies;

namespace RewardScaling.Tool.Studies;

/// <summary>How far a study has come, for programs.</summary>
/// <param name="Event">Always "status".</param>
/// <param name="Folder">The run folder.</param>
/// <param name="Cells">How many cells there are.</param>
/// <param name="Whole">How many are whole.</param>
/// <param name="Levels">The same for each level, with how many are running, failed, stopped and ready.</param>
/// <param name="Running">The cells that are being made.</param>
/// <param name="Failed">The cells that could not be made, and why.</param>
/// <param name="Stopped">The cells that were begun, that nobody is making and that have not failed: killed, or stopped.</param>
/// <param name="Ready">The numbers of the cells that could be made now, those that were begun among them.</param>
internal sealed record StatusLine(
    string Event, string Folder, int Cells, int Whole, IReadOnlyList<StatusLine.LevelLine> Levels,
    IReadOnlyList<StatusLine.CellLine> Running, IReadOnlyList<StatusLine.CellLine> Failed,
    IReadOnlyList<StatusLine.CellLine> Stopped, IReadOnlyList<int> Ready)
{
    /// <summary>The counts of one level.</summary>
    internal sealed record LevelLine(int Level, int Cells, int Whole, int Running, int Failed, int Stopped, int Ready);

    /// <summary>One cell.</summary>
    internal sealed record CellLine(int Number, string Name, string? Reason);

    public static StatusLine Of(StudyStatus status, string folder)
    {
        var cells = status.Graph.Cells;
        HashSet<int> whole = [.. status.Whole], running = [.. status.Running], ready = [.. status.Ready],
            failed = [.. status.Failed.Select(static cell => cell.Number)];
        var stopped = status.Begun.Where(number => !running.Contains(number) && !failed.Contains(number)).ToHashSet();
        return new("status", folder, cells.Count, whole.Count,
            [.. status.Graph.Levels.Select((level, i) => new LevelLine(i, level.Count, level.Count(whole.Contains),
                level.Count(running.Contains), level.Count(failed.Contains), level.Count(stopped.Contains),
                level.Count(ready.Contains)))],
            [.. status.Running.Select(number => new CellLine(number, cells[number].Name, null))],
            [.. status.Failed.Select(cell => new CellLine(cell.Number, cells[cell.Number].Name, cell.Reason))],
            [.. stopped.Order().Select(number => new CellLine(number, cells[number].Name, null))], status.Ready);
    }

    /// <summary>A table of levels, then what is not as it should be.</summary>
    public void Print(TextWriter output)
    {
        output.WriteLine(FormattableString.Invariant($"{Whole:N0} of {Cells:N0} cells whole in {Folder}"));
        output.WriteLine($"{"level",-6}{"cells",8}{"whole",8}{"running",9}{"failed",8}{"stopped",9}{"ready",8}");
        foreach (var level in Levels)
            output.WriteLine(FormattableString.Invariant($"{level.Level,-6}{level.Cells,8}{level.Whole,8}{level.Running,9}{level.Failed,8}{level.Stopped,9}{level.Ready,8}"));
        foreach (var cell in Running) output.WriteLine($"running  {cell.Number} {cell.Name}");
        foreach (var cell in Stopped) output.WriteLine($"stopped  {cell.Number} {cell.Name}, it goes on where it was");
        foreach (var cell in Failed) output.WriteLine($"failed   {cell.Number} {cell.Name}: {cell.Reason}");
    }
}
