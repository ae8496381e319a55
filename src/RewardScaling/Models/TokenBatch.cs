using RewardScaling.Numerics;

namespace RewardScaling.Models;

/// <summary>
/// Several sequences laid one after the other without padding. What an engine measures per token is laid out the same way:
/// one number for each response token, sequence by sequence (<see cref="ResponseOffsets"/>).
/// </summary>
/// <remarks>There are no masks: a token that does not count is not there. Immutable.</remarks>
public sealed class TokenBatch
{
    private readonly int[] _tokens, _offsets, _promptLengths, _responseOffsets;

    /// <summary>A batch of sequences.</summary>
    /// <param name="sequences">The sequences; at least one. Their tokens are copied.</param>
    /// <exception cref="ArgumentException">There is no sequence.</exception>
    public TokenBatch(IReadOnlyList<TokenSequence> sequences)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        if (sequences.Count == 0) throw new ArgumentException("sequences is empty; a batch needs at least one sequence.", nameof(sequences));
        _offsets = new int[sequences.Count + 1];
        _responseOffsets = new int[sequences.Count + 1];
        _promptLengths = new int[sequences.Count];
        for (int i = 0; i < sequences.Count; i++)
        {
            _offsets[i + 1] = checked(_offsets[i] + sequences[i].Tokens.Length);
            _responseOffsets[i + 1] = _responseOffsets[i] + sequences[i].ResponseLength;
            _promptLengths[i] = sequences[i].PromptLength;
            LongestSequence = Math.Max(LongestSequence, sequences[i].Tokens.Length);
        }
        _tokens = new int[_offsets[^1]];
        for (int i = 0; i < sequences.Count; i++) sequences[i].Tokens.Span.CopyTo(_tokens.AsSpan(_offsets[i]));
    }

    /// <summary>Sequences of given lengths whose tokens are still to be written.</summary>
    /// <param name="promptLengths">The number of prompt tokens of each sequence; kept.</param>
    /// <param name="responseLength">The number of response tokens of every sequence.</param>
    /// <param name="tokens">Where the tokens go, sequence after sequence; to be written before the batch is given away.</param>
    internal TokenBatch(int[] promptLengths, int responseLength, out int[] tokens)
    {
        (_promptLengths, _offsets) = (promptLengths, new int[promptLengths.Length + 1]);
        _responseOffsets = new int[promptLengths.Length + 1];
        for (int i = 0; i < promptLengths.Length; i++) Lay(i, promptLengths[i], responseLength);
        _tokens = tokens = new int[_offsets[^1]];
    }

    /// <summary>Room for some sequences of this many tokens; <see cref="Copy"/> fills it in order.</summary>
    private TokenBatch(int count, int tokens)
    {
        (_promptLengths, _offsets, _responseOffsets) = (new int[count], new int[count + 1], new int[count + 1]);
        _tokens = new int[tokens];
    }

    /// <summary>The number of sequences.</summary>
    public int Count => _promptLengths.Length;

    /// <summary>The number of tokens of all sequences, prompts included.</summary>
    public int TotalTokens => _tokens.Length;

    /// <summary>The number of response tokens of all sequences.</summary>
    public int TotalResponseTokens => _responseOffsets[^1];

    /// <summary>The length of the longest sequence.</summary>
    public int LongestSequence { get; private set; }

    /// <summary>All tokens, sequence after sequence.</summary>
    public ReadOnlySpan<int> Tokens => _tokens;

    /// <summary>Where each sequence begins in <see cref="Tokens"/>, and one number more: where the last ends.</summary>
    public ReadOnlySpan<int> Offsets => _offsets;

    /// <summary>The number of prompt tokens of each sequence.</summary>
    public ReadOnlySpan<int> PromptLengths => _promptLengths;

    /// <summary>
    /// Where each sequence's response tokens begin in a list of per-token measurements, and one number more: where the last ends.
    /// </summary>
    public ReadOnlySpan<int> ResponseOffsets => _responseOffsets;

    /// <summary>The tokens of one sequence.</summary>
    /// <param name="index">The sequence, from 0.</param>
    public ReadOnlySpan<int> Sequence(int index) => _tokens.AsSpan(_offsets[index].._offsets[index + 1]);

    /// <summary>The prompt tokens of one sequence.</summary>
    /// <param name="index">The sequence, from 0.</param>
    public ReadOnlySpan<int> Prompt(int index) => _tokens.AsSpan(_offsets[index], _promptLengths[index]);

    /// <summary>The response tokens of one sequence.</summary>
    /// <param name="index">The sequence, from 0.</param>
    public ReadOnlySpan<int> Response(int index) => Sequence(index)[_promptLengths[index]..];

    /// <summary>One sequence as a value of its own, sharing this batch's memory.</summary>
    /// <param name="index">The sequence, from 0.</param>
    public TokenSequence this[int index] => new(_tokens.AsMemory(_offsets[index].._offsets[index + 1]), _promptLengths[index]);

    /// <summary>Some of the sequences, in the order named; an index may appear more than once.</summary>
    /// <param name="indices">Which sequences; at least one.</param>
    /// <exception cref="ArgumentOutOfRangeException">An index is not in [0, <see cref="Count"/> - 1].</exception>
    public TokenBatch Select(ReadOnlySpan<int> indices)
    {
        if (indices.IsEmpty) throw new ArgumentException("indices is empty; a batch needs at least one sequence.", nameof(indices));
        int tokens = 0;
        for (int i = 0; i < indices.Length; i++)
        {
            Guard.InRange(indices[i], 0, Count - 1, $"indices[{i}]");
            tokens = checked(tokens + Sequence(indices[i]).Length);
        }
        var chosen = new TokenBatch(indices.Length, tokens);
        for (int i = 0; i < indices.Length; i++) chosen.Copy(i, this, indices[i]);
        return chosen;
    }

    /// <summary>A run of neighbouring sequences.</summary>
    /// <param name="start">The first sequence.</param>
    /// <param name="count">How many; at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The run does not lie inside the batch.</exception>
    public TokenBatch Slice(int start, int count)
    {
        Guard.InRange(start, 0, Count - 1);
        Guard.InRange(count, 1, Count - start);
        var run = new TokenBatch(count, _offsets[start + count] - _offsets[start]);
        for (int i = 0; i < count; i++) run.Copy(i, this, start + i);
        return run;
    }

    /// <summary>The sequences of several batches, one batch after the other.</summary>
    /// <param name="batches">The batches; at least one.</param>
    public static TokenBatch Concat(params IReadOnlyList<TokenBatch> batches)
    {
        ArgumentNullException.ThrowIfNull(batches);
        var sequences = new List<TokenSequence>();
        foreach (var batch in batches)
            for (int i = 0; i < batch.Count; i++) sequences.Add(batch[i]);
        return new(sequences);
    }

    /// <summary>How much it holds.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"{Count} sequences of {TotalTokens} tokens, {TotalResponseTokens} of them responses");

    private void Copy(int index, TokenBatch other, int from)
    {
        _promptLengths[index] = other._promptLengths[from];
        Lay(index, other._promptLengths[from], other.Response(from).Length);
        other.Sequence(from).CopyTo(_tokens.AsSpan(_offsets[index]));
    }

    private void Lay(int index, int promptLength, int responseLength)
    {
        int length = checked(promptLength + responseLength);
        _offsets[index + 1] = checked(_offsets[index] + length);
        _responseOffsets[index + 1] = _responseOffsets[index] + responseLength;
        LongestSequence = Math.Max(LongestSequence, length);
    }
}
