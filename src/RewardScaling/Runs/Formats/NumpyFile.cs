using System.Buffers.Binary;
using System.Text;

namespace RewardScaling.Runs.Formats;

/// <summary>
/// Reads an array of NumPy (.npy, versions 1 to 3). Named fields are columns; a plain array of one dimension is one column, of
/// two a list in each row, both named after the file.
/// </summary>
internal static class NumpyFile
{
    private const int MostHeader = 1 << 20;

    public static bool Is(ReadOnlySpan<byte> head) => head.Length > 10 && head[0] == 0x93 && head[1..6].SequenceEqual("NUMPY"u8);

    /// <summary>Reads a file into the table.</summary>
    /// <exception cref="InvalidDataException">It holds something else than numbers, or is damaged.</exception>
    public static void Read(RunSource source, RunTableBuilder builder)
    {
        using Stream stream = source.Open();
        Span<byte> start = stackalloc byte[12];
        Fill(stream, start[..10], source.Name);
        int length = BinaryPrimitives.ReadUInt16LittleEndian(start[8..]);
        if (start[6] is 2 or 3)
        {
            Fill(stream, start[10..], source.Name);
            length = BinaryPrimitives.ReadInt32LittleEndian(start[8..]);
        }
        else if (start[6] != 1) throw Fault(source.Name, FormattableString.Invariant($"its version {start[6]} is not known"));
        if (length is < 0 or > MostHeader) throw Fault(source.Name, "the length of its header cannot be");
        byte[] header = new byte[length];
        Fill(stream, header, source.Name);
        var shape = NumpyHeader.Parse(Encoding.Latin1.GetString(header), source.Name);
        string column = Path.GetFileNameWithoutExtension(source.Name);
        int size = shape.Fields.Sum(static field => field.Size);
        byte[] row = new byte[(long)size * shape.Columns is > 0 and < int.MaxValue / 2 and var bytes ? (int)bytes
            : throw Fault(source.Name, "a row of it is too long")];
        for (long i = 0; i < shape.Rows; i++)
        {
            Fill(stream, row, source.Name);
            builder.Begin((int)Math.Min(i + 1, int.MaxValue));
            if (shape.Fields.Count == 1 && shape.Dimensions == 2)
            {
                var values = new double[shape.Columns];
                for (int j = 0; j < values.Length; j++) values[j] = shape.Fields[0].Value(row.AsSpan(j * size));
                builder.Add(column, values);
                continue;
            }
            int at = 0;
            foreach (NumpyField field in shape.Fields)
            {
                builder.Add(field.Name.Length > 0 ? field.Name : column, field.Value(row.AsSpan(at)));
                at += field.Size;
            }
        }
        if (stream.ReadByte() >= 0) throw Fault(source.Name, "more follows than its shape says");
    }

    public static InvalidDataException Fault(string name, string what) =>
        new($"{name} is an array of NumPy that cannot be read: {what}; save it as CSV with a header.");

    private static void Fill(Stream stream, Span<byte> bytes, string name)
    {
        if (stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length) throw Fault(name, "the file ends too early");
    }
}
