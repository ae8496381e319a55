using RewardScaling.Models;

namespace RewardScaling.Cpu;

/// <summary>The buffers of this engine as named tensors, which hold no padding.</summary>
internal sealed unsafe class NamedWeights<TLanes>(Weights<float, TLanes> weights) : INetworkWeights
    where TLanes : struct, ILanes<TLanes, float>
{
    private readonly NetworkLayout _layout = weights.Layout;

    public IReadOnlyList<(string Name, int[] Dimensions)> Parameters { get; } =
        [.. weights.Layout.Parameters.Select(static stored => (stored.Parameter.Name, stored.Parameter.Dimensions))];

    public IReadOnlyList<NamedTensor> Values() => Tensors(weights.Values);

    public void Load(IEnumerable<NamedTensor> values)
    {
        Fill(weights.Values, values);
        weights.Changed();
    }

    public TrainingState State()
    {
        var optimizer = weights.Optimizer;
        return new(Values(), Tensors(optimizer.First), Tensors(optimizer.Second), optimizer.Steps);
    }

    public void Restore(TrainingState state)
    {
        var optimizer = weights.Optimizer;
        Fill(weights.Values, state.Parameters);
        Fill(optimizer.First, state.First);
        Fill(optimizer.Second, state.Second);
        optimizer.Steps = state.Steps;
        weights.DropGradients();
        weights.Changed();
    }

    public void Freeze(int blocks) => weights.Freeze(blocks);

    public void DropGradients() => weights.DropGradients();

    public double Step(AdamWOptions options, double learningRate) => weights.Step(options, learningRate);

    private NamedTensor[] Tensors(float* buffer) =>
        [.. _layout.Parameters.Select(stored =>
        {
            var (parameter, offset) = stored;
            var values = new float[(long)parameter.Rows * parameter.Columns];
            for (int row = 0, i = 0; row < parameter.Rows; row++)
                for (int column = 0; column < parameter.Columns; column++, i++)
                    values[i] = buffer[offset(row, column)];
            return new NamedTensor(parameter.Name, parameter.Dimensions, values);
        })];

    private void Fill(float* buffer, IEnumerable<NamedTensor> tensors)
    {
        foreach (var ((parameter, offset), tensor) in _layout.Parameters.Zip(tensors))
        {
            var values = tensor.Values;
            for (int row = 0, i = 0; row < parameter.Rows; row++)
                for (int column = 0; column < parameter.Columns; column++, i++)
                    buffer[offset(row, column)] = values[i];
        }
    }
}
