using RewardScaling.Numerics;

namespace RewardScaling.Models;

/// <summary>
/// The shape of a decoder-only transformer of the GPT family: pre-LayerNorm, learned positions, exact GELU, biases everywhere,
/// an output head that is not tied to the embedding.
/// </summary>
/// <remarks>
/// Everything an engine needs to build the network is a property here with today's network as the default, so that another family
/// (RMSNorm, rotary positions, SwiGLU, grouped-query attention) is further properties, not another record.
/// </remarks>
public sealed record TransformerShape
{
    /// <summary>How many different tokens there are; at least 2.</summary>
    public required int Vocabulary { get; init; }

    /// <summary>The longest sequence, prompt and response together, in tokens.</summary>
    public required int Context { get; init; }

    /// <summary>The width of the residual stream; a multiple of <see cref="Heads"/>.</summary>
    public required int Width { get; init; }

    /// <summary>The number of blocks, attention and feed-forward each.</summary>
    public required int Layers { get; init; }

    /// <summary>The number of attention heads.</summary>
    public required int Heads { get; init; }

    /// <summary>The width inside the feed-forward part.</summary>
    /// <value>Default 4 x <see cref="Width"/>, as in GPT-2.</value>
    public int FeedForwardWidth { get => field == 0 ? 4 * Width : field; init; }

    /// <summary>Where the head of a reward model is read; a policy's heads are read at every position anyway.</summary>
    /// <value>Default <see cref="RewardReadout.LastToken"/>.</value>
    public RewardReadout Readout { get; init; }

    /// <summary>The width of one attention head.</summary>
    public int HeadWidth => Width / Heads;

    /// <summary>
    /// How many numbers the network holds with a head of the given width (the vocabulary for a policy, 1 for a reward model).
    /// </summary>
    /// <param name="outputs">The number of outputs of the head.</param>
    public long ParameterCount(int outputs)
    {
        long d = Width, f = FeedForwardWidth;
        long block = 4 * d + (3 * d * d + 3 * d) + (d * d + d) + (d * f + f) + (f * d + d);
        return (Vocabulary + (long)Context) * d + Layers * block + 2 * d + (d + 1) * outputs;
    }

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
        faults.Require(Heads < 1 || Width % Heads == 0, nameof(Width), Width, $"a multiple of Heads = {Heads}");
        faults.Require(FeedForwardWidth >= 1, nameof(FeedForwardWidth), FeedForwardWidth, "at least 1");
        faults.Require(Enum.IsDefined(Readout), nameof(Readout), Readout, "a value of RewardReadout");
        faults.ThrowIfAny();
    }
}
