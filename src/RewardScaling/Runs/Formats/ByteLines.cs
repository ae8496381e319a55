namespace RewardScaling.Runs.Formats;

/// <summary>What ends a line.</summary>
internal enum LineEnds
{
    /// <summary>A line feed, and a carriage return before it belongs to it.</summary>
    Feed,

    /// <summary>A line feed or a carriage return, as where progress is printed over itself.</summary>
    Both,

    /// <summary>A carriage return, in files that have no line feed.</summary>
    Return,
}

/// <summary>The lines of a stream, one after another, whatever ends them; time and room are those of the longest line.</summary>
internal sealed class ByteLines : IDisposable
{
    private readonly Stream _stream;
    private readonly LineEnds _ends;
    private byte[] _buffer = new byte[1 << 16];
    private int _start, _end, _lineStart, _length;
    private bool _ended;
    private byte _ender;

    /// <summary>Lines from the first on.</summary>
    /// <param name="stream">UTF-8; a byte order mark is passed over.</param>
    /// <param name="name">The file, for messages.</param>
    /// <param name="ends">What ends a line.</param>
    public ByteLines(Stream stream, string name, LineEnds ends)
    {
        (_stream, Name, _ends) = (stream, name, ends);
        while (_end < 3 && Fill()) { }
        if (_buffer.AsSpan(0, _end).StartsWith("\uFEFF"u8)) _start = 3;
    }

    public string Name { get; }

    /// <summary>The number of the line in the file, from 1, as editors count: carriage returns among line feeds do not.</summary>
    public int Number { get; private set; }

    /// <summary>The line, without what ends it; valid until the next one is asked for.</summary>
    public ReadOnlySpan<byte> Line => _buffer.AsSpan(_lineStart, _length);

    /// <summary>Whether something ended the line; the last line of a file that is being written may have no end.</summary>
    public bool IsClosed => _ender != 0;

    public bool Next()
    {
        int scanned = 0;
        bool counts = Number == 0 || _ender == (byte)'\n' || _ends == LineEnds.Return;
        for (; ; )
        {
            ReadOnlySpan<byte> rest = _buffer.AsSpan(_start + scanned, _end - _start - scanned);
            int at = _ends == LineEnds.Feed ? rest.IndexOf((byte)'\n') : rest.IndexOfAny((byte)'\n', (byte)'\r');
            if (at >= 0)
            {
                int length = scanned + at;
                // Of "\r\n" the line feed ends the line.
                if (_buffer[_start + length] == '\r' && _start + length + 1 == _end && Fill()) continue;
                _ender = _buffer[_start + length];
                int skip = 1;
                if (_ender == '\r' && _start + length + 1 < _end && _buffer[_start + length + 1] == '\n') (_ender, skip) =
                    ((byte)'\n', 2);
                return Take(length, skip, counts);
            }
            scanned = _end - _start;
            if (!_ended && Fill()) continue;
            if (scanned == 0) return false;
            _ender = 0;
            return Take(scanned, 0, counts);
        }
    }

    public void Dispose() => _stream.Dispose();

    private bool Take(int length, int skip, bool counts)
    {
        if (counts) Number++;
        _lineStart = _start;
        _length = _ends == LineEnds.Feed && length > 0 && _buffer[_start + length - 1] == '\r' ? length - 1 : length;
        _start += length + skip;
        return true;
    }

    private bool Fill()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }
        if (_end == _buffer.Length) Array.Resize(ref _buffer, _buffer.Length >= Array.MaxLength / 2 ? Array.MaxLength
            : 2 * _buffer.Length);
        int read = _stream.Read(_buffer, _end, _buffer.Length - _end);
        _end += read;
        _ended = read == 0;
        return read > 0;
    }
}
