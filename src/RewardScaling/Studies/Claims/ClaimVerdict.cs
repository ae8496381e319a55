namespace RewardScaling.Studies.Claims;

/// <summary>What a study says of a claim.</summary>
public enum ClaimVerdict
{
    /// <summary>The test speaks for the claim at 5 percent.</summary>
    Supported,

    /// <summary>The test speaks against the claim at 5 percent.</summary>
    NotSupported,

    /// <summary>The plan asks for it and the data do not decide: too few seeds, too noisy, or nothing to test with.</summary>
    Undecided,

    /// <summary>The plan has no such axis.</summary>
    NotAsked,
}
