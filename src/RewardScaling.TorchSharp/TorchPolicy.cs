using RewardScaling.Models;
using RewardScaling.Numerics;
using static TorchSharp.torch;

namespace RewardScaling.TorchSharp;

/// <summary>A policy of the <see cref="TorchEngine"/>: its transformer, or a module from outside.</summary>
/// <remarks>One thread at a time.</remarks>
public sealed class TorchPolicy : EngineNetwork, ITrainablePolicy
{
    private static readonly PolicyReadout s_readout = new();
    private readonly TokenNetwork _network;
    private readonly Passes _passes;
    private readonly PieceSizes _drawn;
    private float[] _slopes = [];

    internal TorchPolicy(TokenNetwork network)
        : base(network.Shape, network.Kind(NetworkFile.Policy), typeof(IPolicy), network.Weights) =>
        (_network, _passes, _drawn) = (network, new(network, s_readout), new(network));

    /// <summary>A policy from any module from tokens to logits.</summary>
    /// <remarks>
    /// The policy takes the module over: moves it to the engine's device, puts it into evaluation mode (no dropout), trains its
    /// parameters where they are and as precise as they are, and disposes of it. Nothing is assumed of the module: only
    /// sequences of one length are read together, and for each token drawn the whole sequence is read again.
    /// </remarks>
    /// <param name="engine">The engine.</param>
    /// <param name="module">
    /// From 64-bit tokens [sequences, length] to finite logits [sequences, length, vocabulary] of the token after each; or to one
    /// column more, the last then being the value. Without it values are zero and a loss of them trains nothing.
    /// </param>
    /// <param name="shape">Vocabulary and context are obeyed; the rest describes the module.</param>
    /// <param name="create">What makes another module of the kind, for <see cref="Clone"/>; its parameters are written over. PPO
    /// clones.</param>
    /// <exception cref="ArgumentException">The shape is one no network can have, the module has nothing to train, or gives
    /// something else for a token.</exception>
    public static TorchPolicy FromModule(TorchEngine engine, nn.Module<Tensor, Tensor> module, TransformerShape shape,
        Func<nn.Module<Tensor, Tensor>>? create = null)
    {
        ArgumentNullException.ThrowIfNull(engine);
        ArgumentNullException.ThrowIfNull(module);
        ArgumentNullException.ThrowIfNull(shape);
        shape.Validate();
        return new(new ModuleNetwork(engine, module, shape, create, output => new LogitHeads(output, shape.Vocabulary)));
    }

    /// <inheritdoc/>
    public int VocabularySize => Shape.Vocabulary;

    /// <inheritdoc/>
    public int ContextLength => Shape.Context;

    /// <inheritdoc/>
    public ValueTask<SampledBatch> SampleAsync(TokenBatch prompts, SamplingOptions options, ReadOnlyMemory<RandomStream> streams,
        CancellationToken cancellationToken = default)
    {
        using var call = Enter();
        EngineChecks.RequireDrawable(Shape, prompts, options, streams.Length);
        _passes.Forget();
        var responses = new DrawnResponses(prompts, options.ResponseLength);
        var sampler = new TokenSampler(_network, options, streams, cancellationToken);
        int[] order = [.. Enumerable.Range(0, prompts.Count).OrderBy(i => prompts.PromptLengths[i])];
        int Length(int prompt) => prompts.PromptLengths[prompt] + options.ResponseLength;
        _drawn.Run(order, Length, chosen => sampler.Draw(prompts, chosen, responses));
        return ValueTask.FromResult(responses.Finish().CutAfter(options.EndToken));
    }

    /// <inheritdoc/>
    public void Evaluate(TokenBatch batch, PolicyOutputs outputs, double temperature = 1) =>
        Forward(batch, outputs, temperature, keep: false);

    /// <inheritdoc/>
    public void Forward(TokenBatch batch, PolicyOutputs outputs, double temperature = 1) =>
        Forward(batch, outputs, temperature, keep: true);

    /// <inheritdoc/>
    public void Backward(PolicyOutputs gradients)
    {
        ArgumentNullException.ThrowIfNull(gradients);
        using var call = Enter();
        _passes.RequireWaiting(gradients.Count, nameof(gradients));
        int count = gradients.Count;
        if (_slopes.Length < 3 * count) _slopes = new float[3 * count];
        gradients.LogProbs.CopyTo(_slopes);
        gradients.Entropies.CopyTo(_slopes.AsSpan(count));
        gradients.Values.CopyTo(_slopes.AsSpan(2 * count));
        _passes.Backward(_slopes.AsSpan(0, 3 * count));
    }

    /// <inheritdoc/>
    public void TokenKl(ITrainablePolicy reference, TokenBatch batch, Span<float> kl, double temperature = 1,
        TokenCut? cut = null, TokenCut? referenceCut = null)
    {
        EngineChecks.RequireTemperature(temperature);
        cut?.Validate();
        referenceCut?.Validate();
        using var call = Enter();
        EngineChecks.RequireReadable(Shape, batch);
        ArgumentNullException.ThrowIfNull(reference);
        if (reference is not TorchPolicy other || other.VocabularySize != VocabularySize
            || other._network.Engine.Trained != _network.Engine.Trained)
            throw new ArgumentException("reference must be a policy of the same engine and vocabulary.", nameof(reference));
        EngineChecks.RequireLength(kl.Length, batch.TotalResponseTokens, nameof(kl));
        // A policy may be measured from itself.
        using var otherCall = other == this ? null : other.Enter();
        EngineChecks.RequireReadable(other.Shape, batch);
        _passes.Forget();
        var readout = new DivergenceReadout(other._network, cut ?? TokenCut.None, referenceCut ?? TokenCut.None);
        using var divergence = new Passes(_network, readout);
        divergence.Forward(batch, temperature, keep: false).CopyTo(kl);
    }

    /// <inheritdoc/>
    public ITrainablePolicy Clone()
    {
        using var call = Read();
        return new TorchPolicy(_network.Clone());
    }

    /// <inheritdoc/>
    protected override void Forget() => _passes.Forget();

    /// <inheritdoc/>
    protected override void Release()
    {
        _passes.Dispose();
        _network.Dispose();
    }

    private void Forward(TokenBatch batch, PolicyOutputs outputs, double temperature, bool keep)
    {
        EngineChecks.RequireTemperature(temperature);
        using var call = Enter();
        EngineChecks.RequireReadable(Shape, batch);
        ArgumentNullException.ThrowIfNull(outputs);
        int count = batch.TotalResponseTokens;
        outputs.Reset(count);
        var results = _passes.Forward(batch, temperature, keep);
        results[..count].CopyTo(outputs.LogProbs);
        results.Slice(count, count).CopyTo(outputs.Entropies);
        results.Slice(2 * count, count).CopyTo(outputs.Values);
    }
}
