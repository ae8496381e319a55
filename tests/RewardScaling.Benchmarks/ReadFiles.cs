using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Text;

namespace RewardScaling.Benchmarks;

/// <summary>Files of metrics of any length, in each format that is read as a stream.</summary>
internal static class ReadFiles
{
    /// <summary>The formats.</summary>
    public static IReadOnlyList<string> Formats { get; } = ["jsonl", "csv", "console", "events"];

    /// <summary>Writes a file of so many rows of five numbers.</summary>
    public static void Write(string format, string path, int rows)
    {
        using FileStream file = File.Create(path);
        if (format == "events")
        {
            for (int row = 0; row < rows; row++) file.Write(Record(Event(row)));
            return;
        }
        using var text = new StreamWriter(file);
        if (format == "csv") text.Write("step,kl,reward,gold,length\n");
        for (int row = 0; row < rows; row++)
        {
            double x = row / (double)rows;
            text.Write(format switch
            {
                "jsonl" => string.Create(CultureInfo.InvariantCulture, $"{{\"step\": {row}, \"kl\": {9 * x:R}, \"reward\": {x:R}, \"gold\": {x * (1 - x):R}, \"length\": {100 + x:R}}}\n"),
                "csv" => string.Create(CultureInfo.InvariantCulture, $"{row},{9 * x:R},{x:R},{x * (1 - x):R},{100 + x:R}\n"),
                _ => string.Create(CultureInfo.InvariantCulture, $"{{'step': {row}, 'kl': {9 * x:R}, 'reward': {x:R}, 'gold': {x * (1 - x):R}, 'length': {100 + x:R}}}\n"),
            });
        }
    }

    /// <summary>An event file of so many steps.</summary>
    public static byte[] Events(int rows) => [.. Enumerable.Range(0, rows).SelectMany(static row => Record(Event(row)))];

    private static byte[] Event(int step)
    {
        byte[] summary = [.. Enumerable.Range(0, 5).SelectMany(i => Field(1, [.. Field(1, Encoding.UTF8.GetBytes($"metric/{i}")), 21, .. BitConverter.GetBytes(step + 0.1f * i)]))];
        return [9, .. BitConverter.GetBytes(1.7e9 + step), 16, .. Varint((ulong)step), .. Field(5, summary)];
    }

    private static byte[] Field(int number, byte[] bytes) => [(byte)(number << 3 | 2), .. Varint((ulong)bytes.Length), .. bytes];

    private static byte[] Varint(ulong value)
    {
        var bytes = new List<byte>();
        for (; value >= 0x80; value >>= 7) bytes.Add((byte)(value | 0x80));
        bytes.Add((byte)value);
        return [.. bytes];
    }

    private static byte[] Record(byte[] data)
    {
        byte[] length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, data.Length);
        return [.. length, .. Masked(length), .. data, .. Masked(data)];
    }

    private static byte[] Masked(byte[] bytes)
    {
        uint crc = ~0u;
        foreach (byte b in bytes) crc = BitOperations.Crc32C(crc, b);
        crc = ~crc;
        return BitConverter.GetBytes((crc >> 15 | crc << 17) + 0xa282ead8);
    }
}
