using System.Buffers.Binary;
using System.Text.Json;
using RewardScaling.Numerics;

namespace RewardScaling.Models;

/// <summary>The header of a safetensors file: how it is written, and read without trusting it.</summary>
/// <remarks>
/// The format: the length n of the header (64 bits, little-endian), n bytes of UTF-8 JSON beginning with a brace and padded with
/// spaces, then the data. The JSON maps each name to dtype, shape and data_offsets [begin, end), which tile the data without hole
/// or overlap; the reserved name __metadata__ maps text to text.
/// </remarks>
internal sealed class SafetensorsHeader
{
    /// <summary>The reserved name of the metadata.</summary>
    public const string MetadataName = "__metadata__";

    /// <summary>The longest header, in bytes: the cap of the format's own library.</summary>
    public const int MaxLength = 100_000_000;

    /// <summary>The types of the format whose elements are whole bytes, and how many.</summary>
    private static readonly Dictionary<string, int> ElementBytes = new(StringComparer.Ordinal)
    {
        ["F64"] = 8,
        ["I64"] = 8,
        ["U64"] = 8,
        ["F32"] = 4,
        ["I32"] = 4,
        ["U32"] = 4,
        ["F16"] = 2,
        ["BF16"] = 2,
        ["I16"] = 2,
        ["U16"] = 2,
        ["F8_E4M3"] = 1,
        ["F8_E5M2"] = 1,
        ["F8_E8M0"] = 1,
        ["I8"] = 1,
        ["U8"] = 1,
        ["BOOL"] = 1,
    };

    private readonly string _path;
    private readonly Dictionary<string, string> _metadata = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SafetensorsEntry> _entries = new(StringComparer.Ordinal);
    private IReadOnlyList<string>? _types;
    private bool _metadataSeen;

    private SafetensorsHeader(string path) => _path = path;

    /// <summary>The text by key.</summary>
    public IReadOnlyDictionary<string, string> Metadata => _metadata;

    /// <summary>The tensors in the order of their data.</summary>
    public IReadOnlyList<SafetensorsEntry> Entries { get; private set; } = [];

    /// <summary>
    /// The bytes of a canonical header: metadata first, then the tensors in the order given, padded to a multiple of eight.
    /// </summary>
    /// <exception cref="ArgumentException">A name is used twice or reserved, or the header is too long.</exception>
    public static byte[] Encode(IReadOnlyList<NamedTensor> sorted, IReadOnlyDictionary<string, string>? metadata)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            if (metadata is { Count: > 0 })
            {
                json.WriteStartObject(MetadataName);
                foreach (var (key, value) in metadata.OrderBy(static pair => pair.Key, StringComparer.Ordinal))
                    json.WriteString(key, value);
                json.WriteEndObject();
            }
            long begin = 0;
            for (int i = 0; i < sorted.Count; i++)
            {
                NamedTensor tensor = sorted[i];
                if (tensor.Name == MetadataName)
                    throw new ArgumentException($"No tensor can be named {MetadataName}: the format reserves it.");
                if (i > 0 && sorted[i - 1].Name == tensor.Name)
                    throw new ArgumentException($"Two tensors are named '{tensor.Name}'.");
                long end = begin + 4L * tensor.Values.Length;
                json.WriteStartObject(tensor.Name);
                json.WriteString("dtype", "F32");
                json.WriteStartArray("shape");
                foreach (int length in tensor.Shape) json.WriteNumberValue(length);
                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(begin);
                json.WriteNumberValue(end);
                json.WriteEndArray();
                json.WriteEndObject();
                begin = end;
            }
            json.WriteEndObject();
        }
        while (buffer.Length % 8 != 0) buffer.WriteByte((byte)' ');
        if (buffer.Length > MaxLength)
            throw new ArgumentException($"The header would take {buffer.Length} bytes; the format allows {MaxLength}.");
        return buffer.ToArray();
    }

    /// <summary>The first byte of the data in the file.</summary>
    public long DataBegins { get; private set; }

    /// <summary>Reads and checks a header; the stream is then at the first byte of the data.</summary>
    /// <exception cref="InvalidDataException">
    /// The header is damaged or lies; the message names the file and the field.
    /// </exception>
    /// <param name="stream">The file, from its first byte.</param>
    /// <param name="path">What messages call it.</param>
    /// <param name="types">The element types whose numbers the caller can read; tensors of others are a fault. Null for all there
    /// are, of which some may then not be asked for.</param>
    public static SafetensorsHeader Read(Stream stream, string path, IReadOnlyList<string>? types)
    {
        var header = new SafetensorsHeader(path) { _types = types };
        if (stream.Length < 8) throw header.Fault($"the file has {stream.Length} bytes; the header length alone takes 8");
        Span<byte> prefix = stackalloc byte[8];
        stream.ReadExactly(prefix);
        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (length > MaxLength) throw header.Fault($"header length {length} is over the format's limit of {MaxLength} bytes");
        if ((long)length > stream.Length - 8)
            throw header.Fault($"header length {length} goes past the end of a file of {stream.Length} bytes");
        var bytes = new byte[length];
        stream.ReadExactly(bytes);
        header.Parse(bytes);
        header.CheckLayout(stream.Length - 8 - (long)length);
        header.DataBegins = 8 + (long)length;
        return header;
    }

    private void Parse(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty || bytes[0] != (byte)'{') throw Fault("the header does not begin with '{'");
        try
        {
            var json = new Utf8JsonReader(bytes, new JsonReaderOptions { MaxDepth = 4 });
            json.Read();
            while (NextName(ref json) is { } name)
            {
                if (name.Length == 0) throw Fault("a tensor has an empty name");
                bool isMetadata = name == MetadataName;
                if (isMetadata ? _metadataSeen : _entries.ContainsKey(name)) throw Fault($"'{Excerpt.Of(name)}' is there twice");
                Expect(ref json, JsonTokenType.StartObject, name, "must be an object");
                if (isMetadata) ReadMetadata(ref json);
                else _entries.Add(name, ReadEntry(ref json, name));
            }
            // Reads on to the end, so that anything after the object is a fault.
            json.Read();
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            // InvalidOperationException is what the reader gives for a name or text that is not Unicode.
            throw new InvalidDataException($"{_path}: the header is not valid JSON: {Excerpt.Of(fault)}", fault);
        }
    }

    private void ReadMetadata(ref Utf8JsonReader json)
    {
        _metadataSeen = true;
        while (NextName(ref json) is { } key)
        {
            Expect(ref json, JsonTokenType.String, MetadataName, $"'{Excerpt.Of(key)}' must be a text");
            if (!_metadata.TryAdd(key, json.GetString()!)) throw Fault($"{MetadataName}: '{Excerpt.Of(key)}' is there twice");
        }
    }

    private SafetensorsEntry ReadEntry(ref Utf8JsonReader json, string name)
    {
        string? dtype = null;
        List<long>? shape = null, offsets = null;
        while (NextName(ref json) is { } field)
        {
            bool repeated = field switch
            {
                "dtype" => dtype is not null,
                "shape" => shape is not null,
                "data_offsets" => offsets is not null,
                _ => false,
            };
            if (repeated) throw Fault(name, $"{field} is there twice");
            switch (field)
            {
                case "dtype":
                    Expect(ref json, JsonTokenType.String, name, "dtype must be a text");
                    dtype = json.GetString()!;
                    break;
                case "shape":
                    shape = ReadNumbers(ref json, name, field, NamedTensor.MaxRank);
                    break;
                case "data_offsets":
                    offsets = ReadNumbers(ref json, name, field, 2);
                    break;
                default:
                    throw Fault(name, $"unknown field '{Excerpt.Of(field)}'");
            }
        }
        if (dtype is null || shape is null || offsets is null)
            throw Fault(name, $"{(dtype is null ? "dtype" : shape is null ? "shape" : "data_offsets")} is missing");
        if (_types is not null && !_types.Contains(dtype))
            throw Fault(name, $"dtype is {Excerpt.Of(dtype)}; only {string.Join(", ", _types)} is read here");
        if (!ElementBytes.TryGetValue(dtype, out int bytes)) throw Fault(name, $"dtype {Excerpt.Of(dtype)} is unknown");
        return Check(name, dtype, bytes, shape, offsets);
    }

    private SafetensorsEntry Check(string name, string type, int bytes, List<long> shape, List<long> offsets)
    {
        if (offsets.Count != 2) throw Fault(name, $"data_offsets has {offsets.Count} numbers; it must have 2");
        var (begin, end) = (offsets[0], offsets[1]);
        if (begin > end) throw Fault(name, $"data_offsets [{begin}, {end}] end before they begin");
        Int128 count = 1;
        foreach (long length in shape)
        {
            // Before the product can overflow: both factors are below 2^63.
            count *= length;
            if (length > Array.MaxLength || count > Array.MaxLength)
                throw Fault(name,
                    $"shape [{string.Join(", ", shape)}] holds more than the {Array.MaxLength} values that fit in memory");
        }
        if (count * bytes != end - begin)
            throw Fault(name,
                $"shape [{string.Join(", ", shape)}] takes {count * bytes} bytes, but data_offsets [{begin}, {end}] span {end - begin}");
        return new(name, type, [.. shape.Select(static length => (int)length)], (int)count, begin, end);
    }

    private List<long> ReadNumbers(ref Utf8JsonReader json, string name, string field, int most)
    {
        Expect(ref json, JsonTokenType.StartArray, name, $"{field} must be a list of whole numbers");
        var numbers = new List<long>();
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            if (numbers.Count == most) throw Fault(name, $"{field} has more than {most} numbers");
            if (json.TokenType != JsonTokenType.Number || !json.TryGetInt64(out long number) || number < 0)
                throw Fault(name, $"{field}[{numbers.Count}] is not a whole number of at least 0");
            numbers.Add(number);
        }
        return numbers;
    }

    // Every byte of the data belongs to exactly one tensor: a hole could hide something, an overlap would tie two parameters.
    private void CheckLayout(long dataLength)
    {
        SafetensorsEntry[] entries = [.. _entries.Values.OrderBy(static entry => entry.Begin).ThenBy(static entry => entry.End)];
        long at = 0;
        foreach (SafetensorsEntry entry in entries)
        {
            if (entry.End > dataLength)
                throw Fault(entry.Name,
                    $"data_offsets [{entry.Begin}, {entry.End}] go past the {dataLength} bytes of data in the file");
            if (entry.Begin < at)
                throw Fault(entry.Name, $"data_offsets [{entry.Begin}, {entry.End}] overlap another tensor's, which end at {at}");
            if (entry.Begin > at)
                throw Fault(entry.Name,
                    $"data_offsets [{entry.Begin}, {entry.End}] leave a hole: bytes {at} to {entry.Begin} belong to no tensor");
            at = entry.End;
        }
        if (at != dataLength)
            throw Fault($"data_offsets of all tensors end at {at}, but the file has {dataLength} bytes of data");
        Entries = entries;
    }

    private static string? NextName(ref Utf8JsonReader json)
    {
        json.Read();
        return json.TokenType == JsonTokenType.PropertyName ? json.GetString() : null;
    }

    private void Expect(ref Utf8JsonReader json, JsonTokenType type, string name, string rule)
    {
        json.Read();
        if (json.TokenType != type) throw Fault(name, $"{rule}, but the header has {json.TokenType} there");
    }

    private InvalidDataException Fault(string what) => new(FormattableString.Invariant($"{_path}: {what}."));

    private InvalidDataException Fault(string name, string what) =>
        Fault(name == MetadataName ? $"{MetadataName}: {what}" : $"tensor '{Excerpt.Of(name)}': {what}");
}
