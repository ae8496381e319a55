using RewardScaling.Models;
using RewardScaling.Tests.Policies;

namespace RewardScaling.Tests.RewardModels;

/// <summary>A reward model whose score is the sum of a weight for each response token: its gradient is a count.</summary>
internal sealed class LinearRewardModel : ITrainableRewardModel
{
    private readonly double[] _weights;
    private readonly Adam _adam;
    private TokenBatch? _batch;

    public LinearRewardModel(int vocabulary, int context, params double[] weights)
    {
        Shape = new() { Vocabulary = vocabulary, Context = context, Width = 1, Layers = 1, Heads = 1 };
        _weights = weights.Length == 0 ? new double[vocabulary] : weights;
        _adam = new(_weights);
    }

    public TransformerShape Shape { get; }

    public long ParameterCount => _weights.Length;

    public ReadOnlySpan<double> Weights => _weights;

    public ReadOnlySpan<double> Gradient => _adam.Gradient;

    public int LargestForward { get; private set; }

    /// <summary>The responses that were learned from, in order, two for a comparison.</summary>
    public List<string> Learned { get; } = [];

    public void Score(TokenBatch batch, Span<float> scores)
    {
        Assert.Equal(batch.Count, scores.Length);
        for (int i = 0; i < scores.Length; i++)
        {
            double sum = 0;
            foreach (int token in batch.Response(i)) sum += _weights[token];
            scores[i] = (float)sum;
        }
    }

    public void Forward(TokenBatch batch, Span<float> scores)
    {
        Score(batch, scores);
        LargestForward = Math.Max(LargestForward, batch.Count);
        for (int i = 0; i < batch.Count; i++) Learned.Add(string.Join(' ', batch.Sequence(i).ToArray()));
        _batch = batch;
    }

    public void Backward(ReadOnlySpan<float> gradients)
    {
        TokenBatch batch = _batch ?? throw new InvalidOperationException("no forward");
        _batch = null;
        Assert.Equal(batch.Count, gradients.Length);
        for (int i = 0; i < gradients.Length; i++)
            foreach (int token in batch.Response(i)) _adam.Gradient[token] += gradients[i];
    }

    public void DropGradients() => _adam.DropGradients();

    public double Step(AdamWOptions options, double learningRate) => _adam.Step(options, learningRate);

    public ITrainableRewardModel Clone() => throw new NotSupportedException();

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
