using System.Buffers.Binary;
using System.ComponentModel;
using System.Runtime.InteropServices;
using RewardScaling.Numerics;

namespace RewardScaling.Models;

/// <summary>
/// Named float32 tensors and a few words about them in a safetensors file: eight bytes of header
/// length, a JSON header, the numbers.
/// </summary>
/// <remarks>
/// What is written is canonical: the same tensors and metadata give the same bytes, whatever their order. What is read is not
/// trusted: nothing is allocated on the word of the header before it has been checked against the length of the file.
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class SafetensorsFile
{
    private const int ChunkLength = 1 << 16;
    private readonly SortedDictionary<string, NamedTensor> _tensors = new(StringComparer.Ordinal);
    private readonly string _path;

    private SafetensorsFile(string path, IReadOnlyDictionary<string, string> metadata) => (_path, Metadata) = (path, metadata);

    /// <summary>The words in the header, by key; possibly none.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>The names of the tensors, in ordinal order.</summary>
    public IReadOnlyCollection<string> Names => _tensors.Keys;

    /// <summary>One tensor.</summary>
    /// <param name="name">Its name.</param>
    /// <exception cref="InvalidDataException">
    /// The file has no such tensor; the message names the file and those it has.
    /// </exception>
    public NamedTensor Tensor(string name)
    {
        if (_tensors.TryGetValue(name, out NamedTensor? tensor)) return tensor;
        string some = string.Join(", ", _tensors.Keys.Take(8).Select(Excerpt.Of));
        if (_tensors.Count > 8) some += ", ...";
        throw new InvalidDataException($"{_path}: there is no tensor '{name}'; there are {_tensors.Count}: {some}.");
    }

    /// <summary>Writes a file, whole or not at all.</summary>
    /// <param name="path">The file; its folder exists. A file already there is replaced.</param>
    /// <param name="tensors">The tensors, in any order, no name twice.</param>
    /// <param name="metadata">A few words by key, or null for none.</param>
    /// <exception cref="ArgumentException">A name is used twice or is the reserved <c>__metadata__</c>.</exception>
    /// <exception cref="IOException">The file cannot be written; the message names it.</exception>
    public static void Write(string path, IEnumerable<NamedTensor> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        NamedTensor[] sorted = [.. tensors.OrderBy(static tensor => tensor.Name, StringComparer.Ordinal)];
        byte[] header = SafetensorsHeader.Encode(sorted, metadata);
        AtomicFile.Write(path, stream =>
        {
            Span<byte> length = stackalloc byte[8];
            BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
            stream.Write(length);
            stream.Write(header);
            foreach (NamedTensor tensor in sorted) WriteValues(stream, tensor.Values);
        });
    }

    /// <summary>Reads a whole file, tensors and all.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">
    /// The file is damaged, or holds something else than finite float32 numbers; the message names the
    /// file and the field or tensor.
    /// </exception>
    public static SafetensorsFile Read(string path) => Read(path, static _ => { });

    /// <summary>How much it holds.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"{Names.Count} tensors");

    /// <summary>Reads a whole file whose words are as they must be: what is none of ours is refused before its numbers are
    /// read.</summary>
    /// <param name="path">The file.</param>
    /// <param name="require">Told the words; faults those that are wrong.</param>
    internal static SafetensorsFile Read(string path, Action<IReadOnlyDictionary<string, string>> require)
    {
        if (!File.Exists(path) && !Directory.Exists(path))
            throw new FileNotFoundException($"There is no file {path}; save a network there first, or name the file of one that was saved.", path);
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        if (!stream.CanSeek) throw new InvalidDataException($"{path}: not a regular file.");
        try
        {
            SafetensorsHeader header = SafetensorsHeader.Read(stream, path, ["F32"]);
            require(header.Metadata);
            var file = new SafetensorsFile(path, header.Metadata);
            foreach (SafetensorsEntry entry in header.Entries)
                file._tensors.Add(entry.Name, new NamedTensor(entry.Name, entry.Shape, ReadValues(stream, entry, path)));
            return file;
        }
        catch (EndOfStreamException fault)
        {
            throw new InvalidDataException($"{path}: the file ends before its data does; it was cut while it was read.", fault);
        }
    }

    // Entries come in the order of their data, without holes, so the stream is read straight through.
    private static float[] ReadValues(FileStream stream, SafetensorsEntry entry, string path)
    {
        var values = new float[entry.Count];
        for (int start = 0; start < values.Length; start += ChunkLength)
        {
            Span<float> chunk = values.AsSpan(start, Math.Min(ChunkLength, values.Length - start));
            stream.ReadExactly(MemoryMarshal.AsBytes(chunk));
            if (!BitConverter.IsLittleEndian) Reverse(chunk);
            for (int i = 0; i < chunk.Length; i++)
                if (!float.IsFinite(chunk[i]))
                    throw new InvalidDataException($"{path}: tensor '{Excerpt.Of(entry.Name)}': " +
                        FormattableString.Invariant($"value {start + i} is {chunk[i]}; every value must be finite."));
        }
        return values;
    }

    private static void WriteValues(Stream stream, ReadOnlySpan<float> values)
    {
        for (int start = 0; start < values.Length; start += ChunkLength)
        {
            ReadOnlySpan<float> chunk = values.Slice(start, Math.Min(ChunkLength, values.Length - start));
            if (BitConverter.IsLittleEndian)
            {
                stream.Write(MemoryMarshal.AsBytes(chunk));
                continue;
            }
            float[] reversed = chunk.ToArray();
            Reverse(reversed);
            stream.Write(MemoryMarshal.AsBytes<float>(reversed));
        }
    }

    private static void Reverse(Span<float> values)
    {
        Span<int> bits = MemoryMarshal.Cast<float, int>(values);
        BinaryPrimitives.ReverseEndianness(bits, bits);
    }
}
