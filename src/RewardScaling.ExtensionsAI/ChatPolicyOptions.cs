namespace RewardScaling.ExtensionsAI;

/// <summary>How a chat client is asked as a policy.</summary>
public sealed record ChatPolicyOptions
{
    /// <summary>The instructions before each prompt; null for none.</summary>
    /// <value>Default null.</value>
    public string? Instructions { get; init; }

    /// <summary>The most tokens of the client's that an answer may have; null for the client's own limit.</summary>
    /// <value>Default null: <see cref="Models.SamplingOptions.ResponseLength"/> counts bytes, and an answer that is longer is a
    /// fault.</value>
    public int? MaxOutputTokens { get; init; }

    /// <summary>How many calls may be under way; at least 1.</summary>
    /// <value>Default 8, as <see cref="Policies.Policy.FromRemote"/>.</value>
    public int CallsAtOnce { get; init; } = 8;

    /// <summary>Faults options that cannot be followed.</summary>
    /// <exception cref="ArgumentException">The first fault.</exception>
    public void Validate()
    {
        if (MaxOutputTokens < 1) throw new ArgumentException(FormattableString.Invariant($"ChatPolicyOptions: MaxOutputTokens = {MaxOutputTokens} must be at least 1, or null."));
        if (CallsAtOnce < 1) throw new ArgumentException(FormattableString.Invariant($"ChatPolicyOptions: CallsAtOnce = {CallsAtOnce} must be at least 1."));
    }
}
