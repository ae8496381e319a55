using System.Buffers;
using RewardScaling.Numerics;

namespace RewardScaling.Runs.Formats;

/// <summary>
/// Reads lines of names and values: "step:7 - actor/kl_loss:0.001 - critic/score/mean:0.5", as verl prints, a step perhaps over
/// several lines; and "epoch: 0|step: 7|act_loss: 0.1", as DeepSpeed-Chat prints, with "average reward score: 0.1" on a line below.
/// </summary>
internal sealed class PairLines(RunTableBuilder builder)
{
    private const string Step = "step:", Between = " - ";
    private const int Near = 6;

    private static readonly SearchValues<char> s_marks = SearchValues.Create("{}[]<>%");

    private readonly List<(string Column, RunCell Cell)> _cells = [];
    private double _step = double.NaN;
    private int _bars = int.MinValue;

    /// <summary>The row begun last is of another kind.</summary>
    public void Forget() => (_step, _bars) = (double.NaN, int.MinValue);

    /// <summary>Reads "step:7 - name:value - ..". A line of the step of the row before, with other names, goes on with that row.</summary>
    /// <param name="number">The line's number.</param>
    /// <param name="line">The line.</param>
    /// <param name="fault">What could not be read of a line that looks like it, even where the rest of it was.</param>
    public bool TryStep(int number, string line, out string fault)
    {
        fault = "";
        int at = FindStep(line, out double step);
        if (at < 0) return false;
        _cells.Clear();
        int numbers = 0;
        foreach (string part in line[at..].Split(Between))
        {
            // The last colon separates; names may hold others.
            int colon = part.LastIndexOf(':');
            ReadOnlySpan<char> name = part.AsSpan(0, Math.Max(0, colon)).Trim(), value = part.AsSpan(colon + 1).Trim();
            if (name.IsEmpty || value.IsEmpty)
            {
                if (!string.IsNullOrWhiteSpace(part)) fault = $"'{Excerpt.Of(part.Trim())}' is not name:value";
                continue;
            }
            bool isNumber = RunText.TryNumber(PythonDictionary.Unwrap(value), out double parsed);
            if (isNumber) numbers++;
            _cells.Add((name.ToString(), isNumber ? new(RunCellKind.Number, parsed, null)
                : new(RunCellKind.Text, 0, value.ToString())));
        }
        if (numbers == 0)
        {
            if (_cells is [var (column, cell), ..]) fault = $"column '{column}': {cell} is not a number";
            return false;
        }
        if (Twice() is { } twice)
        {
            fault = $"'{Excerpt.Of(twice)}' is there twice";
            return false;
        }
        if (step != _step || _cells.Exists(cell => builder.Has(cell.Column)))
        {
            builder.Begin(number);
            builder.Add("step", step);
        }
        Add();
        (_step, _bars) = (step, int.MinValue);
        return true;
    }

    /// <summary>Reads "epoch: 0|step: 7|loss: 0.1", or a line of values that belong to it and stand near below.</summary>
    public bool TryBars(int number, string line)
    {
        _cells.Clear();
        foreach (string part in line.Split('|'))
        {
            int colon = part.LastIndexOf(':');
            ReadOnlySpan<char> name = part.AsSpan(0, Math.Max(0, colon)).Trim();
            if (colon < 0 || name.IsEmpty || name.Length > 64 || name.ContainsAny(s_marks)
                || !RunText.TryNumber(part.AsSpan(colon + 1), out double value)) return false;
            _cells.Add((name.ToString(), new(RunCellKind.Number, value, null)));
        }
        if (Twice() is not null) return false;
        bool belongs = number - (long)_bars <= Near && !_cells.Exists(cell => IsStep(cell.Column) || builder.Has(cell.Column));
        if (!belongs)
        {
            if (_cells.Count < 2 || !_cells.Exists(static cell => IsStep(cell.Column))) return false;
            builder.Begin(number);
            (_step, _bars) = (double.NaN, number);
        }
        Add();
        return true;
    }

    private static int FindStep(string line, out double step)
    {
        step = 0;
        for (int at = 0; (at = line.IndexOf(Step, at, StringComparison.Ordinal)) >= 0; at += Step.Length)
        {
            if (at > 0 && !char.IsWhiteSpace(line[at - 1])) continue;
            int digits = at + Step.Length, end = digits;
            while (end < line.Length && char.IsAsciiDigit(line[end])) end++;
            if (end == digits || end - digits > 15 || !line.AsSpan(end).StartsWith(Between)) continue;
            RunText.TryNumber(line.AsSpan(digits, end - digits), out step);
            return end + Between.Length;
        }
        return -1;
    }

    private static bool IsStep(string column) => column.Equals("step", StringComparison.OrdinalIgnoreCase);

    private string? Twice()
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        return _cells.FirstOrDefault(cell => !names.Add(cell.Column)).Column;
    }

    private void Add()
    {
        foreach (var (column, cell) in _cells) builder.TryAdd(column, cell);
    }
}
