using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RewardScaling.Samples.OwnNetwork;

#region recurrent
/// <summary>A recurrent network: tokens [sequences, length] to numbers [sequences, length, outputs].</summary>
internal sealed class Recurrent : nn.Module<Tensor, Tensor>
{
    private readonly Embedding _embedding;
    private readonly GRU _memory;
    private readonly Linear _output;

    public Recurrent(int vocabulary, int width, int outputs)
        : base(nameof(Recurrent))
    {
        (_embedding, _memory) = (nn.Embedding(vocabulary, width), nn.GRU(width, width, batchFirst: true));
        _output = nn.Linear(width, outputs);
        RegisterComponents();
    }

    public override Tensor forward(Tensor tokens) => _output.call(_memory.call(_embedding.call(tokens)).Item1);
}
#endregion
