using RewardScaling.Models;
using RewardScaling.Numerics;

namespace RewardScaling.Tests.Policies;

/// <summary>
/// A policy whose next-token logits are a table by the last token: everything about it is a closed form, and a first-order
/// language is inside its class, so that its loss can come down to the entropy rate.
/// </summary>
internal sealed class BigramPolicy : ITrainablePolicy
{
    private readonly double[] _logits;
    private readonly Adam _adam;
    private TokenBatch? _batch;

    public BigramPolicy(int vocabulary, int context)
    {
        Shape = new() { Vocabulary = vocabulary, Context = context, Width = 1, Layers = 1, Heads = 1 };
        _logits = new double[vocabulary * vocabulary];
        _adam = new(_logits);
    }

    public TransformerShape Shape { get; }

    public int VocabularySize => Shape.Vocabulary;

    public int ContextLength => Shape.Context;

    public long ParameterCount => _logits.Length;

    public ReadOnlySpan<double> Weights => _logits;

    public ReadOnlySpan<double> Gradient => _adam.Gradient;

    public int LargestForward { get; private set; }

    /// <summary>From this step on the gradient is NaN.</summary>
    public int PoisonedStep { get; init; } = int.MaxValue;

    public int Steps { get; private set; }

    public double[] Probabilities(int last)
    {
        ReadOnlySpan<double> row = _logits.AsSpan(last * VocabularySize, VocabularySize);
        var p = new double[VocabularySize];
        double sum = 0;
        for (int i = 0; i < p.Length; i++) sum += p[i] = Math.Exp(row[i]);
        for (int i = 0; i < p.Length; i++) p[i] /= sum;
        return p;
    }

    public void Evaluate(TokenBatch batch, PolicyOutputs outputs, double temperature = 1)
    {
        Assert.Equal(1, temperature);
        outputs.Reset(batch.TotalResponseTokens);
        int k = 0;
        for (int i = 0; i < batch.Count; i++)
        {
            ReadOnlySpan<int> sequence = batch.Sequence(i);
            Assert.True(sequence.Length <= ContextLength);
            for (int t = batch.PromptLengths[i]; t < sequence.Length; t++)
                outputs.LogProbs[k++] = (float)Math.Log(Probabilities(sequence[t - 1])[sequence[t]]);
        }
    }

    public void Forward(TokenBatch batch, PolicyOutputs outputs, double temperature = 1)
    {
        Evaluate(batch, outputs, temperature);
        LargestForward = Math.Max(LargestForward, batch.Count);
        _batch = batch;
    }

    public void Backward(PolicyOutputs gradients)
    {
        TokenBatch batch = _batch ?? throw new InvalidOperationException("no forward");
        _batch = null;
        int k = 0;
        for (int i = 0; i < batch.Count; i++)
        {
            ReadOnlySpan<int> sequence = batch.Sequence(i);
            for (int t = batch.PromptLengths[i]; t < sequence.Length; t++, k++)
            {
                double[] p = Probabilities(sequence[t - 1]);
                for (int j = 0; j < p.Length; j++)
                    _adam.Gradient[sequence[t - 1] * VocabularySize + j] += gradients.LogProbs[k]
                        * ((j == sequence[t] ? 1 : 0) - p[j]);
            }
        }
    }

    public void DropGradients() => _adam.DropGradients();

    public double Step(AdamWOptions options, double learningRate)
    {
        if (++Steps > PoisonedStep) throw new NotFiniteNumberException("gradient");
        return _adam.Step(options, learningRate);
    }

    public ValueTask<SampledBatch> SampleAsync(
        TokenBatch prompts, SamplingOptions options, ReadOnlyMemory<RandomStream> streams,
        CancellationToken cancellationToken = default)
    {
        var sequences = new TokenSequence[prompts.Count];
        for (int i = 0; i < sequences.Length; i++)
        {
            List<int> tokens = [.. prompts.Sequence(i)];
            for (int t = 0; t < options.ResponseLength; t++)
            {
                double u = streams.Span[i].Uniform((ulong)t);
                double[] p = Probabilities(tokens[^1]);
                int token = 0;
                for (; token < p.Length - 1 && u >= p[token]; token++) u -= p[token];
                tokens.Add(token);
            }
            sequences[i] = new(tokens.ToArray(), prompts.PromptLengths[i]);
        }
        var batch = new TokenBatch(sequences);
        return ValueTask.FromResult(new SampledBatch(batch, new float[batch.TotalResponseTokens],
            new float[batch.TotalResponseTokens]));
    }

    public void TokenKl(ITrainablePolicy reference, TokenBatch batch, Span<float> kl, double temperature = 1, TokenCut? cut = null,
        TokenCut? referenceCut = null) => throw new NotSupportedException();

    public ITrainablePolicy Clone() => throw new NotSupportedException();

    public void Freeze(int blocks) => throw new NotSupportedException();

    IReadOnlyList<NamedTensor> INetwork.Weights() => throw new NotSupportedException();

    public void SetWeights(IEnumerable<NamedTensor> weights) => throw new NotSupportedException();

    public void Save(string path) => throw new NotSupportedException();

    public void SaveTraining(string path) => _adam.Save(path);

    public void RestoreTraining(string path) => _adam.Restore(path);

    public void Dispose()
    {
    }
}
