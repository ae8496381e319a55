namespace RewardScaling.Ppo;

/// <summary>Where the KL penalty acts.</summary>
public enum KlPlacement
{
    /// <summary>
    /// In the reward of every token (Ziegler et al. 2019, equation 2): the objective is E[score] - β D_KL(π ‖ π_init) of whole
    /// sequences, best at π* ∝ π_init exp(score / β).
    /// </summary>
    Reward,

    /// <summary>
    /// In the loss of every token (<see cref="KlLoss"/>): each token pays for its own distribution and not for where it leads,
    /// so the fixed point is π(a | s) ∝ π_init(a | s) exp(Q(s, a) / β) with the Q of the scores alone. The two agree for
    /// responses of one token.
    /// </summary>
    Loss,
}
