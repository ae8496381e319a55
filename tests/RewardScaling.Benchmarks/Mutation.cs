using System.Text;
using RewardScaling.Numerics;

namespace RewardScaling.Benchmarks;

/// <summary>Changes a file as nobody should: bits, pieces, lines, numbers, depth and length.</summary>
internal static class Mutation
{
    private static readonly string[] s_tokens =
    [
        "NaN", "nan", "Infinity", "-inf", "1e400", "-1e400", "1e154", "1e-320", "-0", "0x10", "2\0", "\"\"", "null", "true", "[]", "{}", "[[[[[[[[",
        "\"\\ud800\"", "\\", "'", "\"", ",", ";", "\t", "\r", "\n\n\n", "\uFEFF", "99999999999999999999", "-5", "1_000", "1,5", "١", new('9', 5000),
        new('[', 5000), new(' ', 5000), "__proto__",
    ];

    /// <summary>A changed copy.</summary>
    /// <param name="seed">The file.</param>
    /// <param name="stream">What happens to it.</param>
    public static byte[] Of(byte[] seed, RandomStream stream)
    {
        byte[] bytes = (byte[])seed.Clone();
        int changes = 1 + stream.Below(0, 4);
        for (int i = 0; i < changes; i++) bytes = Once(bytes, stream.Fork(i));
        return bytes;
    }

    private static byte[] Once(byte[] bytes, RandomStream stream)
    {
        int from = stream.Below(1, bytes.Length + 1), length = Math.Min(bytes.Length - from, 1 + stream.Below(2, 40));
        ReadOnlySpan<byte> head = bytes.AsSpan(0, from), piece = bytes.AsSpan(from, length), rest = bytes.AsSpan(from + length);
        switch (stream.Below(0, 9))
        {
            case 0:
                if (from == bytes.Length) return [.. bytes, (byte)stream.Below(3, 256)];
                bytes[from] ^= (byte)(1 << stream.Below(3, 8));
                return bytes;
            case 1: return [.. head, .. rest];
            case 2: return [.. head, .. piece, .. piece, .. rest];
            case 3: return head.ToArray();
            case 4: return [.. head, .. Encoding.UTF8.GetBytes(s_tokens[stream.Below(3, s_tokens.Length)]), .. piece, .. rest];
            case 5: return Number(bytes, from, Encoding.UTF8.GetBytes(s_tokens[stream.Below(3, s_tokens.Length)]));
            case 6:
                var noise = new byte[length];
                for (int i = 0; i < length; i++) noise[i] = (byte)stream.Below((ulong)(10 + i), 256);
                return [.. head, .. noise, .. rest];
            case 7: return Lines(bytes, stream);
            default: return [.. rest, .. piece, .. head];
        }
    }

    // The next number becomes something else.
    private static byte[] Number(byte[] bytes, int from, byte[] token)
    {
        int start = bytes.AsSpan(from).IndexOfAnyInRange((byte)'0', (byte)'9');
        if (start < 0) return bytes;
        start += from;
        int end = start;
        while (end < bytes.Length && (char.IsAsciiDigit((char)bytes[end]) || bytes[end] is (byte)'.' or (byte)'e' or (byte)'-')) end++;
        return [.. bytes.AsSpan(0, start), .. token, .. bytes.AsSpan(end)];
    }

    // Two lines change places, or one comes twice.
    private static byte[] Lines(byte[] bytes, RandomStream stream)
    {
        string[] lines = Encoding.Latin1.GetString(bytes).Split('\n');
        int one = stream.Below(4, lines.Length), other = stream.Below(5, lines.Length);
        (lines[one], lines[other]) = stream.Below(6, 2) == 0 ? (lines[other], lines[one]) : (lines[one], lines[one]);
        return Encoding.Latin1.GetBytes(string.Join('\n', lines));
    }
}
