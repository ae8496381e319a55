using System.Buffers;

namespace RewardScaling.Runs.Formats;

/// <summary>
/// Cuts JSON into values, one after another, or into the elements of an array, without holding more than one. A value may
/// stand on one line or go over many.
/// </summary>
/// <remarks>NaN, Infinity and -Infinity, which Python writes bare though JSON has none, come out between quotes.</remarks>
internal sealed class JsonValues(ByteLines lines, bool elements)
{
    private readonly ArrayBufferWriter<byte> _value = new(256);
    private int _at = -1;
    private bool _begun, _ended;

    /// <summary>The line where the value begins, from 1.</summary>
    public int Line { get; private set; }

    /// <summary>The line where it ends.</summary>
    public int LastLine { get; private set; }

    /// <summary>The value; valid until the next one is asked for.</summary>
    public ReadOnlyMemory<byte> Value => _value.WrittenMemory;

    /// <summary>Whether the file ended within the value asked for last.</summary>
    public bool IsCut { get; private set; }

    /// <summary>Whether the value stands on one line with nothing else.</summary>
    public bool IsWholeLine { get; private set; }

    /// <summary>Goes to the next value.</summary>
    /// <exception cref="InvalidDataException">Something stands where a value should; the message names the line.</exception>
    public bool Next()
    {
        _value.ResetWrittenCount();
        int depth = 0;
        bool quoted = false, escaped = false;
        for (; ; )
        {
            if (_at < 0 || _at >= lines.Line.Length)
            {
                if (_at >= 0 && depth > 0) Write("\n"u8);
                if (!lines.Next())
                {
                    IsCut = depth > 0;
                    if (elements && !_ended && !IsCut) throw RunText.Fault(lines.Name, Math.Max(1, lines.Number), "this is not JSON: the array is not closed at the end of the file");
                    return IsCut;
                }
                _at = 0;
            }
            ReadOnlySpan<byte> line = lines.Line;
            if (depth == 0)
            {
                while (_at < line.Length && line[_at] is (byte)' ' or (byte)'\t' or (byte)'\r') _at++;
                if (_at == line.Length) continue;
                if (elements && Between(line[_at]))
                {
                    _at++;
                    continue;
                }
                if (_ended) throw RunText.Fault(lines.Name, lines.Number, $"this is not JSON: something stands behind the end of the array (at byte {_at} of the line)");
                Line = lines.Number;
                int begin = _at;
                if (line[_at] is not ((byte)'{' or (byte)'['))
                {
                    Scalar(line);
                    return true;
                }
                IsWholeLine = begin == 0;
            }
            int start = _at;
            while (_at < line.Length)
            {
                byte c = line[_at++];
                if (escaped) escaped = false;
                else if (quoted)
                {
                    if (c == '"') quoted = false;
                    else if (c == '\\') escaped = true;
                }
                else if (c == '"') quoted = true;
                else if (c is (byte)'{' or (byte)'[') depth++;
                else if (c is (byte)'}' or (byte)']')
                {
                    if (--depth > 0) continue;
                    Write(line[start.._at]);
                    LastLine = lines.Number;
                    IsWholeLine &= Line == LastLine && line[_at..].Trim(" \t\r"u8).IsEmpty;
                    return true;
                }
                else if (c is (byte)'N' or (byte)'I' && WordLength(line[(_at - 1)..]) is > 0 and int length)
                {
                    int word = _at - 1, before = c == 'I' && word > start && line[word - 1] == '-' ? word - 1 : word;
                    Write(line[start..before]);
                    Write("\""u8);
                    Write(line[before..(word + length)]);
                    Write("\""u8);
                    start = _at = word + length;
                }
            }
            Write(line[start..]);
        }
    }

    // What stands between the elements of an array.
    private bool Between(byte c)
    {
        if (!_begun && c == '[') return _begun = true;
        if (c == ']' && _begun && !_ended) return _ended = true;
        return c == ',' && _begun && !_ended;
    }

    private void Scalar(ReadOnlySpan<byte> line)
    {
        int end = _at;
        if (line[end] == '"')
        {
            for (end++; end < line.Length && line[end] != '"'; end++)
                if (line[end] == '\\') end++;
            end = Math.Min(line.Length, end + 1);
        }
        else
            while (end < line.Length && line[end] is not ((byte)',' or (byte)']' or (byte)' ' or (byte)'\t')) end++;
        Write(line[_at..end]);
        (IsWholeLine, LastLine) = (false, Line);
        _at = Math.Max(end, _at + 1);
    }

    private static int WordLength(ReadOnlySpan<byte> text) => text.StartsWith("NaN"u8) ? 3 : text.StartsWith("Infinity"u8) ? 8 : 0;

    private void Write(ReadOnlySpan<byte> bytes) => _value.Write(bytes);
}
