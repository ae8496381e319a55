using System.ComponentModel;

namespace RewardScaling.Models;

/// <summary>
/// A parameter as files and initialization see it, the same for every engine: [outputs, inputs] for a matrix, as PyTorch's
/// nn.Linear has it. For those who write an engine.
/// </summary>
/// <param name="Name">The name in files.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Rows">The first dimension (1 for a vector).</param>
/// <param name="Columns">The second dimension, or the length of a vector.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed record NetworkParameter(string Name, ParameterKind Kind, int Rows, int Columns)
{
    /// <summary>The name of the token head of a policy.</summary>
    internal const string TokenHead = "head";

    private const string ValueHead = "value_head", RewardHead = "reward_head";

    /// <summary>The heads of a policy: name and number of outputs.</summary>
    /// <param name="shape">The network.</param>
    public static IReadOnlyList<(string Name, int Outputs)> PolicyHeads(TransformerShape shape) =>
        [(TokenHead, shape.Vocabulary), (ValueHead, 1)];

    /// <summary>The head of a reward model: name and number of outputs.</summary>
    public static IReadOnlyList<(string Name, int Outputs)> RewardHeads => [(RewardHead, 1)];

    /// <summary>Whether it has one dimension.</summary>
    public bool IsVector => Kind is ParameterKind.Gain or ParameterKind.Bias;

    /// <summary>Whether weight decay shrinks it.</summary>
    public bool Decays => !IsVector;

    /// <summary>The length of each dimension, as files have it: [columns] or [rows, columns].</summary>
    public int[] Dimensions => IsVector ? [Columns] : [Rows, Columns];

    /// <summary>All parameters of a network, in the order of the network.</summary>
    /// <param name="shape">The network.</param>
    /// <param name="heads"><see cref="PolicyHeads"/> or <see cref="RewardHeads"/>.</param>
    public static IReadOnlyList<NetworkParameter> Of(TransformerShape shape, IReadOnlyList<(string Name, int Outputs)> heads)
    {
        ArgumentNullException.ThrowIfNull(shape);
        ArgumentNullException.ThrowIfNull(heads);
        int width = shape.Width, queries = shape.Heads * shape.HeadWidth, keys = shape.KeyValueHeads * shape.HeadWidth;
        bool hasNormBias = shape.Normalization.Kind == NormalizationKind.LayerNorm;
        var biases = shape.Biases;
        List<NetworkParameter> all = [new("embedding.token.weight", ParameterKind.Embedding, shape.Vocabulary, width)];
        if (shape.Rotary is null) all.Add(new("embedding.position.weight", ParameterKind.Embedding, shape.Context, width));
        for (int layer = 0; layer < shape.Layers; layer++)
        {
            string block = FormattableString.Invariant($"blocks.{layer}.");
            Norm(block + "attention_norm", width, hasNormBias);
            Linear(block + "attention.query_key_value", ParameterKind.Matrix, queries + 2 * keys, width, biases.QueryKeyValue);
            if (shape.NormalizesQueriesAndKeys)
            {
                Norm(block + "attention.query_norm", shape.HeadWidth, hasBias: false);
                Norm(block + "attention.key_norm", shape.HeadWidth, hasBias: false);
            }
            Linear(block + "attention.output", ParameterKind.AttentionOutput, width, queries, biases.AttentionOutput);
            Norm(block + "feed_forward_norm", width, hasNormBias);
            if (shape.IsGated)
                Linear(block + "feed_forward.gate", ParameterKind.Matrix, shape.FeedForwardWidth, width, biases.FeedForward);
            Linear(block + "feed_forward.up", ParameterKind.Matrix, shape.FeedForwardWidth, width, biases.FeedForward);
            Linear(block + "feed_forward.down", ParameterKind.FeedForwardOutput, width, shape.FeedForwardWidth,
                biases.FeedForward);
        }
        Norm("norm", width, hasNormBias);
        bool isTied = IsTied(shape, heads);
        foreach (var (name, outputs) in heads)
            if (!isTied || name != TokenHead) Linear(name, KindOf(name), outputs, width, HasBias(shape, name));
        return all;

        void Norm(string name, int columns, bool hasBias)
        {
            all.Add(new(name + ".weight", ParameterKind.Gain, 1, columns));
            if (hasBias) all.Add(new(name + ".bias", ParameterKind.Bias, 1, columns));
        }
        void Linear(string name, ParameterKind kind, int outputs, int inputs, bool hasBias)
        {
            all.Add(new(name + ".weight", kind, outputs, inputs));
            if (hasBias) all.Add(new(name + ".bias", ParameterKind.Bias, 1, outputs));
        }
    }

    /// <summary>Whether one of the heads is the table of token embeddings, and so no parameter of its own.</summary>
    internal static bool IsTied(TransformerShape shape, IReadOnlyList<(string Name, int Outputs)> heads) =>
        shape.TiesHead && heads.Any(static head => head.Name == TokenHead);

    /// <summary>Whether a head has a bias; that of the value always has.</summary>
    internal static bool HasBias(TransformerShape shape, string head) => shape.Biases.Head || head == ValueHead;

    private static ParameterKind KindOf(string head) => head switch
    {
        ValueHead => ParameterKind.ValueHead,
        RewardHead => ParameterKind.Head,
        _ => ParameterKind.Matrix,
    };

    /// <summary>The name and the dimensions.</summary>
    public override string ToString() => FormattableString.Invariant($"{Name} [{Rows} x {Columns}], {Kind}");
}
