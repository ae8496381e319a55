using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace RewardScaling.HuggingFace;

/// <summary>
/// The normalization table of a SentencePiece model ("Precompiled"): a double-array trie of UTF-8 sources, whose values say
/// where in a list of zero-terminated texts the replacement stands.
/// </summary>
internal sealed class CharacterMap : TextNormalizer
{
    // A longer cluster is looked up code point by code point; that is how the models were used.
    private const int LongestCluster = 5;

    private readonly uint[] _trie;
    private readonly byte[] _texts;
    // What the commonest characters become.
    private readonly string[] _ascii;

    /// <summary>Reads a table.</summary>
    /// <param name="table">A length in bytes, that many bytes of trie, and the texts.</param>
    /// <exception cref="InvalidDataException">The lengths do not fit.</exception>
    public CharacterMap(byte[] table)
    {
        uint length = table.Length >= 4 ? BinaryPrimitives.ReadUInt32LittleEndian(table) : uint.MaxValue;
        if (length % 4 != 0 || length == 0 || length > table.Length - 4)
            throw new InvalidDataException($"the table of a Precompiled normalizer has {table.Length} bytes, which do not hold the trie they announce");
        _trie = new uint[length / 4];
        for (int i = 0; i < _trie.Length; i++) _trie[i] = BinaryPrimitives.ReadUInt32LittleEndian(table.AsSpan(4 + 4 * i));
        _texts = table[(4 + (int)length)..];
        _ascii = [.. Enumerable.Range(0, 128).Select(point => Lookup([(byte)point]) ?? ((char)point).ToString())];
    }

    /// <inheritdoc/>
    public override string Normalize(string text, bool prefix)
    {
        var result = new StringBuilder(text.Length);
        Span<byte> bytes = stackalloc byte[LongestCluster];
        for (ReadOnlySpan<char> rest = text; rest.Length > 0;)
        {
            // Two of them are two clusters, but for a line end of two.
            if (rest[0] is not '\r' && rest[0] < 128 && (rest.Length == 1 || rest[1] < 128))
            {
                result.Append(_ascii[rest[0]]);
                rest = rest[1..];
                continue;
            }
            ReadOnlySpan<char> cluster = rest[..StringInfo.GetNextTextElementLength(rest)];
            rest = rest[cluster.Length..];
            // A cluster of two is replaced by what its beginning maps to: the accent goes with it.
            if (Encoding.UTF8.TryGetBytes(cluster, bytes, out int count) && Lookup(bytes[..count]) is { } whole)
            {
                result.Append(whole);
                continue;
            }
            foreach (Rune rune in cluster.EnumerateRunes())
            {
                count = rune.EncodeToUtf8(bytes);
                if (Lookup(bytes[..count]) is { } part) result.Append(part);
                else result.Append(rune);
            }
        }
        return result.ToString();
    }

    /// <summary>The replacement of the shortest beginning of a key that has one, or null.</summary>
    private string? Lookup(ReadOnlySpan<byte> key)
    {
        uint node = Offset(_trie[0]);
        foreach (byte value in key)
        {
            if (value == 0) return null;
            node ^= value;
            if (node >= _trie.Length) return null;
            uint unit = _trie[node];
            if ((unit & 0x8000_00FF) != value) return null;
            node ^= Offset(unit);
            if ((unit >> 8 & 1) == 0) continue;
            if (node >= _trie.Length) return null;
            int start = (int)(_trie[node] & 0x7FFF_FFFF);
            if (start > _texts.Length) return null;
            ReadOnlySpan<byte> found = _texts.AsSpan(start);
            int end = found.IndexOf((byte)0);
            return Encoding.UTF8.GetString(end < 0 ? found : found[..end]);
        }
        return null;
    }

    private static uint Offset(uint unit) => unit >> 10 << (int)((unit & 1 << 9) >> 6);
}
