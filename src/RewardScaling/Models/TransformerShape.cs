using RewardScaling.Numerics;

namespace RewardScaling.Models;

/// <summary>
/// The shape of a decoder-only transformer in parts: normalisation, positions, attention, feed-forward, biases, ties. A family is
/// a choice of parts; a shape that names none is GPT's: pre-LayerNorm, learned positions, exact GELU, biases everywhere, an
/// output head of its own.
/// </summary>
public sealed record TransformerShape
{
    /// <summary>How many different tokens there are; at least 2.</summary>
    public required int Vocabulary { get; init; }

    /// <summary>The longest sequence, prompt and response together, in tokens.</summary>
    public required int Context { get; init; }

    /// <summary>
    /// The width of the residual stream; a multiple of <see cref="Heads"/> unless <see cref="HeadWidth"/> is given.
    /// </summary>
    public required int Width { get; init; }

    /// <summary>The number of blocks, attention and feed-forward each.</summary>
    public required int Layers { get; init; }

    /// <summary>The number of attention heads.</summary>
    public required int Heads { get; init; }

    /// <summary>The number of heads of keys and values, each read by Heads / KeyValueHeads queries (Ainslie et al. 2023,
    /// arXiv:2305.13245).</summary>
    /// <value>Default <see cref="Heads"/>: one for each.</value>
    public int KeyValueHeads { get => field == 0 ? Heads : field; init; }

    /// <summary>The width of one attention head.</summary>
    /// <value>Default <see cref="Width"/> / <see cref="Heads"/>.</value>
    public int HeadWidth { get => field == 0 ? Heads < 1 ? 0 : Width / Heads : field; init; }

    /// <summary>Whether queries and keys are normalised head by head, by root mean square, before positions turn them.</summary>
    /// <value>Default false.</value>
    public bool NormalizesQueriesAndKeys { get; init; }

    /// <summary>The width inside the feed-forward part.</summary>
    /// <value>Default 4 x <see cref="Width"/>, as in GPT-2.</value>
    public int FeedForwardWidth { get => field == 0 ? 4 * Width : field; init; }

    /// <summary>The function inside the feed-forward part.</summary>
    /// <value>Default <see cref="Activation.Gelu"/>.</value>
    public Activation Activation { get; init; }

    /// <summary>
    /// Whether what the function gives is multiplied by a second product: down(f(gate x) · up x) (Shazeer 2020,
    /// arXiv:2002.05202).
    /// </summary>
    /// <value>Default false: down(f(up x)).</value>
    public bool IsGated { get; init; }

    /// <summary>How the residual stream is normalised.</summary>
    /// <value>Default <see cref="Normalization.LayerNorm"/>.</value>
    public Normalization Normalization { get; init; } = Normalization.LayerNorm;

    /// <summary>Positions as rotations of queries and keys; null for a learned embedding of each position.</summary>
    /// <value>Default null.</value>
    public RotaryPositions? Rotary { get; init; }

    /// <summary>Which products have a bias.</summary>
    /// <value>Default <see cref="Biases.Everywhere"/>.</value>
    public Biases Biases { get; init; } = Biases.Everywhere;

    /// <summary>Whether both parts of a block read its input, and their sum is added to it (GPT-J, GPT-NeoX).</summary>
    /// <value>Default false: the feed-forward part reads what attention left.</value>
    public bool IsParallel { get; init; }

    /// <summary>Whether a policy's token head is the table of token embeddings; it then has no bias.</summary>
    /// <value>Default false.</value>
    public bool TiesHead { get; init; }

    /// <summary>Where the head of a reward model is read; a policy's heads are read at every position anyway.</summary>
    /// <value>Default <see cref="RewardReadout.LastToken"/>.</value>
    public RewardReadout Readout { get; init; }

    /// <summary>Whether all parts are those of the default, so that the numbers of the shape say everything.</summary>
    internal bool IsPlain => KeyValueHeads == Heads && HeadWidth * Heads == Width && !NormalizesQueriesAndKeys
        && Activation == Activation.Gelu
        && !IsGated && Normalization == Normalization.LayerNorm && Rotary is null && Biases == Biases.Everywhere && !IsParallel
            && !TiesHead;

    /// <summary>
    /// How many numbers the network holds with a head of the given width (the vocabulary for a policy, 1 for a reward model).
    /// </summary>
    /// <param name="outputs">The number of outputs of the head.</param>
    public long ParameterCount(int outputs) =>
        NetworkParameter.Of(this, [(outputs == 1 ? "reward_head" : "head", outputs)]).Sum(static parameter =>
            (long)parameter.Rows * parameter.Columns);

    /// <summary>Faults a shape no network can have.</summary>
    /// <exception cref="ArgumentException">One line for every fault.</exception>
    public void Validate()
    {
        var faults = new Faults(nameof(TransformerShape));
        faults.Require(Vocabulary >= 2, nameof(Vocabulary), Vocabulary, "at least 2");
        faults.Require(Context >= 1, nameof(Context), Context, "at least 1");
        faults.Require(Width >= 1, nameof(Width), Width, "at least 1");
        faults.Require(Layers >= 1, nameof(Layers), Layers, "at least 1");
        faults.Require(Heads >= 1, nameof(Heads), Heads, "at least 1");
        faults.Require(Heads < 1 || HeadWidth * Heads == Width || HeadWidth != Width / Heads, nameof(Width), Width,
            $"a multiple of Heads = {Heads}");
        faults.Require(Heads < 1 || HeadWidth >= 1 || Width < Heads, nameof(HeadWidth), HeadWidth, "at least 1");
        faults.Require(Heads < 1 || (KeyValueHeads >= 1 && Heads % KeyValueHeads == 0), nameof(KeyValueHeads), KeyValueHeads,
            $"a divisor of Heads = {Heads}");
        faults.Require(FeedForwardWidth >= 1, nameof(FeedForwardWidth), FeedForwardWidth, "at least 1");
        faults.Require(Enum.IsDefined(Activation), nameof(Activation), Activation, "a value of Activation");
        faults.Require(Normalization is not null && Enum.IsDefined(Normalization.Kind), nameof(Normalization),
            Normalization?.Kind.ToString() ?? "null",
            "a value of NormalizationKind");
        faults.Require(Normalization is null || (Normalization.Epsilon > 0 && double.IsFinite(Normalization.Epsilon)),
            "Normalization.Epsilon",
            Normalization?.Epsilon ?? 0, "positive and finite");
        faults.Require(Biases is not null, nameof(Biases), "null", "given");
        faults.Require(!TiesHead || Biases is not { Head: true }, nameof(TiesHead), TiesHead, "false where Biases.Head is true");
        faults.Require(Enum.IsDefined(Readout), nameof(Readout), Readout, "a value of RewardReadout");
        if (Heads >= 1) Rotary?.Validate(faults, HeadWidth);
        faults.ThrowIfAny();
    }
}
