using RewardScaling.Models;
using RewardScaling.Numerics;
using static TorchSharp.torch;

namespace RewardScaling.TorchSharp;

/// <summary>A reward model of the <see cref="TorchEngine"/>: its transformer, or a module from outside.</summary>
/// <remarks>One thread at a time.</remarks>
public sealed class TorchRewardModel : EngineNetwork, ITrainableRewardModel
{
    private readonly TokenNetwork _network;
    private readonly Passes _passes;

    internal TorchRewardModel(TokenNetwork network)
        : base(network.Shape, network.Kind(NetworkFile.RewardModel), typeof(IRewardModel), network.Weights)
    {
        // Where a module gives the score of a sequence, no row is chosen.
        var readout = network is ModuleNetwork { GivesScores: true } ? RewardReadout.LastToken : network.Shape.Readout;
        (_network, _passes) = (network, new(network, new RewardModelReadout(readout)));
    }

    /// <summary>A reward model from any module from tokens to scores or to hidden states.</summary>
    /// <remarks>
    /// The reward model takes the module over: moves it to the engine's device, puts it into evaluation mode (no dropout),
    /// trains its parameters where they are and as precise as they are, and disposes of it. Only sequences of one length are
    /// read together.
    /// </remarks>
    /// <param name="engine">The engine.</param>
    /// <param name="module">
    /// From 64-bit tokens [sequences, length] to scores [sequences] or [sequences, 1]; or to hidden states [sequences, length,
    /// width], which a linear head reads where the shape's readout says.
    /// </param>
    /// <param name="shape">Vocabulary, context and, for hidden states, the readout are obeyed; the rest describes the
    /// module.</param>
    /// <param name="initialization">Where the first values of that head come from.</param>
    /// <param name="create">What makes another module of the kind, for <see cref="Clone"/>; its parameters are written
    /// over.</param>
    /// <exception cref="ArgumentException">The shape is one no network can have, the module has nothing to train, or gives
    /// something else for a token.</exception>
    public static TorchRewardModel FromModule(TorchEngine engine, nn.Module<Tensor, Tensor> module, TransformerShape shape,
        RandomStream initialization, Func<nn.Module<Tensor, Tensor>>? create = null)
    {
        ArgumentNullException.ThrowIfNull(engine);
        ArgumentNullException.ThrowIfNull(module);
        ArgumentNullException.ThrowIfNull(shape);
        shape.Validate();
        return new(new ModuleNetwork(engine, module, shape, create, output => output.dim() == 3
            ? new HiddenHeads(output, initialization) : new ScoreHeads(output)));
    }

    /// <inheritdoc/>
    public void Score(TokenBatch batch, Span<float> scores) => Forward(batch, scores, keep: false);

    /// <inheritdoc/>
    public void Forward(TokenBatch batch, Span<float> scores) => Forward(batch, scores, keep: true);

    /// <inheritdoc/>
    public void Backward(ReadOnlySpan<float> gradients)
    {
        using var call = Enter();
        _passes.RequireWaiting(gradients.Length, nameof(gradients));
        _passes.Backward(gradients);
    }

    /// <inheritdoc/>
    public ITrainableRewardModel Clone()
    {
        using var call = Read();
        return new TorchRewardModel(_network.Clone());
    }

    /// <inheritdoc/>
    protected override void Forget() => _passes.Forget();

    /// <inheritdoc/>
    protected override void Release()
    {
        _passes.Dispose();
        _network.Dispose();
    }

    private void Forward(TokenBatch batch, Span<float> scores, bool keep)
    {
        using var call = Enter();
        EngineChecks.RequireScorable(Shape, batch);
        EngineChecks.RequireLength(scores.Length, batch.Count, nameof(scores));
        _passes.Forward(batch, 1, keep).CopyTo(scores);
    }
}
