using RewardScaling.Models;

namespace RewardScaling.TorchSharp;

/// <summary>Responses as they arrive, some prompts at a time.</summary>
internal sealed class DrawnResponses(TokenBatch prompts, int length)
{
    private readonly int[][] _sequences = new int[prompts.Count][];
    private readonly float[] _logProbs = new float[prompts.Count * length], _values = new float[prompts.Count * length];

    /// <summary>Takes the responses to some prompts.</summary>
    /// <param name="chosen">Which prompts.</param>
    /// <param name="tokens">[chosen, length].</param>
    /// <param name="measures">Log-probabilities, then values: [2, chosen, length].</param>
    public void Take(int[] chosen, ReadOnlySpan<long> tokens, ReadOnlySpan<float> measures)
    {
        for (int i = 0; i < chosen.Length; i++)
        {
            int at = chosen[i];
            var prompt = prompts.Sequence(at);
            var sequence = _sequences[at] = new int[prompt.Length + length];
            prompt.CopyTo(sequence);
            for (int t = 0; t < length; t++) sequence[prompt.Length + t] = (int)tokens[i * length + t];
            measures.Slice(i * length, length).CopyTo(_logProbs.AsSpan(at * length));
            measures.Slice((chosen.Length + i) * length, length).CopyTo(_values.AsSpan(at * length));
        }
    }

    /// <summary>All of them.</summary>
    public SampledBatch Finish() =>
        new(new([.. _sequences.Select((tokens, i) => new TokenSequence(tokens, prompts.PromptLengths[i]))]), _logProbs, _values);
}
