using System.Text;

namespace RewardScaling.Runs.Formats;

/// <summary>
/// Finds the metrics in what a training run printed: dictionaries anywhere in a line or over several, verl's "step:7 -
/// name:value" and "epoch: 0|step: 7|loss: 0.1", blocks below their step (<see cref="BlockLines"/>), and lines of names and
/// values by hand (<see cref="NamedValues"/>). A carriage return ends a line too, colours are passed over. All else is output,
/// and counted.
/// </summary>
internal sealed class MetricLines(RunTableBuilder builder)
{
    private const int MostLines = 64, MostCharacters = 1 << 16, FewNumbers = 3;

    private readonly PairLines _pairs = new(builder);
    private readonly BlockLines _blocks = new(builder);
    private readonly List<(string Name, double Value)> _named = [];
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private readonly List<(int Line, string Text)> _open = [];
    private int _openFrom, _openLength, _depth;

    /// <summary>How many lines are not metrics, those that look like it but cannot be read among them.</summary>
    public int Others { get; private set; }

    /// <summary>How many lines look like metrics and cannot be read.</summary>
    public int Unread { get; private set; }

    /// <summary>The first of them, and what is wrong with it.</summary>
    public string FirstUnread { get; private set; } = "";

    /// <summary>Reads a file into the table.</summary>
    public static MetricLines Read(RunSource source, RunTableBuilder builder, Action<string> note)
    {
        var reader = new MetricLines(builder);
        using ByteLines lines = source.Lines(printed: true);
        while (lines.Next())
        {
            ReadOnlySpan<byte> line = lines.Line;
            if (line.IndexOfAnyExcept(" \t\r"u8) < 0) continue;
            // Most of what is printed has nothing of metrics; it need not become text.
            if (reader._open.Count == 0 && line.IndexOfAny("{:="u8) < 0 && line.IndexOf("│"u8) < 0
                && line.IndexOf("Step "u8) < 0) reader.Others++;
            else reader.Take(lines.Number, Plain(Encoding.UTF8.GetString(line)));
        }
        while (reader._open.Count > 0) reader.Release("it is not closed");
        if (reader.Unread > 0)
            note(FormattableString.Invariant($"{reader.Unread} {(reader.Unread == 1 ? "line that looks" : "lines that look")} like metrics cannot be read, or not whole; the first is {reader.FirstUnread}."));
        return reader;
    }

    private void Take(int number, string line)
    {
        if (_open.Count > 0)
        {
            Continue(number, line);
            return;
        }
        if (_pairs.TryStep(number, line, out string fault))
        {
            if (fault.Length > 0) Miss(number, fault);
            _blocks.GoOn();
            return;
        }
        if (TryDictionaries(number, line, ref fault)) return;
        if (_open.Count > 0) return;
        if (fault.Length == 0 && (_pairs.TryBars(number, line) || TryNamed(number, line)))
        {
            _blocks.Forget();
            return;
        }
        if (fault.Length == 0 && _blocks.TryRead(number, line))
        {
            _pairs.Forget();
            return;
        }
        Others++;
        if (fault.Length > 0) Miss(number, fault);
    }

    private bool TryNamed(int number, string line)
    {
        if (!NamedValues.TryRead(line, _named)) return false;
        builder.Begin(number);
        foreach (var (name, value) in _named) builder.Add(name, value);
        _pairs.Forget();
        return true;
    }

    private bool TryDictionaries(int number, string line, ref string fault)
    {
        bool any = false;
        for (int at = 0; (at = line.IndexOf('{', at)) >= 0;)
        {
            int begin = at;
            if (!Opens(line.AsSpan(begin + 1)) || IsInner(line.AsSpan(0, begin)))
            {
                at++;
                continue;
            }
            var result = PythonDictionary.Read(line, ref at, out var cells, out string what);
            if (result == PythonDictionary.Result.Read)
            {
                int numbers = Numbers(cells);
                if (Measures(numbers, cells) && (numbers >= FewNumbers || MayEnd(line.AsSpan(at))))
                    any |= Row(number, line.AsSpan(0, begin),
                    cells, ref fault);
            }
            else if (result == PythonDictionary.Result.Cut && !any)
            {
                Open(number, line, begin);
                return false;
            }
            else
            {
                if (fault.Length == 0 && LooksLikeMetrics(line.AsSpan(0, begin))) fault = what;
                at = Math.Max(begin + 1, at);
            }
        }
        return any;
    }

    private bool Row(int number, ReadOnlySpan<char> before, List<(string Column, RunCell Cell)> cells, ref string fault)
    {
        _names.Clear();
        foreach (var (column, _) in cells)
            if (!_names.Add(column))
            {
                fault = $"'{column}' is there twice";
                return false;
            }
        builder.Begin(number);
        foreach (var (column, cell) in cells) builder.TryAdd(column, cell);
        if (StepPrefix.TryRead(before, out string name, out double step)) builder.Add(name, step);
        _pairs.Forget();
        _blocks.Forget();
        return true;
    }

    private void Open(int number, string line, int from)
    {
        _open.Add((number, line));
        (_openFrom, _openLength) = (from, line.Length);
        _depth = Depth(line.AsSpan(from));
    }

    private void Continue(int number, string line)
    {
        _open.Add((number, line));
        _openLength += line.Length;
        _depth += Depth(line);
        if (_depth > 0)
        {
            if (_open.Count > MostLines || _openLength > MostCharacters) Release("it is not closed");
            return;
        }
        string text = string.Join('\n', _open.Select((one, i) => i == 0 ? one.Text[_openFrom..] : one.Text)), fault = "";
        int at = 0;
        var result = PythonDictionary.Read(text, ref at, out var cells, out string what);
        if (result == PythonDictionary.Result.Read && (IsTree(text) || !Measures(Numbers(cells), cells))) Release("");
        else if (result == PythonDictionary.Result.Read
            && Row(_open[0].Line, _open[0].Text.AsSpan(0, _openFrom), cells, ref fault)) _open.Clear();
        else Release(result == PythonDictionary.Result.Read ? fault : what);
    }

    // What was opened and is no dictionary: its lines are looked at one by one.
    private void Release(string what)
    {
        (int Line, string Text)[] lines = [.. _open];
        _open.Clear();
        Others++;
        // A tree, such as a configuration, is no row of metrics.
        ReadOnlySpan<char> inside = lines[0].Text.AsSpan(_openFrom + 1);
        if (what.Length > 0 && LooksLikeMetrics(lines[0].Text.AsSpan(0, _openFrom))
            && !inside.IsWhiteSpace() && !inside.Contains('{')) Miss(lines[0].Line, what);
        foreach (var (line, text) in lines.AsSpan(1)) Take(line, text);
    }

    private void Miss(int number, string what)
    {
        if (Unread++ == 0) FirstUnread = FormattableString.Invariant($"line {number} ({what})");
    }

    // {'name': or {"name", or { at the end of the line.
    private static bool Opens(ReadOnlySpan<char> rest)
    {
        rest = rest.TrimStart();
        return rest.IsEmpty || rest[0] is '\'' or '"';
    }

    // "'optim': {'lr': 1e-06": a part of a tree that is printed over several lines.
    private static bool IsInner(ReadOnlySpan<char> before)
    {
        before = before.Trim();
        return before is [('\'' or '"') and var quote, .., ':']
            && before[1..].IndexOf(quote) == before[..^1].TrimEnd().Length - 2;
    }

    // Metrics may stand in groups; what has groups of groups is a configuration.
    private static bool IsTree(string text)
    {
        int depth = 0;
        foreach (char c in text)
        {
            if (c == '{' && ++depth > 2) return true;
            if (c == '}') depth--;
        }
        return false;
    }

    // Of what is measured a third are numbers, as text perhaps; a configuration has mostly words.
    private static bool Measures(int numbers, List<(string Column, RunCell Cell)> cells) =>
        3 * numbers >= cells.Count && cells.Exists(static cell => cell.Cell.Kind == RunCellKind.Number);

    private static int Numbers(List<(string Column, RunCell Cell)> cells) => cells.Count(static cell =>
        cell.Cell.Kind == RunCellKind.Number || (cell.Cell.Kind == RunCellKind.Text
            && cell.Cell.Text is [(>= '0' and <= '9') or '-' or '.', ..] && RunText.TryNumber(cell.Cell.Text, out _)));

    // A bar of progress, or what ray adds, may follow a dictionary; words make it a message.
    private static bool MayEnd(ReadOnlySpan<char> rest)
    {
        rest = rest.Trim();
        if (rest.IsEmpty || rest[0] is '[' or '(' or '{') return true;
        int digits = rest.IndexOfAnyExceptInRange('0', '9');
        return digits > 0 && rest[digits] == '%';
    }

    private static bool LooksLikeMetrics(ReadOnlySpan<char> before)
    {
        before = before.Trim();
        return before.IsEmpty || before[^1] is ':' or ')' or ']' or '|';
    }

    private static int Depth(ReadOnlySpan<char> text)
    {
        int depth = 0;
        char quote = '\0';
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (quote != '\0')
            {
                if (c == '\\') i++;
                else if (c == quote) quote = '\0';
            }
            else if (c is '\'' or '"') quote = c;
            else if (c is '{' or '[' or '(') depth++;
            else if (c is '}' or ']' or ')') depth--;
        }
        return depth;
    }

    // Without the colours of a terminal, and without the worker that ray names before a line: "(TaskRunner pid=7) ".
    private static string Plain(string line)
    {
        line = WithoutColours(line);
        int end = line.IndexOf(')', StringComparison.Ordinal);
        return line is ['(', ..] && end > 0 && line.AsSpan(0, end).Contains("pid=", StringComparison.Ordinal)
            ? line[(end + 1)..] : line;
    }

    // Escape, [, numbers, a letter.
    private static string WithoutColours(string line)
    {
        if (!line.Contains('\x1b', StringComparison.Ordinal)) return line;
        var plain = new StringBuilder(line.Length);
        for (int i = 0; i < line.Length; i++)
        {
            if (line[i] != '\x1b')
            {
                plain.Append(line[i]);
                continue;
            }
            if (i + 1 < line.Length && line[i + 1] == '[')
                for (i += 2; i < line.Length && line[i] is not (>= '@' and <= '~'); i++) { }
        }
        return plain.ToString();
    }
}
