using System.Text;

namespace RewardScaling.HuggingFace;

/// <summary>A unigram language model: of all ways to cut a piece into tokens, the likeliest (Kudo 2018,
/// arXiv:1804.10959).</summary>
internal sealed class UnigramModel : TokenModel
{
    // What an unknown character costs beyond the unlikeliest token; SentencePiece's constant.
    private const double UnknownPenalty = 10;

    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _tokens;
    private readonly double[] _scores;
    private readonly double _unknownScore;
    private readonly int _unknown;
    private readonly int[] _bytes;
    // A trie: the node below a node by a character, whose numbers are one key; and the token that ends in a node, or -1.
    private readonly Dictionary<long, int> _children = [];
    private readonly List<int> _ends = [-1];

    /// <summary>A model.</summary>
    /// <param name="vocabulary">Tokens by their text.</param>
    /// <param name="scores">The log-probability of each token.</param>
    /// <param name="unknown">The token of unknown characters, or -1.</param>
    /// <param name="byteFallback">Whether unknown characters become their bytes.</param>
    public UnigramModel(Dictionary<string, int> vocabulary, double[] scores, int unknown, bool byteFallback) : base(vocabulary)
    {
        _tokens = vocabulary.GetAlternateLookup<ReadOnlySpan<char>>();
        (_scores, _unknown) = (scores, unknown);
        _unknownScore = scores.Min() - UnknownPenalty;
        _bytes = byteFallback ? ByteTokens() : [];
        foreach (var (text, token) in vocabulary)
        {
            if (text.Length == 0) continue;
            int node = 0;
            foreach (char character in text)
            {
                if (!_children.TryGetValue(Key(node, character), out int child))
                {
                    _children.Add(Key(node, character), child = _ends.Count);
                    _ends.Add(-1);
                }
                node = child;
            }
            _ends[node] = token;
        }
    }

    /// <inheritdoc/>
    public override void Encode(ReadOnlySpan<char> piece, List<int> into)
    {
        int[] starts = BestStarts(piece, out int[] tokens);
        // Back from the end; neighbouring unknown characters are one part.
        var parts = new List<(int Start, int End)>();
        int open = -1;
        for (int end = piece.Length; end > 0; end = starts[end])
        {
            if (tokens[end] == _unknown && open >= 0) parts[^1] = (starts[end], open);
            else parts.Add((starts[end], end));
            open = tokens[end] != _unknown ? -1 : open >= 0 ? open : end;
        }
        for (int i = parts.Count - 1; i >= 0; i--)
        {
            ReadOnlySpan<char> part = piece[parts[i].Start..parts[i].End];
            if (_tokens.TryGetValue(part, out int token)) into.Add(token);
            else if (_bytes.Length == 0 || !TryAddBytes(part, into)) into.Add(_unknown);
        }
    }

    // For every place in the piece where a token may end: the best last token up to there, and where it begins.
    private int[] BestStarts(ReadOnlySpan<char> piece, out int[] tokens)
    {
        var scores = new double[piece.Length + 1];
        int[] starts = new int[piece.Length + 1], best = tokens = new int[piece.Length + 1];
        Array.Fill(starts, -1);
        for (int start = 0; start < piece.Length;)
        {
            Rune.DecodeFromUtf16(piece[start..], out Rune rune, out int length);
            bool known = false;
            int node = 0;
            for (int end = start; end < piece.Length && _children.TryGetValue(Key(node, piece[end]), out node);)
            {
                end++;
                if (_ends[node] < 0) continue;
                Offer(start, end, _ends[node], _scores[_ends[node]]);
                known |= end - start == length;
            }
            if (!known)
            {
                if (_unknown < 0)
                {
                    throw new ArgumentException(
                        $"The vocabulary has no token for '{rune}' (U+{rune.Value:X4}), and no unknown token to stand for it.");
                }
                Offer(start, start + length, _unknown, _unknownScore);
            }
            start += length;
        }
        return starts;

        void Offer(int start, int end, int token, double score)
        {
            double candidate = score + scores[start];
            if (starts[end] >= 0 && candidate <= scores[end]) return;
            (scores[end], starts[end], best[end]) = (candidate, start, token);
        }
    }

    private static long Key(int node, char character) => (long)node << 16 | character;

    private bool TryAddBytes(ReadOnlySpan<char> part, List<int> into)
    {
        byte[] bytes = new byte[Encoding.UTF8.GetByteCount(part)];
        Encoding.UTF8.GetBytes(part, bytes);
        if (Array.Exists(bytes, value => _bytes[value] < 0)) return false;
        foreach (byte value in bytes) into.Add(_bytes[value]);
        return true;
    }
}
