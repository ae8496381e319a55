using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace RewardScaling.Runs.Formats;

/// <summary>
/// Reads TensorBoard's event files: records of length, masked CRC-32C of the length, an event, masked CRC-32C of the event. Every
/// length and checksum is verified. Scalars of one step that follow one another are a row; pictures, texts and histograms are
/// not read.
/// </summary>
internal static class EventFile
{
    private const int HeaderLength = 12, MostBytes = 1 << 30;

    /// <summary>Whether a file begins with a record.</summary>
    public static bool Is(ReadOnlySpan<byte> head) => head.Length >= HeaderLength
        && BinaryPrimitives.ReadUInt64LittleEndian(head) < MostBytes
        && BinaryPrimitives.ReadUInt32LittleEndian(head[8..]) == Masked(head[..8]);

    /// <summary>Reads a file into the table; returns how many values are no scalars.</summary>
    /// <exception cref="InvalidDataException">A checksum is wrong, or an event is none; the message names the byte.</exception>
    public static int Read(RunSource source, RunTableBuilder builder, Action<string> note)
    {
        using Stream stream = source.Open();
        var events = new EventRows(builder, source.Name);
        byte[] data = new byte[1024];
        Span<byte> header = stackalloc byte[HeaderLength];
        long at = 0;
        for (int record = 1; ; record++)
        {
            int read = stream.ReadAtLeast(header, HeaderLength, throwOnEndOfStream: false);
            if (read == 0) break;
            ulong length = read < HeaderLength ? 0 : BinaryPrimitives.ReadUInt64LittleEndian(header);
            if (read == HeaderLength && BinaryPrimitives.ReadUInt32LittleEndian(header[8..]) != Masked(header[..8]))
                throw Damaged(source.Name, record, at, "its length does not match its checksum");
            if (length > MostBytes) throw Damaged(source.Name, record, at, FormattableString.Invariant($"it claims {length} bytes"));
            int whole = (int)length + 4, held = 0;
            // In steps, so that a length that lies costs no memory.
            while (read == HeaderLength && held < whole)
            {
                if (held == data.Length) Array.Resize(ref data, Math.Min(whole, 2 * data.Length));
                int more = stream.Read(data, held, Math.Min(whole, data.Length) - held);
                if (more == 0) break;
                held += more;
            }
            if (read < HeaderLength || held < whole)
            {
                if (builder.RowCount == 0) throw Damaged(source.Name, record, at, "the file ends within it");
                note(FormattableString.Invariant($"The last record is cut off at byte {at}, as by a run that was stopped while it wrote; it is left out."));
                break;
            }
            ReadOnlySpan<byte> bytes = data.AsSpan(0, (int)length);
            if (BinaryPrimitives.ReadUInt32LittleEndian(data.AsSpan((int)length)) != Masked(bytes))
                throw Damaged(source.Name, record, at, "its bytes do not match their checksum");
            try
            {
                events.Add(bytes, record);
            }
            catch (Exception fault) when (fault is FormatException or DecoderFallbackException)
            {
                throw Damaged(source.Name, record, at, "it is no event", fault);
            }
            at += HeaderLength + whole;
        }
        return events.Others;
    }

    private static InvalidDataException Damaged(string name, int record, long at, string what, Exception? inner = null) =>
        new(FormattableString.Invariant($"{name} is a damaged event file: record {record} (at byte {at}): {what}; copy it again."), inner);

    private static uint Masked(ReadOnlySpan<byte> bytes)
    {
        uint crc = ~0u;
        for (; bytes.Length >= 8; bytes = bytes[8..]) crc =
            BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (byte b in bytes) crc = BitOperations.Crc32C(crc, b);
        crc = ~crc;
        return (crc >> 15 | crc << 17) + 0xa282ead8;
    }
}
