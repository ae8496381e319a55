using RewardScaling.Models;

namespace RewardScaling.Cpu;

/// <summary>The buffers of this engine as named tensors, which hold no padding.</summary>
internal sealed unsafe class NamedWeights<TLanes>(Weights<float, TLanes> weights) : INetworkWeights
    where TLanes : struct, ILanes<TLanes, float>
{
    private readonly NetworkLayout _layout = weights.Layout;

    public IReadOnlyList<(string Name, int[] Dimensions)> Parameters { get; } =
        [.. weights.Layout.Parameters.Select(static stored => (stored.Parameter.Name, stored.Parameter.Dimensions))];

    public IReadOnlyList<NamedTensor> Values() => Tensors(weights.Get);

    public void Load(IEnumerable<NamedTensor> values)
    {
        Set(values);
        weights.Changed();
    }

    public TrainingState State()
    {
        weights.RequireWide();
        var optimizer = weights.Optimizer;
        float* first = optimizer.First, second = optimizer.Second;
        return new(Values(), Tensors((_, at) => first[at]), Tensors((_, at) => second[at]), optimizer.Steps);
    }

    public void Restore(TrainingState state)
    {
        weights.RequireWide();
        var optimizer = weights.Optimizer;
        float* first = optimizer.First, second = optimizer.Second;
        Set(state.Parameters);
        Fill((_, at, value) => first[at] = value, state.First);
        Fill((_, at, value) => second[at] = value, state.Second);
        optimizer.Steps = state.Steps;
        weights.DropGradients();
        weights.Changed();
    }

    public void Freeze(int blocks) => weights.Freeze(blocks);

    public void DropGradients() => weights.DropGradients();

    public double Step(AdamWOptions options, double learningRate) => weights.Step(options, learningRate);

    private NamedTensor[] Tensors(Func<NetworkParameter, long, float> get) =>
        [.. _layout.Parameters.Select(stored =>
        {
            var (parameter, offset) = stored;
            var values = new float[(long)parameter.Rows * parameter.Columns];
            for (int row = 0, i = 0; row < parameter.Rows; row++)
                for (int column = 0; column < parameter.Columns; column++, i++)
                    values[i] = get(parameter, offset(row, column));
            return new NamedTensor(parameter.Name, parameter.Dimensions, values);
        })];

    private void Set(IEnumerable<NamedTensor> tensors)
    {
        foreach (var (stored, tensor) in _layout.Parameters.Zip(tensors)) weights.Set(stored, tensor.Values);
    }

    private void Fill(Action<NetworkParameter, long, float> set, IEnumerable<NamedTensor> tensors)
    {
        foreach (var ((parameter, offset), tensor) in _layout.Parameters.Zip(tensors))
        {
            var values = tensor.Values;
            for (int row = 0, i = 0; row < parameter.Rows; row++)
                for (int column = 0; column < parameter.Columns; column++, i++)
                    set(parameter, offset(row, column), values[i]);
        }
    }
}
