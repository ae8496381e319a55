namespace RewardScaling.Studies;

/// <summary>What KL is measured from in the later rounds of iterated RLHF.</summary>
public enum RoundReference
{
    /// <summary>The initial policy of the first round: KL says how far all rounds together have gone.</summary>
    First,

    /// <summary>The policy that the round before ended with: KL says how far this round has gone.</summary>
    Previous,
}
