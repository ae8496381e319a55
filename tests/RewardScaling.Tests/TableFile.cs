using System.Runtime.InteropServices;

namespace RewardScaling.Tests;

/// <summary>Lists of doubles and a count in a file, to the last bit: how closed-form models of the tests keep their training.</summary>
internal static class TableFile
{
    public static void Write(string path, int steps, params ReadOnlySpan<double[]> tables)
    {
        using var writer = new BinaryWriter(File.Create(path));
        writer.Write(steps);
        foreach (double[] table in tables) writer.Write(MemoryMarshal.AsBytes<double>(table));
    }

    public static int Read(string path, params ReadOnlySpan<double[]> tables)
    {
        using var stream = File.OpenRead(path);
        Span<byte> steps = stackalloc byte[4];
        stream.ReadExactly(steps);
        foreach (double[] table in tables) stream.ReadExactly(MemoryMarshal.AsBytes(table.AsSpan()));
        return MemoryMarshal.Read<int>(steps);
    }
}
