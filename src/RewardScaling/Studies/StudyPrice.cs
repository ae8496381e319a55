using System.Globalization;
using RewardScaling.Studies.Cells;

namespace RewardScaling.Studies;

/// <summary>
/// What a study costs before it is run: cells, tokens, time at rates measured on this machine, disk and memory. Trainings and
/// runs of PPO are counted to their last step, so time is at most this where they end before.
/// </summary>
/// <param name="Cells">How many cells are still to be made.</param>
/// <param name="Tokens">How many tokens their networks write, read or learn from.</param>
/// <param name="Operations">About how many floating-point operations these are: 2 for each parameter and token that is written
/// or read, 6 for one that is learned from; attention over the tokens before comes on top.</param>
/// <param name="Seconds">How long one after the other; what is not timed is not in it.</param>
/// <param name="SecondsWithJobs">How long with so many side by side, if each goes as fast as alone: no less than the longest way
/// through the graph.</param>
/// <param name="Disk">Bytes they leave.</param>
/// <param name="Memory">Bytes of the numbers that the cells side by side hold at most: the largest ones together. The program
/// itself, and what the collector has not taken back yet, come on top.</param>
/// <param name="IsComplete">Whether every rate is known; a model of the caller's, one from a folder, or one too large to be
/// measured in seconds on this machine is not timed.</param>
/// <param name="ByKind">The same for each kind of cell.</param>
/// <param name="ByCell">Each cell that is still to be made, by its number.</param>
public sealed record StudyPrice(
    int Cells, double Tokens, double Operations, double Seconds, double SecondsWithJobs, double Disk, double Memory,
    bool IsComplete, IReadOnlyList<StudyKindPrice> ByKind, IReadOnlyList<StudyCellPrice> ByCell)
{
    internal static StudyPrice Of(IReadOnlyList<Cell> cells, StudyRates rates, int jobs)
    {
        var seconds = cells.ToDictionary(static cell => cell, cell => cell.Cost.Works.Sum(work =>
            rates.Of(work) is > 0 and var rate ? work.Tokens / rate : 0));
        var ends = new Dictionary<Cell, double>();
        foreach (var cell in cells)
            ends[cell] = seconds[cell] + cell.Parents.Select(parent => ends.GetValueOrDefault(parent)).DefaultIfEmpty(0).Max();
        double all = seconds.Values.Sum();
        return new(cells.Count, TokensOf(cells), OperationsOf(cells), all,
            Math.Max(all / jobs, ends.Values.DefaultIfEmpty(0).Max()),
            cells.Sum(static cell => cell.Cost.Disk),
            cells.Select(static cell => cell.Cost.Memory).OrderDescending().Take(jobs).Sum(),
            cells.All(IsKnown),
            [.. cells.GroupBy(static cell => cell.Kind)
                .Select(kind => new StudyKindPrice(kind.Key, kind.Count(), TokensOf(kind), OperationsOf(kind),
                kind.Sum(cell => seconds[cell]), kind.Sum(static cell => cell.Cost.Disk), kind.Max(static cell =>
                    cell.Cost.Memory)))],
            [.. cells.Select(cell => new StudyCellPrice(cell.Number, seconds[cell], IsKnown(cell), cell.Cost.Memory))]);

        bool IsKnown(Cell cell) => cell.Cost.Works.All(work => work.Tokens == 0 || rates.Of(work) > 0);
    }

    private static double OperationsOf(IEnumerable<Cell> cells) => cells.Sum(static cell => cell.Cost.Works.Sum(work =>
        work.Size is null ? 0 : work.Tokens * (work.Kind == WorkKind.Train ? 6 : 2) * CellCosts.Parameters(cell.Run, work.Size,
            work.IsPolicy)));

    private static double TokensOf(IEnumerable<Cell> cells) => cells.Sum(static cell => cell.Cost.Works.Sum(static work =>
        work.Tokens));

    /// <summary>A table, a line for each kind of cell and one for all.</summary>
    public override string ToString()
    {
        string[] lines =
        [
            Line("cells", "", "tokens", "operations", "time", "disk", "memory of one"),
            .. ByKind.Select(static kind => Line(kind.Kind.ToString(), Text(kind.Cells), Count(kind.Tokens),
            Power(kind.Operations), Timed(kind.Seconds, kind.Tokens), Bytes(kind.Disk), Bytes(kind.Memory))),
            Line("all", Text(Cells), Count(Tokens), Power(Operations), Timed(Seconds, Tokens), Bytes(Disk), Bytes(Memory)),
        ];
        return string.Join(Environment.NewLine, lines) + (IsComplete ? "" : Environment.NewLine + "Models of your own, from folders, behind servers, and too large for this machine are not timed, and not in the time.");

        static string Line(string a, string b, string c, string d, string e, string f, string g) =>
            $"{a,-12}{b,8}{c,14}{d,12}{e,12}{f,12}{g,15}".TrimEnd();
    }

    internal static string Time(double seconds) => seconds < 100 ? string.Create(CultureInfo.InvariantCulture, $"{seconds:F1} s")
        : seconds < 6000 ? string.Create(CultureInfo.InvariantCulture, $"{seconds / 60:F0} min")
        : string.Create(CultureInfo.InvariantCulture, $"{seconds / 3600:F1} h");

    internal static string Bytes(double bytes) => bytes < 1e6 ? string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e3:F0} kB")
        : bytes < 1e9 ? string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:F0} MB")
        : string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e9:F1} GB");

    private static string Timed(double seconds, double tokens) => seconds == 0 && tokens > 0 ? "not timed" : Time(seconds);

    private static string Power(double number) => number.ToString("0.0e0", CultureInfo.InvariantCulture);

    private static string Text(int number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static string Count(double number) => number < 1e6 ? string.Create(CultureInfo.InvariantCulture, $"{number:N0}")
        : number < 1e10 ? string.Create(CultureInfo.InvariantCulture, $"{number / 1e6:N1} M")
        : string.Create(CultureInfo.InvariantCulture, $"{number / 1e9:N1} G");
}
