using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using RewardScaling.RewardModels;

namespace RewardScaling.Serving;

/// <summary>What a rollout is known by: the first 128 bits of a SHA-256 of its texts.</summary>
internal static class RolloutHash
{
    /// <summary>The hash of a name, a prompt and a response; lengths keep them apart.</summary>
    public static UInt128 Of(string name, TextRollout rollout)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> length = stackalloc byte[4];
        foreach (string text in (ReadOnlySpan<string>)[name, rollout.Prompt, rollout.Response])
        {
            byte[] bytes = Encoding.UTF8.GetBytes(text);
            BinaryPrimitives.WriteInt32LittleEndian(length, bytes.Length);
            hash.AppendData(length);
            hash.AppendData(bytes);
        }
        Span<byte> whole = stackalloc byte[SHA256.HashSizeInBytes];
        hash.GetHashAndReset(whole);
        return BinaryPrimitives.ReadUInt128BigEndian(whole);
    }

    /// <summary>The same without a name, as 32 hexadecimal digits.</summary>
    public static string Text(TextRollout rollout) => Of("", rollout).ToString("x32", null);
}
