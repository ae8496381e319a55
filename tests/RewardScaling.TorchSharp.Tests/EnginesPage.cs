using RewardScaling.Models;
using RewardScaling.Numerics;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace RewardScaling.TorchSharp.Tests;

/// <summary>The code of docs/engines.md. The regions stand there word for word; <see cref="ModuleTests"/> runs them.</summary>
internal static class EnginesPage
{
    public static (TorchPolicy Policy, TorchRewardModel Model) Modules(TorchEngine engine, RandomStream stream)
    {
        #region from-module
        var shape = new TransformerShape { Vocabulary = 16, Context = 12, Width = 24, Layers = 1, Heads = 1 };

        // Tokens to logits: 16 of them, and the value as a seventeenth column.
        var policy = TorchPolicy.FromModule(engine, new Recurrent(16, 24, outputs: 17), shape, create: () => new Recurrent(16, 24, outputs: 17));

        // Tokens to hidden states, which a linear head reads at the last token.
        var model = TorchRewardModel.FromModule(engine, new Recurrent(16, 24, outputs: 24), shape, stream.Fork("head"));
        #endregion
        return (policy, model);
    }
}

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
