using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace RewardScaling.Numerics;

/// <summary>
/// Lines of JSON in a file that only grows. How much of it counts, and the hash of that, stand in a document elsewhere
/// (<see cref="JournalMark"/>): what a dead process wrote behind it is cut off.
/// </summary>
/// <remarks>To keep one step more costs one line, however long the run: a document rewritten each time costs all of
/// them.</remarks>
/// <typeparam name="T">What a line is.</typeparam>
/// <param name="path">The file; its folder exists. Nothing is touched before the first line.</param>
/// <param name="type">How a line is written.</param>
internal sealed class Journal<T>(string path, JsonTypeInfo<T> type) : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private int _lines;
    private long _bytes;

    /// <summary>What there is by now.</summary>
    public JournalMark Mark => new(_lines, _bytes, Convert.ToHexStringLower(_hash.GetCurrentHash()));

    /// <summary>Adds the entries it does not have yet, flushed to the disk.</summary>
    /// <param name="all">Every entry from the first one on; those of before are the same.</param>
    /// <exception cref="IOException">The file cannot be written; the message names it.</exception>
    public void Append(IReadOnlyList<T> all)
    {
        if (all.Count == _lines) return;
        using var lines = new MemoryStream();
        for (int i = _lines; i < all.Count; i++)
        {
            JsonSerializer.Serialize(lines, all[i], type);
            lines.WriteByte((byte)'\n');
        }
        var bytes = lines.GetBuffer().AsSpan(0, (int)lines.Length);
        try
        {
            using var stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read);
            stream.Position = _bytes;
            stream.Write(bytes);
            stream.SetLength(_bytes + bytes.Length);
            stream.Flush(flushToDisk: true);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"Cannot write {path}: {fault.Message}", fault);
        }
        _hash.AppendData(bytes);
        (_lines, _bytes) = (all.Count, _bytes + bytes.Length);
    }

    /// <summary>Reads the entries that count; what is added goes behind them.</summary>
    /// <param name="mark">How many there are.</param>
    /// <param name="remedy">What to do about a fault, for the message.</param>
    /// <exception cref="InvalidDataException">They are not what they were; the message names the file.</exception>
    public List<T> Restore(JournalMark mark, string remedy)
    {
        byte[] bytes = [];
        if (mark.Bytes > 0)
        {
            if (!File.Exists(path)) throw new InvalidDataException($"{path} is missing; {remedy}.");
            using var stream = File.OpenRead(path);
            if (mark.Bytes < 0 || stream.Length < mark.Bytes) throw Damaged("it is too short");
            bytes = new byte[mark.Bytes];
            stream.ReadExactly(bytes);
        }
        _hash.GetHashAndReset();
        _hash.AppendData(bytes);
        (_lines, _bytes) = (mark.Lines, mark.Bytes);
        if (Mark != mark) throw Damaged("its SHA-256 is not the one of its checkpoint");
        var entries = new List<T>(Math.Max(0, mark.Lines));
        try
        {
            var rest = bytes.AsSpan();
            for (int end; (end = rest.IndexOf((byte)'\n')) >= 0; rest = rest[(end + 1)..])
                entries.Add(JsonSerializer.Deserialize(rest[..end], type) ?? throw new JsonException("a line says null"));
        }
        catch (JsonException fault)
        {
            throw Damaged(fault.Message, fault);
        }
        return entries.Count == mark.Lines ? entries : throw Damaged($"it has {entries.Count} lines and must have {mark.Lines}");

        InvalidDataException Damaged(string why, Exception? inner = null) => new($"{path} is damaged ({why}); {remedy}.", inner);
    }

    public void Dispose() => _hash.Dispose();
}
