using RewardScaling.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace RewardScaling.TorchSharp;

/// <summary>A module from outside: 64-bit tokens [sequences, length] to numbers at each of them.</summary>
/// <remarks>
/// Nothing is assumed of it but that. So sequences are never padded: those of one length are read together; and a response is
/// drawn by reading all of it again for each token.
/// </remarks>
internal sealed class ModuleNetwork : TokenNetwork
{
    private readonly nn.Module<Tensor, Tensor> _module;
    private readonly Func<nn.Module<Tensor, Tensor>>? _create;
    private readonly ModuleHeads _heads;

    /// <summary>Takes a module over: it is moved to the device, put into evaluation mode and disposed with the network.</summary>
    /// <param name="engine">Whose device.</param>
    /// <param name="module">The module.</param>
    /// <param name="shape">Vocabulary, context and readout.</param>
    /// <param name="create">What makes another of the kind, for clones; or null.</param>
    /// <param name="read">What is made of the module's output, given the output for one token.</param>
    public ModuleNetwork(TorchEngine engine, nn.Module<Tensor, Tensor> module, TransformerShape shape,
        Func<nn.Module<Tensor, Tensor>>? create, Func<Tensor, ModuleHeads> read)
        : base(engine, shape)
    {
        (_module, _create) = (module, create);
        module.to(engine.Device);
        // Dropout would make a ratio of probabilities that differs from 1 by the noise alone.
        module.eval();
        using var scope = NewDisposeScope();
        using var still = no_grad();
        _heads = read(module.call(zeros([1, 1], ScalarType.Int64, engine.Device)));
        Weights = _heads.Module is { } head ? new ModuleWeights(("", module), ("reward_head.", head))
            : new ModuleWeights(("", module));
    }

    public override TorchWeights Weights { get; }

    public override bool NeedsEqualLengths => true;

    public override string Kind(string transformer) => "module-" + transformer;

    /// <summary>Whether the module gives a score for each sequence, so that there is nothing to choose a row of.</summary>
    public bool GivesScores => _heads is ScoreHeads;

    public override Tensor[] Heads(PaddedBatch batch, bool graph)
    {
        using var scope = NewDisposeScope();
        return Array.ConvertAll(_heads.Read(Output(batch.Tokens), batch.Select), static head => head.MoveToOuterDisposeScope());
    }

    public override IDecoder Decode(int sequences, int[]? padding, int length) => new Decoder(this);

    public override TokenNetwork Clone()
    {
        if (_create is null)
        {
            throw new InvalidOperationException(
                "A policy or reward model from a module is cloned by what makes another such module: give FromModule its parameter create.");
        }
        var module = _create();
        var clone = new ModuleNetwork(Engine, module, Shape, _create, _heads.Another);
        using var scope = NewDisposeScope();
        using var still = no_grad();
        if (!clone.Weights.Parameters.Select(Text).SequenceEqual(Weights.Parameters.Select(Text)))
            throw new InvalidOperationException("create made a module with other parameters than the one given to FromModule.");
        clone.Weights.CopyFrom(Weights);
        foreach (var (name, buffer) in module.named_buffers())
            buffer.copy_(_module.named_buffers().First(other => other.name == name).buffer);
        return clone;

        static string Text((string Name, int[] Dimensions) parameter) => $"{parameter.Name} [{string.Join(", ", parameter.Dimensions)}]";
    }

    protected override void Release()
    {
        _module.Dispose();
        _heads.Module?.Dispose();
    }

    private Tensor Output(Tensor tokens)
    {
        var output = _module.call(tokens);
        long[] expected = _heads.Shape(tokens.shape[0], tokens.shape[1]);
        if (output.shape.SequenceEqual(expected)) return output.to(ScalarType.Float32);
        throw new InvalidOperationException(FormattableString.Invariant(
            $"The module gave [{string.Join(", ", output.shape)}] for tokens [{string.Join(", ", tokens.shape)}]; it must give [{string.Join(", ", expected)}]."));
    }

    private sealed class Decoder(ModuleNetwork network) : IDecoder
    {
        private Tensor? _read;

        public Tensor[] Next(Tensor tokens)
        {
            using var scope = NewDisposeScope();
            var all = _read is null ? tokens.clone() : cat([_read, tokens], 1);
            _read?.Dispose();
            _read = all.DetachFromDisposeScope();
            var heads = network._heads.Read(network.Output(all), static states => states.select(1, states.shape[1] - 1));
            return Array.ConvertAll(heads, static head => head.MoveToOuterDisposeScope());
        }

        public void Dispose() => _read?.Dispose();
    }
}
