namespace RewardScaling.Models;

/// <summary>
/// A parameter as files and initialization see it, the same for every engine: [outputs, inputs] for a matrix, as PyTorch's
/// nn.Linear has it. For those who write an engine.
/// </summary>
/// <param name="Name">The name in files.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Rows">The first dimension (1 for a vector).</param>
/// <param name="Columns">The second dimension, or the length of a vector.</param>
public sealed record NetworkParameter(string Name, ParameterKind Kind, int Rows, int Columns)
{
    /// <summary>The heads of a policy: name and number of outputs.</summary>
    /// <param name="shape">The network.</param>
    public static IReadOnlyList<(string Name, int Outputs)> PolicyHeads(TransformerShape shape) =>
        [("head", shape.Vocabulary), ("value_head", 1)];

    /// <summary>The head of a reward model: name and number of outputs.</summary>
    public static IReadOnlyList<(string Name, int Outputs)> RewardHeads => [("reward_head", 1)];

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
        int width = shape.Width;
        List<NetworkParameter> all =
        [
            new("embedding.token.weight", ParameterKind.Embedding, shape.Vocabulary, width),
            new("embedding.position.weight", ParameterKind.Embedding, shape.Context, width),
        ];
        for (int layer = 0; layer < shape.Layers; layer++)
        {
            string block = FormattableString.Invariant($"blocks.{layer}.");
            Norm(block + "attention_norm");
            Linear(block + "attention.query_key_value", ParameterKind.Matrix, 3 * width, width);
            Linear(block + "attention.output", ParameterKind.AttentionOutput, width, width);
            Norm(block + "feed_forward_norm");
            Linear(block + "feed_forward.up", ParameterKind.Matrix, shape.FeedForwardWidth, width);
            Linear(block + "feed_forward.down", ParameterKind.FeedForwardOutput, width, shape.FeedForwardWidth);
        }
        Norm("norm");
        foreach (var (name, outputs) in heads) Linear(name, KindOf(name), outputs, width);
        return all;

        void Norm(string name)
        {
            all.Add(new(name + ".weight", ParameterKind.Gain, 1, width));
            all.Add(new(name + ".bias", ParameterKind.Bias, 1, width));
        }
        void Linear(string name, ParameterKind kind, int outputs, int inputs)
        {
            all.Add(new(name + ".weight", kind, outputs, inputs));
            all.Add(new(name + ".bias", ParameterKind.Bias, 1, outputs));
        }
    }

    private static ParameterKind KindOf(string head) => head switch
    {
        "value_head" => ParameterKind.ValueHead,
        "reward_head" => ParameterKind.Head,
        _ => ParameterKind.Matrix,
    };

    /// <summary>The name and the dimensions.</summary>
    public override string ToString() => FormattableString.Invariant($"{Name} [{Rows} x {Columns}], {Kind}");
}
