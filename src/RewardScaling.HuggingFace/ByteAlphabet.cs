using System.Buffers;
using System.Text;

namespace RewardScaling.HuggingFace;

/// <summary>GPT-2's 256 printable characters, one for each byte: what byte-level vocabularies are written in.</summary>
internal static class ByteAlphabet
{
    private static readonly char[] Characters = Make();
    private static readonly short[] Bytes = Invert();

    /// <summary>A text with one character for each byte of its UTF-8.</summary>
    public static string Spell(ReadOnlySpan<char> text)
    {
        byte[] bytes = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
        int count = Encoding.UTF8.GetBytes(text, bytes);
        string spelled = string.Create(count, bytes, static (into, from) =>
        {
            for (int i = 0; i < into.Length; i++) into[i] = Characters[from[i]];
        });
        ArrayPool<byte>.Shared.Return(bytes);
        return spelled;
    }

    /// <summary>Adds the bytes a token stands for; those of its own text if a character of it stands for none.</summary>
    public static void Read(string token, List<byte> into)
    {
        int start = into.Count;
        foreach (char character in token)
        {
            short value = character < Bytes.Length ? Bytes[character] : (short)-1;
            if (value < 0)
            {
                into.RemoveRange(start, into.Count - start);
                into.AddRange(Encoding.UTF8.GetBytes(token));
                return;
            }
            into.Add((byte)value);
        }
    }

    // Printable Latin-1 stands for itself, everything else for the characters from U+0100 on, in order.
    private static char[] Make()
    {
        var characters = new char[256];
        int others = 0;
        for (int value = 0; value < 256; value++)
        {
            bool printable = value is >= '!' and <= '~' or >= 0xA1 and <= 0xAC or >= 0xAE;
            characters[value] = (char)(printable ? value : 256 + others++);
        }
        return characters;
    }

    private static short[] Invert()
    {
        var bytes = new short[Characters.Max() + 1];
        Array.Fill(bytes, (short)-1);
        for (short value = 0; value < 256; value++) bytes[Characters[value]] = value;
        return bytes;
    }
}
