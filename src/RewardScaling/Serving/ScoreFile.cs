using System.Globalization;
using System.Text;

namespace RewardScaling.Serving;

/// <summary>Scores in a file that only grows: on each line 32 hexadecimal digits, a space and the score.</summary>
internal sealed class ScoreFile : IDisposable
{
    private const int Digits = 32;

    private readonly FileStream _stream;

    /// <summary>Opens a file or begins it. A last line that a dead process left unfinished is cut off.</summary>
    public ScoreFile(string path)
    {
        try
        {
            _stream = new(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"The scores {path} cannot be written or are in use by another process: {fault.Message}", fault);
        }
        try
        {
            long end = 0;
            int number = 0;
            foreach (ReadOnlyMemory<byte> line in FileLines.Of(_stream))
            {
                number++;
                string text = Encoding.ASCII.GetString(line.Span);
                if (text.Length < Digits + 2 || text[Digits] != ' '
                    || !UInt128.TryParse(text.AsSpan(0, Digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture,
                        out UInt128 key)
                    || !double.TryParse(text.AsSpan(Digits + 1), NumberStyles.Float, CultureInfo.InvariantCulture,
                        out double score) || !double.IsFinite(score))
                    throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture, $"{path}, line {number}: this is no score (32 digits, a space and a number); name another file, or delete this one to pay for the scores again."));
                Scores[key] = score;
                end += line.Length + 1;
            }
            _stream.SetLength(end);
            _stream.Position = end;
        }
        catch
        {
            _stream.Dispose();
            throw;
        }
    }

    /// <summary>What there is.</summary>
    public Dictionary<UInt128, double> Scores { get; } = [];

    /// <summary>Adds scores, handed to the system before it returns.</summary>
    public void Add(IEnumerable<(UInt128 Key, double Score)> scores)
    {
        var lines = new StringBuilder();
        foreach (var (key, score) in scores)
        {
            Scores[key] = score;
            lines.Append(CultureInfo.InvariantCulture, $"{key:x32} {score:R}\n");
        }
        _stream.Write(Encoding.ASCII.GetBytes(lines.ToString()));
        _stream.Flush();
    }

    public void Dispose() => _stream.Dispose();
}
