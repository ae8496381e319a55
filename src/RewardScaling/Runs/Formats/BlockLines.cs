using System.Buffers;
using System.Globalization;

namespace RewardScaling.Runs.Formats;

/// <summary>
/// Reads metrics that stand below their step: "• Avg Reward: 0.5" below "=== Step 7/100 ===", as NeMo-RL prints; boxes of
/// "│ name │ value │" below "Train step 7/100 done.", as AReaL, or below a title "Step 7", as tinker-cookbook; and "- name:value"
/// below verl's "step:7".
/// </summary>
internal sealed class BlockLines(RunTableBuilder builder)
{
    private const char Bar = '│', Bullet = '•';
    private const string Count = "step", Between = " - ";
    private const int LongestName = 64, MostDigits = 15, Near = 8, Indented = 6;

    private static readonly SearchValues<char> s_marks = SearchValues.Create("{}[]<>%=\"'`│…");

    private readonly List<(string Name, double Value)> _cells = [];
    private double _step = double.NaN;
    private int _last = int.MaxValue;
    private bool _isOpen, _isList;

    /// <summary>The row begun last is of another kind.</summary>
    public void Forget() => (_isOpen, _isList) = (false, false);

    /// <summary>The row begun last is of verl's step, and may go on in a list below.</summary>
    public void GoOn() => (_isOpen, _isList) = (true, true);

    /// <summary>Reads a line of values, or the step they are of.</summary>
    /// <param name="number">The line's number.</param>
    /// <param name="line">The line.</param>
    /// <returns>Whether values were read.</returns>
    public bool TryRead(int number, string line)
    {
        ReadOnlySpan<char> text = line.AsSpan().Trim();
        _cells.Clear();
        if (text.Contains(Bar)) Boxes(text);
        else if (text is [Bullet, ..]) Named(text[1..]);
        else if (_isList && text is ['-', ' ', ..]) List(text[1..]);
        if (_cells.Count == 0)
        {
            Head(number, line);
            return false;
        }
        if (!_isOpen || _cells.Exists(cell => builder.Has(cell.Name)))
        {
            builder.Begin(number);
            if (!double.IsNaN(_step) && number <= _last) builder.Add(Count, _step);
            _isOpen = true;
        }
        foreach (var (name, value) in _cells) builder.Add(name, value);
        return true;
    }

    // What says which step follows, and nothing else: words may speak of steps too.
    private void Head(int number, string line)
    {
        ReadOnlySpan<char> text = line.AsSpan().Trim();
        int at = text.LastIndexOf(Count, StringComparison.OrdinalIgnoreCase);
        if (at < 0) return;
        ReadOnlySpan<char> rest = text[(at + Count.Length)..].TrimStart(" :");
        int digits = rest.IndexOfAnyExceptInRange('0', '9');
        if (digits < 0) digits = rest.Length;
        if (digits is 0 or > MostDigits) return;
        bool isEnd = digits == rest.Length, isList = isEnd && text[at..].StartsWith("step:", StringComparison.Ordinal),
            isTitle = isEnd && at == 0 && line.AsSpan().IndexOf(text) >= Indented,
            isRuled = text is ['=', .., '='], isDone = text.EndsWith(" done.", StringComparison.Ordinal) && rest[digits..] is ['/', ..];
        if (!isList && !isTitle && !isRuled && !isDone) return;
        _step = double.Parse(rest[..digits], NumberStyles.None, CultureInfo.InvariantCulture);
        // Between a rule and its numbers a step's whole output may stand.
        _last = isRuled || isDone ? int.MaxValue : number + Near;
        (_isOpen, _isList) = (false, isList);
    }

    // Names of metrics have a slash there; a table of texts may have any word beside a number.
    private void Boxes(ReadOnlySpan<char> text)
    {
        string name = "";
        foreach (Range range in text.Split(Bar))
        {
            ReadOnlySpan<char> field = text[range].Trim();
            if (field.IsEmpty) continue;
            if (name.Length > 0 && RunText.TryNumber(field, out double value)) Add(name, value);
            name = field.Contains('/') && !field.Contains(' ') && IsName(field) ? field.ToString() : "";
        }
    }

    private void List(ReadOnlySpan<char> text)
    {
        foreach (Range range in text.Split(Between)) Named(text[range]);
    }

    private void Named(ReadOnlySpan<char> text)
    {
        int colon = text.LastIndexOf(':');
        ReadOnlySpan<char> name = text[..Math.Max(0, colon)].Trim();
        if (IsName(name) && RunText.TryMeasure(PythonDictionary.Unwrap(text[(colon + 1)..].Trim()), out double value))
            Add(name.ToString(), value);
    }

    private void Add(string name, double value)
    {
        if (!_cells.Exists(cell => cell.Name == name)) _cells.Add((name, value));
    }

    private static bool IsName(ReadOnlySpan<char> name) => name.Length is > 0 and <= LongestName && char.IsLetter(name[0])
        && !name.ContainsAny(s_marks);
}
