namespace RewardScaling.Ppo;

/// <summary>Sums of what a step's losses say, in the order of the tokens, whatever the micro-batches.</summary>
internal sealed class StepTally
{
    public double PolicyLoss, ValueLoss, Entropy, StepKl, GradientNorm, FirstLogRatio;
    public long Clipped, Tokens, EpochTokens;
    public int OptimizerSteps, Epochs;

    /// <summary>Begins a step.</summary>
    public void Clear()
    {
        PolicyLoss = ValueLoss = Entropy = StepKl = GradientNorm = FirstLogRatio = 0;
        Clipped = Tokens = EpochTokens = 0;
        OptimizerSteps = Epochs = 0;
    }

    /// <summary>Begins an epoch: StepKl is of the last one.</summary>
    public void BeginEpoch() => (StepKl, EpochTokens) = (0, 0);

    /// <summary>Adds one token.</summary>
    public void Add(in TokenLoss policy, in TokenLoss value, double entropy, double stepKl)
    {
        PolicyLoss += policy.Value;
        ValueLoss += value.Value;
        Entropy += entropy;
        StepKl += stepKl;
        if (policy.Clipped) Clipped++;
        Tokens++;
        EpochTokens++;
    }
}
