namespace RewardScaling.Ppo;

/// <summary>Over which tokens advantages are brought to mean 0 and variance 1.</summary>
public enum AdvantageWhitening
{
    /// <summary>Advantages stay as they are; the learning rate then depends on the scale of the scores.</summary>
    None,

    /// <summary>Over all rollouts of a step, once.</summary>
    Step,

    /// <summary>Over each minibatch, anew in each epoch.</summary>
    Minibatch,
}
