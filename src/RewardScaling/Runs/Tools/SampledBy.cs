namespace RewardScaling.Runs;

/// <summary>From which distribution scored samples were drawn, where the log-probabilities show a cut (top-p, top-k).</summary>
public enum SampledBy
{
    /// <summary>From the policy whose log-probabilities stand beside them; signs of a cut are a fault.</summary>
    ThePolicy,

    /// <summary>
    /// From the cut policy whose renormalised log-probabilities stand beside them: k1 is then its KL from the uncut reference,
    /// unbiased, and includes what the cut itself takes, -ln of the mass kept at each token.
    /// </summary>
    ItsCut,
}
