using RewardScaling.Models;
using RewardScaling.Numerics;
using RewardScaling.RewardModels;

namespace RewardScaling.Tests.RewardModels;

/// <summary>Small inputs the reward-model tests share.</summary>
internal static class Toys
{
    public const int Vocabulary = 8, PromptLength = 2, ResponseLength = 6;

    public static RandomStream Stream { get; } = RandomStream.FromSeed(41);

    /// <summary>Random sequences; pair i shares its prompt when two are asked for each prompt.</summary>
    public static TokenBatch Sequences(int count, RandomStream stream, int perPrompt = 1)
    {
        var sequences = new TokenSequence[count];
        for (int i = 0; i < count; i++)
        {
            RandomStream prompt = stream.Fork("prompt").Fork(i / perPrompt), response = stream.Fork("response").Fork(i);
            var tokens = new int[PromptLength + ResponseLength];
            for (int t = 0; t < tokens.Length; t++)
                tokens[t] = (t < PromptLength ? prompt : response).Below((ulong)t, Vocabulary);
            sequences[i] = new(tokens, PromptLength);
        }
        return new(sequences);
    }

    /// <summary>Comparisons whose winner is the response with the larger sum of tokens; pairs without one are left out.</summary>
    public static List<Comparison> Separable(int count, RandomStream stream)
    {
        var comparisons = new List<Comparison>();
        TokenBatch batch = Sequences(4 * count, stream, 2);
        for (int i = 0; comparisons.Count < count; i += 2)
        {
            int first = Sum(batch, i), second = Sum(batch, i + 1);
            if (first != second) comparisons.Add(first > second ? new(batch[i], batch[i + 1]) : new(batch[i + 1], batch[i]));
        }
        return comparisons;
    }

    /// <summary>Comparisons whose winner a coin decides.</summary>
    public static List<Comparison> CoinTossed(int count, RandomStream stream)
    {
        List<Comparison> comparisons = Separable(count, stream);
        for (int i = 0; i < count; i++)
        {
            if (stream.Fork("coin").Uniform((ulong)i) < 0.5) comparisons[i] = new(comparisons[i].Rejected, comparisons[i].Chosen);
        }
        return comparisons;
    }

    public static TokenSequence Sequence(int promptLength, params int[] tokens) => new(tokens, promptLength);

    private static int Sum(TokenBatch batch, int index)
    {
        int sum = 0;
        foreach (int token in batch.Response(index)) sum += token;
        return sum;
    }
}
