using System.Buffers.Binary;
using System.Text;

namespace RewardScaling.TorchSharp;

/// <summary>
/// A shared library of 64-bit Linux, as far as its needs go: which libraries, and which versions of their symbols. Read from the
/// dynamic section, as the system's loader does (Oracle, Linker and Libraries Guide, chapters 13 and 14; glibc, dl-version.c).
/// </summary>
internal sealed class ElfImage
{
    private const int LoadSegment = 1, DynamicSegment = 2;
    private const long Needed = 1, StringTable = 5;
    private const long Relocations = 7, RelocationsSize = 8, PltRelocations = 23, PltRelocationsSize = 2;
    private const long VersionNeeds = 0x6ffffffe, VersionNeedsCount = 0x6fffffff, SymbolVersions = 0x6ffffff0;
    private const int RelocationSize = 24, SegmentSize = 56;
    private const ushort WeakFlag = 2, VersionMask = 0x7fff;

    private readonly byte[] _image;
    private readonly List<(long Address, long Offset, long Size)> _segments = [];
    private readonly List<(long Tag, long Value)> _dynamic = [];

    /// <summary>Reads the headers.</summary>
    /// <param name="image">The whole file; marks are made in it.</param>
    /// <exception cref="InvalidDataException">It is no such file, or a broken one.</exception>
    public ElfImage(byte[] image)
    {
        _image = image;
        // Class 2 is 64-bit, data 1 little-endian.
        if (image is not [0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1, ..]) throw new InvalidDataException("This is no 64-bit ELF file.");
        long at = Long(32);
        int count = Short(56);
        (long Offset, long Size) dynamic = default;
        for (int i = 0; i < count; i++, at += SegmentSize)
        {
            (long offset, long address, long size) = (Long(at + 8), Long(at + 16), Long(at + 32));
            if (Int(at) == LoadSegment) _segments.Add((address, offset, size));
            else if (Int(at) == DynamicSegment) dynamic = (offset, size);
        }
        for (long entry = 0; entry + 16 <= dynamic.Size && Long(dynamic.Offset + entry) != 0; entry += 16)
            _dynamic.Add((Long(dynamic.Offset + entry), Long(dynamic.Offset + entry + 8)));
    }

    /// <summary>The names of the libraries it asks for, in its order.</summary>
    public IReadOnlyList<string> Libraries =>
        [.. _dynamic.Where(static entry => entry.Tag == Needed).Select(entry => Text(entry.Value))];

    /// <summary>
    /// Marks the need of a version as weak, so that the loader lets the library in where the system lacks it; only where nothing
    /// in it relies on that version, so that nothing can go wrong later.
    /// </summary>
    /// <param name="version">Such as GLIBCXX_3.4.32.</param>
    /// <returns>Whether it was marked: the version is asked for, and no relocation names a symbol of it.</returns>
    public bool TryWeaken(string version)
    {
        long[] needs = [.. Needs().Where(need => Text(Int(need + 8)) == version)];
        if (needs.Length == 0 || needs.Any(need => IsReliedOn(Short(need + 6)))) return false;
        foreach (long need in needs)
            BinaryPrimitives.WriteUInt16LittleEndian(_image.AsSpan((int)need + 4), (ushort)(Short(need + 4) | WeakFlag));
        return true;
    }

    // Offsets in the file of the versions asked for: hash, flags, index, name, distance to the next.
    private IEnumerable<long> Needs()
    {
        if (Value(VersionNeeds) is not { } address) yield break;
        long library = Offset(address);
        for (long i = Value(VersionNeedsCount) ?? 0; i > 0; i--)
        {
            long need = library + Int(library + 8);
            for (int j = Short(library + 2); j > 0; j--)
            {
                yield return need;
                if (Int(need + 12) == 0) break;
                need += Int(need + 12);
            }
            if (Int(library + 12) == 0) yield break;
            library += Int(library + 12);
        }
    }

    private bool IsReliedOn(int index) =>
        IsReliedOn(index, Relocations, RelocationsSize) || IsReliedOn(index, PltRelocations, PltRelocationsSize);

    private bool IsReliedOn(int index, long table, long size)
    {
        if (Value(table) is not { } address || Value(size) is not { } bytes) return false;
        if (Value(SymbolVersions) is not { } versions) return true;
        (long first, long indices) = (Offset(address), Offset(versions));
        for (long at = first; at + RelocationSize <= first + bytes; at += RelocationSize)
        {
            // The upper half of the second word is the symbol; 0 is none.
            long symbol = Long(at + 8) >>> 32;
            if (symbol != 0 && (Short(indices + 2 * symbol) & VersionMask) == (index & VersionMask)) return true;
        }
        return false;
    }

    private long? Value(long tag)
    {
        foreach (var entry in _dynamic)
            if (entry.Tag == tag) return entry.Value;
        return null;
    }

    // Where in the file an address of the loaded library lies.
    private long Offset(long address)
    {
        foreach (var segment in _segments)
        {
            if (address >= segment.Address && address - segment.Address < segment.Size)
                return address - segment.Address + segment.Offset;
        }
        throw new InvalidDataException($"The ELF file has nothing at address 0x{address:x}.");
    }

    private string Text(long at)
    {
        long from = Offset(Value(StringTable) ?? throw new InvalidDataException("The ELF file has no names.")) + at;
        var rest = Span(from, 0, toEnd: true);
        int length = rest.IndexOf((byte)0);
        return length < 0 ? throw new InvalidDataException("The ELF file ends within a name.") : Encoding.UTF8.GetString(rest[..length]);
    }

    private ushort Short(long at) => BinaryPrimitives.ReadUInt16LittleEndian(Span(at, 2));

    private uint Int(long at) => BinaryPrimitives.ReadUInt32LittleEndian(Span(at, 4));

    private long Long(long at) => BinaryPrimitives.ReadInt64LittleEndian(Span(at, 8));

    private ReadOnlySpan<byte> Span(long at, int length, bool toEnd = false) => at < 0 || at > _image.Length - length
        ? throw new InvalidDataException($"The ELF file ends before byte {at + length}.")
        : toEnd ? _image.AsSpan((int)at) : _image.AsSpan((int)at, length);
}
