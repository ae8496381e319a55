namespace RewardScaling.Models;

/// <summary>Which products of a network have a bias; a value head always has one.</summary>
public sealed record Biases
{
    /// <summary>Everywhere, as in GPT-2's blocks and this library's own networks.</summary>
    public static Biases Everywhere { get; } = new();

    /// <summary>Nowhere.</summary>
    public static Biases Nowhere { get; } = new()
    {
        QueryKeyValue = false,
        AttentionOutput = false,
        FeedForward = false,
        Head = false,
    };

    /// <summary>On queries, keys and values.</summary>
    /// <value>Default true.</value>
    public bool QueryKeyValue { get; init; } = true;

    /// <summary>On what attention writes to the residual stream.</summary>
    /// <value>Default true.</value>
    public bool AttentionOutput { get; init; } = true;

    /// <summary>On all products of the feed-forward part.</summary>
    /// <value>Default true.</value>
    public bool FeedForward { get; init; } = true;

    /// <summary>On the token head of a policy and on the head of a reward model.</summary>
    /// <value>Default true.</value>
    public bool Head { get; init; } = true;
}
