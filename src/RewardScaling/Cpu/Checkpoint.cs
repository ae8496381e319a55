using RewardScaling.Models;

namespace RewardScaling.Cpu;

/// <summary>Between the buffers of this engine and the files of <see cref="NetworkFile"/>, which hold no padding.</summary>
internal static unsafe class Checkpoint
{
    /// <summary>Writes a network.</summary>
    public static void Save<TLanes>(string path, string kind, Weights<float, TLanes> weights)
        where TLanes : struct, ILanes<TLanes, float> =>
        NetworkFile.Write(path, kind, weights.Layout.Shape, Tensors(weights.Layout, weights.Values));

    /// <summary>Fills a network from an open file.</summary>
    /// <exception cref="InvalidDataException">A tensor is missing, of another shape, or one too many.</exception>
    public static void Load<TLanes>(string path, SafetensorsFile file, Weights<float, TLanes> weights)
        where TLanes : struct, ILanes<TLanes, float>
    {
        Fill(weights.Layout, weights.Values, NetworkFile.Parameters(path, file, Parameters(weights.Layout)));
        weights.Changed();
    }

    /// <summary>Writes a network with its optimizer.</summary>
    public static void SaveTraining<TLanes>(string path, string kind, Weights<float, TLanes> weights)
        where TLanes : struct, ILanes<TLanes, float>
    {
        var (layout, optimizer) = (weights.Layout, weights.Optimizer);
        NetworkFile.WriteTraining(path, kind, layout.Shape, new(Tensors(layout, weights.Values), Tensors(layout, optimizer.First),
            Tensors(layout, optimizer.Second), optimizer.Steps));
    }

    /// <summary>Fills a network and its optimizer from a file, and drops gradients; at a fault nothing has changed.</summary>
    /// <exception cref="InvalidDataException">The file is damaged or belongs to another network.</exception>
    public static void RestoreTraining<TLanes>(string path, string kind, Weights<float, TLanes> weights)
        where TLanes : struct, ILanes<TLanes, float>
    {
        var (layout, optimizer) = (weights.Layout, weights.Optimizer);
        var state = NetworkFile.ReadTraining(path, kind, layout.Shape, Parameters(layout));
        Fill(layout, weights.Values, state.Parameters);
        Fill(layout, optimizer.First, state.First);
        Fill(layout, optimizer.Second, state.Second);
        optimizer.Steps = state.Steps;
        weights.DropGradients();
        weights.Changed();
    }

    private static (string Name, int[] Dimensions)[] Parameters(NetworkLayout layout) =>
        [.. layout.Parameters.Select(static stored => (stored.Parameter.Name, stored.Parameter.Dimensions))];

    private static NamedTensor[] Tensors(NetworkLayout layout, float* buffer) =>
        [.. layout.Parameters.Select(stored =>
        {
            var (parameter, offset) = stored;
            var values = new float[parameter.Rows * parameter.Columns];
            for (int row = 0, i = 0; row < parameter.Rows; row++)
                for (int column = 0; column < parameter.Columns; column++, i++)
                    values[i] = buffer[offset(row, column)];
            return new NamedTensor(parameter.Name, parameter.Dimensions, values);
        })];

    private static void Fill(NetworkLayout layout, float* buffer, IReadOnlyList<NamedTensor> tensors)
    {
        foreach (var ((parameter, offset), tensor) in layout.Parameters.Zip(tensors))
        {
            var values = tensor.Values;
            for (int row = 0, i = 0; row < parameter.Rows; row++)
                for (int column = 0; column < parameter.Columns; column++, i++)
                    buffer[offset(row, column)] = values[i];
        }
    }
}
