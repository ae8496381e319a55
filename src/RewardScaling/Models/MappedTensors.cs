using System.IO.MemoryMappedFiles;
using RewardScaling.Numerics;

namespace RewardScaling.Models;

/// <summary>
/// A safetensors file read where it lies: rows of its tensors in float32, float16 or bfloat16 become float32 as they are asked
/// for, so that no copy of the whole is made.
/// </summary>
internal sealed unsafe class MappedTensors : IDisposable
{
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly Dictionary<string, SafetensorsEntry> _entries;
    private readonly byte* _data;

    /// <summary>Opens a file and checks its header.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InvalidDataException">The file is damaged; the message names it and the field.</exception>
    public MappedTensors(string path)
    {
        Path = path;
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        var header = SafetensorsHeader.Read(stream, path, types: null);
        Metadata = header.Metadata;
        _entries = header.Entries.ToDictionary(static entry => entry.Name, StringComparer.Ordinal);
        _file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
        _view = _file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        byte* begin = null;
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref begin);
        _data = begin + header.DataBegins;
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>The words in the header.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>The names of the tensors.</summary>
    public IReadOnlyCollection<string> Names => _entries.Keys;

    /// <summary>The length of each axis of a tensor.</summary>
    public int[] Shape(string name) => _entries[name].Shape;

    /// <summary>Reads some numbers of a tensor.</summary>
    /// <param name="name">The tensor.</param>
    /// <param name="first">The first number, counted with the last axis running fastest.</param>
    /// <param name="step">From one number to the next.</param>
    /// <param name="values">Filled.</param>
    /// <exception cref="InvalidDataException">The tensor has another type, or a number is not finite.</exception>
    public void Read(string name, long first, long step, Span<float> values)
    {
        var entry = _entries[name];
        byte* data = _data + entry.Begin;
        switch (entry.Type)
        {
            case "F32":
                for (int i = 0; i < values.Length; i++) values[i] = ((float*)data)[first + i * step];
                break;
            case "F16":
                for (int i = 0; i < values.Length; i++) values[i] = (float)((Half*)data)[first + i * step];
                break;
            case "BF16":
                for (int i = 0; i < values.Length; i++) values[i] = BitConverter.Int32BitsToSingle(((ushort*)data)[first
                    + i * step] << 16);
                break;
            default:
                throw new InvalidDataException($"{Path}: tensor '{Excerpt.Of(name)}': dtype is {entry.Type}; F32, F16 and BF16 are read here.");
        }
        for (int i = 0; i < values.Length; i++)
        {
            if (float.IsFinite(values[i])) continue;
            throw new InvalidDataException(FormattableString.Invariant(
                $"{Path}: tensor '{Excerpt.Of(name)}': value {first + i * step} is {values[i]}; every value must be finite."));
        }
    }

    public void Dispose()
    {
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _file.Dispose();
    }
}
