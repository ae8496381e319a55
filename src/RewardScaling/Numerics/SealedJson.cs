using System.Security.Cryptography;
using System.Text;

namespace RewardScaling.Numerics;

/// <summary>
/// A JSON object in a file that begins with its own hash, <c>{"sha256":"..",</c>, of every byte behind those: whatever bit of it
/// changes, its reader knows.
/// </summary>
internal static class SealedJson
{
    private const int DigitCount = 64;
    private const long LargestFile = 1L << 30;

    private static ReadOnlySpan<byte> Head => "{\"sha256\":\""u8;

    private static ReadOnlySpan<byte> Tail => "\","u8;

    private static int Begin => Head.Length + DigitCount + Tail.Length;

    /// <summary>Writes a file, whole or not at all.</summary>
    /// <param name="path">The file; its folder exists.</param>
    /// <param name="json">A JSON object with at least one member, from its brace on.</param>
    /// <exception cref="IOException">It cannot be written; the message names it.</exception>
    public static void Write(string path, ReadOnlyMemory<byte> json) => AtomicFile.Write(path, stream =>
    {
        stream.Write(Head);
        stream.Write(Digits(json.Span[1..]));
        stream.Write(Tail);
        stream.Write(json.Span[1..]);
    });

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <param name="path">The file.</param>
    /// <param name="remedy">What to do about a damaged file, for the message: "delete it to make it again".</param>
    /// <exception cref="InvalidDataException">A bit of it has changed; the message names the file.</exception>
    public static ReadOnlyMemory<byte> Read(string path, string remedy)
    {
        long length = new FileInfo(path).Length;
        if (length > LargestFile) throw new InvalidDataException($"{path} is damaged: it has {length} bytes and no document of ours has more than {LargestFile}; {remedy}.");
        byte[] file = File.ReadAllBytes(path);
        var span = file.AsSpan();
        if (span.Length <= Begin || !span.StartsWith(Head) || !span[(Head.Length + DigitCount)..].StartsWith(Tail))
            throw new InvalidDataException($"{path} is damaged: it does not begin with its hash; {remedy}.");
        if (!span.Slice(Head.Length, DigitCount).SequenceEqual(Digits(span[Begin..])))
            throw new InvalidDataException($"{path} is damaged: its SHA-256 is not the one it begins with; {remedy}.");
        file[Begin - 1] = (byte)'{';
        return file.AsMemory(Begin - 1);
    }

    private static byte[] Digits(ReadOnlySpan<byte> bytes) =>
        Encoding.ASCII.GetBytes(Convert.ToHexStringLower(SHA256.HashData(bytes)));
}
