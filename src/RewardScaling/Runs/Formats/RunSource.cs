using System.IO.Compression;
using System.Text;

namespace RewardScaling.Runs.Formats;

/// <summary>Where rows come from: bytes that can be opened again and again, unpacked, as UTF-8, and never more than
/// allowed.</summary>
/// <param name="name">What messages call it.</param>
/// <param name="open">Opens it from its first byte.</param>
/// <param name="options">How much may be read.</param>
internal sealed class RunSource(string name, Func<Stream> open, RunReadOptions options)
{
    private const int HeadLength = 1 << 16;

    public string Name => name;

    /// <summary>The first bytes, unpacked and as UTF-8.</summary>
    public ReadOnlyMemory<byte> Head { get; private set; }

    /// <summary>A file.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is a folder, larger than allowed, or something that cannot be read; the message says
    /// what it is and what to do.</exception>
    public static RunSource OfFile(string path, RunReadOptions? options)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        options ??= new();
        options.Validate();
        if (Directory.Exists(path)) throw new InvalidDataException($"{path} is a folder; name one file of it.");
        if (!File.Exists(path)) throw new FileNotFoundException($"The file {path} does not exist.", path);
        if (new FileInfo(path).Length > options.MaxBytes) throw TooLarge(path, FormattableString.Invariant($"is {RunText.Size(new FileInfo(path).Length)}"), options);
        return new RunSource(path, () => new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 1 << 16,
            FileOptions.SequentialScan), options).WithHead();
    }

    /// <summary>A text.</summary>
    public static RunSource OfText(string text, string name) => OfBytes(RunText.Strict.GetBytes(text), name, new());

    /// <summary>Bytes, as a file would hold them.</summary>
    public static RunSource OfBytes(byte[] bytes, string name, RunReadOptions options) =>
        new RunSource(name, () => new MemoryStream(bytes, writable: false), options).WithHead();

    /// <summary>What can be opened.</summary>
    public static RunSource Of(Func<Stream> open, string name, RunReadOptions options)
    {
        options.Validate();
        return new RunSource(name, open, options).WithHead();
    }

    /// <summary>The bytes from the first on, unpacked and as UTF-8.</summary>
    /// <exception cref="InvalidDataException">While it is read: more bytes than allowed, or a damaged archive.</exception>
    public Stream Open()
    {
        Stream raw = open();
        try
        {
            Span<byte> first = stackalloc byte[4];
            int read = raw.ReadAtLeast(first, first.Length, throwOnEndOfStream: false);
            Rewind(ref raw, read);
            ReadOnlySpan<byte> magic = first[..read];
            if (magic is [0x1f, 0x8b, 8, ..]) raw = new GZipStream(raw, CompressionMode.Decompress);
            else if (magic is [0xff, 0xfe, not 0, ..] or [0xff, 0xfe]) raw = Transcoded(raw, Encoding.Unicode);
            else if (magic is [0xfe, 0xff, ..]) raw = Transcoded(raw, Encoding.BigEndianUnicode);
            return new LimitedStream(raw, options.MaxBytes, name);
        }
        catch
        {
            raw.Dispose();
            throw;
        }
    }

    /// <summary>All bytes at once.</summary>
    public byte[] ReadAll()
    {
        using Stream stream = Open();
        using var all = new MemoryStream(Head.Length);
        stream.CopyTo(all);
        return all.ToArray();
    }

    /// <summary>The lines from the first on.</summary>
    /// <param name="printed">Whether a carriage return among line feeds ends a line too.</param>
    public ByteLines Lines(bool printed = false) =>
        new(Open(), name, !Head.Span.Contains((byte)'\n') && Head.Span.Contains((byte)'\r') ? LineEnds.Return
        : printed ? LineEnds.Both : LineEnds.Feed);

    public static InvalidDataException TooLarge(string name, string what, RunReadOptions options) =>
        new($"{name} {what}, more than the {RunText.Size(options.MaxBytes)} that are read; raise RunReadOptions.MaxBytes (--max-mb on the command line), or keep only the lines and columns that are needed.");

    private RunSource WithHead()
    {
        using Stream stream = Open();
        var head = new byte[HeadLength];
        int read = stream.ReadAtLeast(head, HeadLength, throwOnEndOfStream: false);
        Head = head.AsMemory(0, read);
        if (ForeignFile.Describe(Head.Span, name) is { } what) throw new InvalidDataException($"{name} is {what}.");
        return this;
    }

    private void Rewind(ref Stream raw, int read)
    {
        if (raw.CanSeek)
        {
            raw.Seek(-read, SeekOrigin.Current);
            return;
        }
        raw.Dispose();
        raw = open();
    }

    private static Stream Transcoded(Stream raw, Encoding encoding)
    {
        raw.ReadByte();
        raw.ReadByte();
        return Encoding.CreateTranscodingStream(raw, encoding, Encoding.UTF8);
    }
}
