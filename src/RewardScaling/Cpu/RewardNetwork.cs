using System.Numerics;
using RewardScaling.Models;

namespace RewardScaling.Cpu;

/// <summary>A network read as a reward model: one output, at the last token or averaged over the response.</summary>
internal sealed unsafe class RewardNetwork<T, TLanes>
    where T : unmanaged, IFloatingPointIeee754<T>
    where TLanes : struct, ILanes<TLanes, T>
{
    private readonly Action<int, int, int> _readEvaluated, _readTrained;
    private T* _scores;

    /// <summary>A reward model whose parameters are zero.</summary>
    public RewardNetwork(TransformerShape shape, WorkerPool pool, bool isNarrow = false)
    {
        var select = shape.Readout == RewardReadout.LastToken ? SelectedRows.LastToken : SelectedRows.Response;
        Network = new(shape, NetworkParameter.RewardHeads, select, pool, isNarrow);
        (_readEvaluated, _readTrained) = (ReadEvaluated, ReadTrained);
    }

    public Network<T, TLanes> Network { get; }

    /// <summary>The score of each sequence of a checked batch.</summary>
    public void Evaluate(TokenBatch batch, T* scores)
    {
        _scores = scores;
        Network.Evaluate(batch, _readEvaluated);
    }

    /// <summary>As <see cref="Evaluate"/>, keeping what <see cref="Backward"/> needs.</summary>
    public void Forward(TokenBatch batch, T* scores)
    {
        _scores = scores;
        Network.Forward(batch, _readTrained);
    }

    /// <summary>Adds to the gradients, from the derivatives of the loss by the scores.</summary>
    public void Backward(T* scores)
    {
        int[] starts = Network.Plan.SelectedStart;
        for (int i = 0; i < Network.Plan.Batch.Count; i++)
        {
            T share = scores[i] / T.CreateChecked(starts[i + 1] - starts[i]);
            for (int row = starts[i]; row < starts[i + 1]; row++)
                Network.Tape.Outputs[(nint)row * Network.Layout.OutputStride] = share;
        }
        Network.Backward();
    }

    private void ReadEvaluated(int chunk, int worker, int row) => Read(chunk, Network.WorkerTape(worker), row);

    private void ReadTrained(int chunk, int worker, int row) => Read(chunk, Network.Tape, row);

    private void Read(int chunk, Tape<T> tape, int row)
    {
        int[] starts = Network.Plan.SelectedStart;
        for (int sequence = Network.Plan.ChunkStart[chunk]; sequence < Network.Plan.ChunkStart[chunk + 1]; sequence++)
        {
            int count = starts[sequence + 1] - starts[sequence];
            T sum = T.Zero;
            for (int i = 0; i < count; i++, row++) sum += tape.Outputs[(nint)row * Network.Layout.OutputStride];
            _scores[sequence] = sum / T.CreateChecked(count);
        }
    }
}
