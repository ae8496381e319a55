namespace RewardScaling.Runs;

/// <summary>What follows from a finding of the gate, the mildest first.</summary>
public enum GateRuling
{
    /// <summary>Laws may be fitted; the sentence stands beside them.</summary>
    Warning,

    /// <summary>The lines named are left out; laws are fitted to the others.</summary>
    LeaveOut,

    /// <summary>No law is fitted to the proxy. One may be fitted to gold.</summary>
    NoProxyLaw,

    /// <summary>No law is fitted. What was measured may still be described.</summary>
    NoLaw,

    /// <summary>The numbers are not what they were taken for: nothing can be said of them.</summary>
    Refusal,
}
