namespace RewardScaling.Runs;

/// <summary>What a finding of the gate is about.</summary>
public enum GateSubject
{
    /// <summary>The divergence, the axis of every law.</summary>
    Kl,

    /// <summary>The score that was optimised.</summary>
    Proxy,

    /// <summary>What counts.</summary>
    Gold,

    /// <summary>A law that was fitted.</summary>
    Law,
}
