using System.Collections.Concurrent;
using System.Text;

namespace RewardScaling.HuggingFace;

/// <summary>Byte pair encoding: of all neighbours that were ever merged, the pair learned first is merged, until none is
/// left.</summary>
internal sealed class BytePairEncoding : TokenModel
{
    // Words come again and again; a text without words is one long piece and does not.
    private const int LongestKept = 64, MostKept = 1 << 16;

    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _tokens;
    private readonly Dictionary<long, (int Rank, int Token)> _merges;
    private readonly BytePairTraits _traits;
    private readonly int[] _bytes;
    private readonly ConcurrentDictionary<string, int[]> _kept = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int[]>.AlternateLookup<ReadOnlySpan<char>> _keptBySpan;

    /// <summary>A model.</summary>
    /// <param name="vocabulary">Tokens by their text.</param>
    /// <param name="merges">What two tokens (<see cref="Pair"/>) become, and which merge was learned earlier.</param>
    /// <param name="traits">How it treats what the vocabulary lacks.</param>
    public BytePairEncoding(Dictionary<string, int> vocabulary, Dictionary<long, (int Rank, int Token)> merges,
        BytePairTraits traits) : base(vocabulary)
    {
        (_tokens, _merges, _traits) = (vocabulary.GetAlternateLookup<ReadOnlySpan<char>>(), merges, traits);
        _bytes = traits.ByteFallback ? ByteTokens() : [];
        _keptBySpan = _kept.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>Two tokens as one number.</summary>
    public static long Pair(int left, int right) => (long)left << 32 | (uint)right;

    /// <inheritdoc/>
    public override void Encode(ReadOnlySpan<char> piece, List<int> into)
    {
        if (piece.Length > LongestKept)
        {
            into.AddRange(Merge(piece));
            return;
        }
        if (!_keptBySpan.TryGetValue(piece, out int[]? tokens))
        {
            tokens = Merge(piece);
            if (_kept.Count < MostKept) _keptBySpan[piece] = tokens;
        }
        into.AddRange(tokens);
    }

    private int[] Merge(ReadOnlySpan<char> piece)
    {
        if (_traits.ByteLevel) piece = ByteAlphabet.Spell(piece);
        if (_traits.IgnoreMerges && _tokens.TryGetValue(piece, out int whole)) return [whole];
        List<int> tokens = Characters(piece);
        int[] next = new int[tokens.Count], before = new int[tokens.Count];
        var queue = new PriorityQueue<(int Left, int Token), long>();
        for (int i = 0; i < next.Length; i++) (before[i], next[i]) = (i - 1, i + 1);
        for (int i = 0; i + 1 < next.Length; i++) Offer(i, i + 1);
        while (queue.TryDequeue(out var merge, out _))
        {
            int left = merge.Left, right = next[left];
            // The neighbours may have been merged away, or be others by now.
            if (tokens[left] < 0 || right == next.Length) continue;
            if (!_merges.TryGetValue(Pair(tokens[left], tokens[right]), out var found) || found.Token != merge.Token) continue;
            (tokens[left], tokens[right]) = (merge.Token, -1);
            next[left] = next[right];
            if (next[left] < next.Length)
            {
                before[next[left]] = left;
                Offer(left, next[left]);
            }
            if (before[left] >= 0) Offer(before[left], left);
        }
        tokens.RemoveAll(static token => token < 0);
        return [.. tokens];

        void Offer(int left, int right)
        {
            if (_merges.TryGetValue(Pair(tokens[left], tokens[right]), out var merge))
                queue.Enqueue((left, merge.Token), (long)merge.Rank << 32 | (uint)left);
        }
    }

    // The tokens of single code points; of their bytes, or the unknown token, where the vocabulary has none.
    private List<int> Characters(ReadOnlySpan<char> piece)
    {
        var tokens = new List<int>(piece.Length);
        Span<byte> bytes = stackalloc byte[4];
        bool unknown = false;
        int at = 0;
        foreach (Rune rune in piece.EnumerateRunes())
        {
            ReadOnlySpan<char> character = piece.Slice(at, rune.Utf16SequenceLength);
            at += rune.Utf16SequenceLength;
            if (_tokens.TryGetValue(character, out int token))
            {
                Flush();
                tokens.Add(token);
                continue;
            }
            if (_traits.ByteFallback && TryAddBytes(bytes[..rune.EncodeToUtf8(bytes)], tokens)) continue;
            if (_traits.Unknown < 0)
            {
                throw new ArgumentException(
                    $"The vocabulary has no token for '{character}' (U+{rune.Value:X4}), and no unknown token to stand for it.");
            }
            if (!_traits.FuseUnknown) Flush();
            unknown = true;
        }
        Flush();
        return tokens;

        void Flush()
        {
            if (unknown) tokens.Add(_traits.Unknown);
            unknown = false;
        }
    }

    private bool TryAddBytes(ReadOnlySpan<byte> bytes, List<int> tokens)
    {
        foreach (byte value in bytes)
            if (_bytes[value] < 0) return false;
        foreach (byte value in bytes) tokens.Add(_bytes[value]);
        return true;
    }
}
