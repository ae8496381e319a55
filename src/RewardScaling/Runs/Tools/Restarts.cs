using RewardScaling.Runs.Formats;
using static System.FormattableString;

namespace RewardScaling.Runs.Tools;

/// <summary>
/// Finds where the step of a file begins again: at the start with another run, further on with the same run resumed, whose lines
/// after the checkpoint are then of a branch that was given up.
/// </summary>
internal static class Restarts
{
    public static IEnumerable<RunPart> Of(RunPart part, RunColumns wanted)
    {
        RunTable table = part.Table;
        if (BestOfNTable.Recognises(table, wanted)) return [part];
        RunSteps steps = RunSteps.Of(table, wanted.Step);
        if (steps.Column.Length == 0) return [part];
        // Evaluations may be written after all training, so only lines of training say where a run begins.
        string? main = MainColumn(table, wanted);
        bool[] training = new bool[table.RowCount];
        for (int row = 0; row < training.Length; row++)
            training[row] = steps[row] is not null && (main is null || !table.IsMissing(row, main));
        if (!BeginsAgain(Enumerable.Range(0, training.Length).Where(row => training[row]).Select(row => steps[row]!.Value)))
            return [part];
        return Segments(part, steps, training);
    }

    private static string? MainColumn(RunTable table, RunColumns wanted)
    {
        var tool = KnownTool.Of(table);
        foreach (string mapped in (string[])[wanted.Kl, wanted.Proxy])
            if (mapped.Length > 0 && table.Has(mapped)) return mapped;
        return ColumnNames.Find(table, [.. tool?.Kls.Select(static kl => kl.Name) ?? [], .. tool?.Proxies ?? [],
            .. ColumnNames.KlPerSequence, .. ColumnNames.Kl, .. ColumnNames.Proxy]);
    }

    // A step that comes again after a larger one; lines out of order alone are no new beginning.
    private static bool BeginsAgain(IEnumerable<double> steps)
    {
        // Most runs never go back, and need no table of their steps.
        if (!GoesBack(steps)) return false;
        double largest = double.NegativeInfinity;
        HashSet<double> seen = [];
        foreach (double step in steps)
        {
            if (step < largest && seen.Contains(step)) return true;
            seen.Add(step);
            largest = Math.Max(largest, step);
        }
        return false;
    }

    private static bool GoesBack(IEnumerable<double> steps)
    {
        double before = double.NegativeInfinity;
        foreach (double step in steps)
        {
            if (step < before) return true;
            before = step;
        }
        return false;
    }

    private static List<RunPart> Segments(RunPart part, RunSteps steps, bool[] training)
    {
        RunTable table = part.Table;
        List<List<int>> runs = [];
        List<int> resumed = [];
        List<int> current = [];
        int givenUp = 0;
        double first = double.NaN, last = double.NegativeInfinity;
        for (int row = 0; row < table.RowCount; row++)
        {
            if (training[row] && steps[row] is { } step)
            {
                if (step < last)
                {
                    // Lines without training just before belong to what begins here, as their step shows.
                    var early = Early(current, steps, training, last);
                    current.RemoveRange(current.Count - early.Length, early.Length);
                    if (step <= first)
                    {
                        runs.Add(current);
                        current = [];
                        first = step;
                    }
                    else
                    {
                        givenUp += current.RemoveAll(held => steps[held] >= step);
                        resumed.Add(row);
                    }
                    current.AddRange(early);
                }
                if (double.IsNaN(first)) first = step;
                last = step;
            }
            current.Add(row);
        }
        runs.Add(current);
        string[] notes = givenUp == 0 ? part.Notes.ToArray()
            : [.. part.Notes, $"The run was resumed at line {string.Join(", ", resumed.Take(5).Select(row => Invariant($"{table.LineOf(row)}")))}{(resumed.Count > 5 ? ", .." : "")}: {Counted.Lines(givenUp)} before of steps that come again {(givenUp == 1 ? "is" : "are")} of a branch that was given up and left out."];
        if (runs.Count == 1) return [part with { Table = table.Take(runs[0]), Notes = notes }];
        return [.. runs.Where(static rows => rows.Count > 0).Select((rows, i) =>
            (part with { Table = table.Take(rows), Notes = notes })
            .Named(Invariant($"run {i + 1} (from line {table.LineOf(rows[0])})"), ""))];
    }

    private static int[] Early(List<int> rows, RunSteps steps, bool[] training, double last)
    {
        int count = 0;
        while (count < rows.Count && !training[rows[^(count + 1)]] && steps[rows[^(count + 1)]] is { } step
            && step < last) count++;
        return [.. rows[^count..]];
    }
}
