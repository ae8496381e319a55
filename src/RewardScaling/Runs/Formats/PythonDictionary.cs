using System.Buffers;
using System.Globalization;
using System.Text;

namespace RewardScaling.Runs.Formats;

/// <summary>
/// Reads a printed dictionary, Python's or JSON's, such as a trainer's line of metrics. It ends where it is closed; the time
/// is that of its length.
/// </summary>
internal ref struct PythonDictionary
{
    private const int Deepest = 32;
    private static readonly SearchValues<char> s_names = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._");

    private readonly ReadOnlySpan<char> _text;
    private readonly List<(string Column, RunCell Cell)> _cells = [];
    private int _at;

    private PythonDictionary(ReadOnlySpan<char> text, int at)
    {
        _text = text;
        _at = at;
    }

    /// <summary>What became of it.</summary>
    public enum Result
    {
        /// <summary>It was read.</summary>
        Read,

        /// <summary>The text ends before it is closed.</summary>
        Cut,

        /// <summary>It is something else.</summary>
        Fault,
    }

    /// <summary>Reads the dictionary that begins at a place.</summary>
    /// <param name="text">The text.</param>
    /// <param name="at">Where its { stands; afterwards behind its }, or where it could not be read on.</param>
    /// <param name="cells">Its entries, those of inner dictionaries as "outer/inner"; None and null are left out.</param>
    /// <param name="what">Why it could not be read.</param>
    public static Result Read(ReadOnlySpan<char> text, ref int at, out List<(string Column, RunCell Cell)> cells, out string what)
    {
        var reader = new PythonDictionary(text, at);
        Result result = Result.Read;
        what = "";
        try
        {
            reader.Dictionary("", 0);
        }
        catch (FormatException fault)
        {
            what = fault.Message;
            result = reader._at >= text.Length ? Result.Cut : Result.Fault;
        }
        (at, cells) = (reader._at, reader._cells);
        return result;
    }

    /// <summary>The number inside np.float64(0.5) or tensor(0.5, device='cuda:0'); other texts as they are.</summary>
    public static ReadOnlySpan<char> Unwrap(ReadOnlySpan<char> value)
    {
        int open = value.IndexOf('(');
        if (open <= 0 || value[^1] != ')' || value[..open].ContainsAnyExcept(s_names)) return value;
        ReadOnlySpan<char> inside = value[(open + 1)..^1];
        int comma = inside.IndexOf(',');
        return (comma < 0 ? inside : inside[..comma]).Trim();
    }

    private void Dictionary(string prefix, int depth)
    {
        if (depth > Deepest) throw new FormatException("dictionaries stand inside one another too deeply");
        Expect('{');
        while (Peek() != '}')
        {
            bool quoted = Peek() is '\'' or '"';
            string key = quoted ? Quoted() : Bare(":,}").Trim().ToString();
            if ((key.Length == 0 && Peek() != ':') || (!quoted && key.AsSpan().ContainsAny(" ()'\""))) throw Unexpected("a name");
            Expect(':');
            Value(prefix + key, depth);
            if (Peek() == ',') _at++;
            else if (Peek() != '}') throw Unexpected("a comma or }");
        }
        _at++;
    }

    private void Value(string column, int depth)
    {
        char first = Peek();
        if (first == '{') Dictionary(column + "/", depth + 1);
        else if (first is '\'' or '"') Add(column, new(RunCellKind.Text, 0, Quoted()));
        else if (first is '[' or '(') Add(column, List(first == '[' ? ']' : ')', depth));
        else
        {
            ReadOnlySpan<char> word = Bare(",}").Trim(), value = Unwrap(word);
            if (value.IsEmpty) throw Unexpected("a value");
            if (value is "None" or "null") return;
            Add(column, RunText.TryNumber(value, out double number) ? new(RunCellKind.Number, number, null)
                : new(RunCellKind.Text, 0, word.ToString()));
        }
    }

    private RunCell List(char close, int depth)
    {
        if (depth > Deepest) throw new FormatException("lists stand inside one another too deeply");
        List<double>? numbers = [];
        List<string>? texts = [];
        _at++;
        while (Peek() != close)
        {
            char first = Peek();
            if (first is '\'' or '"')
            {
                string text = Quoted();
                texts?.Add(text);
                numbers = null;
            }
            else if (first is '[' or '(')
            {
                RunCell inner = List(first == '[' ? ']' : ')', depth + 1);
                if (inner.Kind == RunCellKind.Numbers && inner.Numbers.Length == 1) numbers?.Add(inner.Numbers[0]);
                else numbers = null;
                texts = null;
            }
            else if (first == '{')
            {
                int before = _cells.Count;
                Dictionary("", depth + 1);
                _cells.RemoveRange(before, _cells.Count - before);
                (numbers, texts) = (null, null);
            }
            else
            {
                ReadOnlySpan<char> value = Unwrap(Bare(close == ']' ? ",]" : ",)").Trim());
                if (value is "None" or "null") numbers?.Add(RunCell.Null);
                else if (RunText.TryNumber(value, out double number)) numbers?.Add(number);
                else if (value.IsEmpty) throw Unexpected("a value");
                else numbers = null;
                texts = null;
            }
            if (Peek() == ',') _at++;
            else if (Peek() != close) throw Unexpected($"a comma or {close}");
        }
        _at++;
        return numbers is not null ? new(RunCellKind.Numbers, 0, numbers.ToArray())
            : texts is not null ? new(RunCellKind.Texts, 0, texts.ToArray())
            : new(RunCellKind.Other, 0, new RunOther("a list that is not of numbers"));
    }

    // Up to one of the characters, but not inside brackets or quotes.
    private ReadOnlySpan<char> Bare(ReadOnlySpan<char> ends)
    {
        Peek();
        int start = _at, open = 0;
        for (; _at < _text.Length && (open > 0 || !ends.Contains(_text[_at])); _at++)
        {
            char c = _text[_at];
            if (c is '\n' or '\r') break;
            if (c is '\'' or '"')
            {
                Quoted();
                _at--;
            }
            else if (c is '[' or '{' or '(' or '<') open++;
            else if (c is ']' or '}' or ')' or '>' && --open < 0) throw Unexpected("a value");
        }
        return _text[start.._at];
    }

    private string Quoted()
    {
        char quote = _text[_at++];
        int end = _text[_at..].IndexOfAny(quote, '\\');
        if (end >= 0 && _text[_at + end] == quote)
        {
            string plain = _text.Slice(_at, end).ToString();
            _at += end + 1;
            return plain;
        }
        var value = new StringBuilder();
        for (; _at < _text.Length; _at++)
        {
            char c = _text[_at];
            if (c == quote)
            {
                _at++;
                return value.ToString();
            }
            value.Append(c == '\\' && _at + 1 < _text.Length ? Escape(_text[++_at]) : c);
        }
        throw new FormatException("a quote is not closed");
    }

    private char Escape(char c)
    {
        int digits = c switch { 'x' => 2, 'u' => 4, _ => 0 };
        if (digits == 0 || _at + digits >= _text.Length
            || !int.TryParse(_text.Slice(_at + 1, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture,
                out int code))
            return c switch { 'n' => '\n', 't' => '\t', 'r' => '\r', _ => c };
        _at += digits;
        return (char)code;
    }

    private readonly void Add(string column, RunCell cell) => _cells.Add((column, cell));

    private void Expect(char wanted)
    {
        if (Peek() != wanted) throw Unexpected($"'{wanted}'");
        _at++;
    }

    private char Peek()
    {
        while (_at < _text.Length && char.IsWhiteSpace(_text[_at])) _at++;
        return _at < _text.Length ? _text[_at] : '\0';
    }

    private readonly FormatException Unexpected(string wanted) => new(_at < _text.Length
        ? $"'{_text[_at..Math.Min(_text.Length, _at + 12)]}' stands where {wanted} should" : $"the line ends where {wanted} should stand");
}
