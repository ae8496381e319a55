using System.ComponentModel;
using RewardScaling.Numerics;

namespace RewardScaling.Models;

/// <summary>
/// The three numbers a policy gives for each response token; on the way back, the derivatives of a loss by those numbers.
/// A buffer that grows and is used again, so that a training loop allocates nothing.
/// </summary>
/// <remarks>
/// Position i of a list belongs to the i-th response token of the batch, in the order
/// of <see cref="TokenBatch.ResponseOffsets"/>.
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class PolicyOutputs
{
    private float[] _logProbs = [], _entropies = [], _values = [];

    /// <summary>The number of response tokens the lists hold.</summary>
    public int Count { get; private set; }

    /// <summary>log π(token | prefix) of the token that is there, in nats; at most 0.</summary>
    public Span<float> LogProbs => _logProbs.AsSpan(0, Count);

    /// <summary>Entropy of π(· | prefix) over the vocabulary, in nats; in [0, ln vocabulary].</summary>
    public Span<float> Entropies => _entropies.AsSpan(0, Count);

    /// <summary>The value head at the state before the token: its forecast of the return from here.</summary>
    public Span<float> Values => _values.AsSpan(0, Count);

    /// <summary>Makes the lists hold this many tokens and sets every number to zero.</summary>
    /// <param name="count">The number of response tokens, <see cref="TokenBatch.TotalResponseTokens"/> of the batch.</param>
    public void Reset(int count)
    {
        Guard.NotNegative(count);
        if (_logProbs.Length < count)
        {
            _logProbs = new float[count];
            _entropies = new float[count];
            _values = new float[count];
        }
        Count = count;
        LogProbs.Clear();
        Entropies.Clear();
        Values.Clear();
    }
}
