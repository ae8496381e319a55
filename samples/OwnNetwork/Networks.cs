using RewardScaling.Models;
using RewardScaling.Numerics;
using RewardScaling.TorchSharp;

namespace RewardScaling.Samples.OwnNetwork;

/// <summary>Two modules put where the library expects networks of its own.</summary>
internal static class Networks
{
    public static (TorchPolicy Policy, TorchRewardModel Model) Create(TorchEngine engine, RandomStream stream)
    {
        #region from-module
        var shape = new TransformerShape { Vocabulary = 16, Context = 12, Width = 24, Layers = 1, Heads = 1 };

        // Tokens to logits: 16 of them, and the value as a seventeenth column.
        var policy = TorchPolicy.FromModule(engine, new Recurrent(16, 24, outputs: 17), shape,
            create: () => new Recurrent(16, 24, outputs: 17));

        // Tokens to hidden states, which a linear head reads at the last token.
        var model = TorchRewardModel.FromModule(engine, new Recurrent(16, 24, outputs: 24), shape, stream.Fork("head"));
        #endregion
        return (policy, model);
    }
}
