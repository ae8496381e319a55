using System.Buffers;

namespace RewardScaling.Runs.Formats;

/// <summary>The fields of one record of a CSV file, which may go over several lines; its room is used again for the
/// next.</summary>
internal sealed class CsvRecord
{
    /// <summary>The separator that stands for any run of spaces and tabs.</summary>
    public const byte Spaces = (byte)' ';

    private readonly ArrayBufferWriter<byte> _bytes = new(512);
    private readonly List<(int Start, int Length)> _fields = [];
    private int _start;
    private bool _quoted, _closed;

    public int Count => _fields.Count;

    public ReadOnlySpan<byte> this[int field] => _bytes.WrittenSpan.Slice(_fields[field].Start, _fields[field].Length);

    /// <summary>Forgets the fields.</summary>
    public void Clear()
    {
        _bytes.ResetWrittenCount();
        _fields.Clear();
        (_start, _quoted, _closed) = (0, false, false);
    }

    /// <summary>Takes a line; false where a quoted field goes on in the next.</summary>
    /// <param name="line">The line without its end.</param>
    /// <param name="separator">What stands between fields.</param>
    /// <exception cref="FormatException">Something follows a closing quote.</exception>
    public bool Take(ReadOnlySpan<byte> line, byte separator)
    {
        if (separator == Spaces) return TakeWords(line);
        if (_quoted) _bytes.Write("\n"u8);
        int at = 0;
        for (; ; )
        {
            if (_quoted)
            {
                int quote = line[at..].IndexOf((byte)'"');
                if (quote < 0)
                {
                    _bytes.Write(line[at..]);
                    return false;
                }
                _bytes.Write(line.Slice(at, quote));
                at += quote + 1;
                if (at < line.Length && line[at] == '"')
                {
                    _bytes.Write("\""u8);
                    at++;
                }
                else (_quoted, _closed) = (false, true);
                continue;
            }
            int length = line[at..].IndexOf(separator);
            ReadOnlySpan<byte> rest = length < 0 ? line[at..] : line.Slice(at, length), text = rest.Trim(" \t\r"u8);
            if (_closed)
            {
                if (!text.IsEmpty) throw new FormatException($"'{(char)text[0]}' follows a closing quote; write a quote inside a field twice");
            }
            else if (text is [(byte)'"', ..])
            {
                at += rest.IndexOf((byte)'"') + 1;
                _quoted = true;
                continue;
            }
            else _bytes.Write(text);
            _fields.Add((_start, _bytes.WrittenCount - _start));
            (_start, _closed) = (_bytes.WrittenCount, false);
            if (length < 0) return true;
            at += length + 1;
        }
    }

    private bool TakeWords(ReadOnlySpan<byte> line)
    {
        for (line = line.Trim(" \t\r"u8); !line.IsEmpty; line = line.TrimStart(" \t"u8))
        {
            int length = line.IndexOfAny(" \t"u8);
            ReadOnlySpan<byte> word = length < 0 ? line : line[..length];
            _bytes.Write(word);
            _fields.Add((_start, word.Length));
            _start = _bytes.WrittenCount;
            line = line[word.Length..];
        }
        return true;
    }
}
