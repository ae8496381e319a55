using System.Buffers.Binary;
using System.Text;

namespace RewardScaling.Tests.Runs;

/// <summary>Writes TensorBoard's event files, with a checksum of its own: bit by bit.</summary>
internal static class EventFiles
{
    /// <summary>The first event of every file.</summary>
    public static byte[] Version => [9, .. BitConverter.GetBytes(1.0), .. Bytes(3, "brain.Event:2"u8)];

    public static byte[] Of(params byte[][] events) => [.. events.SelectMany(Record)];

    public static byte[] Event(double time, long step, params byte[][] values) =>
        [9, .. BitConverter.GetBytes(time), 16, .. Varint((ulong)step), .. Bytes(5, [.. values.SelectMany(static value => Bytes(1, value))])];

    public static byte[] Simple(string tag, float value) => [.. Bytes(1, Encoding.UTF8.GetBytes(tag)), 21, .. BitConverter.GetBytes(value)];

    public static byte[] Tensor(string tag, int type, byte[] content) =>
        [.. Bytes(1, Encoding.UTF8.GetBytes(tag)), .. Bytes(8, [8, (byte)type, .. Bytes(2, default), .. Bytes(4, content)])];

    public static uint Crc(ReadOnlySpan<byte> bytes)
    {
        uint crc = ~0u;
        foreach (byte b in bytes)
        {
            crc ^= b;
            for (int bit = 0; bit < 8; bit++) crc = (crc & 1) != 0 ? crc >> 1 ^ 0x82f63b78 : crc >> 1;
        }
        return ~crc;
    }

    private static byte[] Record(byte[] data)
    {
        byte[] length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, data.Length);
        return [.. length, .. Masked(length), .. data, .. Masked(data)];
    }

    private static byte[] Masked(byte[] bytes)
    {
        uint crc = Crc(bytes);
        return BitConverter.GetBytes((crc >> 15 | crc << 17) + 0xa282ead8);
    }

    private static byte[] Bytes(int number, ReadOnlySpan<byte> bytes) => [(byte)(number << 3 | 2), .. Varint((ulong)bytes.Length), .. bytes];

    private static byte[] Varint(ulong value)
    {
        var bytes = new List<byte>();
        for (; value >= 0x80; value >>= 7) bytes.Add((byte)(value | 0x80));
        bytes.Add((byte)value);
        return [.. bytes];
    }
}
