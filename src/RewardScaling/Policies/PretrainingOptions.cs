using RewardScaling.Models;
using RewardScaling.Numerics;

namespace RewardScaling.Policies;

/// <summary>How a policy is trained to write like a corpus.</summary>
public sealed record PretrainingOptions
{
    /// <summary>The number of optimizer steps; at least 1.</summary>
    /// <value>Default 1000: a policy of 100,000 parameters comes close to a small synthetic language in it.</value>
    public int Steps { get; init; } = 1000;

    /// <summary>Windows in one step; at least 1.</summary>
    /// <value>Default 32.</value>
    public int BatchSize { get; init; } = 32;

    /// <summary>Tokens in a window, at least 2, at most the policy's context; 0 takes the whole context.</summary>
    /// <value>Default 0.</value>
    public int WindowLength { get; init; }

    /// <summary>Windows given to the engine at a time; at least 1. It bounds memory and changes nothing else.</summary>
    /// <value>Default 32.</value>
    public int MicroBatchSize { get; init; } = 32;

    /// <summary>The learning rate of every step.</summary>
    /// <value>Default peak 3e-3, 5 % warm-up, cosine to a tenth of the peak (the decay of GPT-3, Brown et al. 2020, appendix B;
    /// the peak is for small networks).</value>
    public LearningRateSchedule LearningRate { get; init; } = new() { Peak = 3e-3, FinalShare = 0.1 };

    /// <summary>The optimizer.</summary>
    /// <value>Default beta2 0.95 and weight decay 0.1, as GPT-3 (Brown et al. 2020, appendix B).</value>
    public AdamWOptions Optimizer { get; init; } = new() { Beta2 = 0.95, WeightDecay = 0.1 };

    /// <summary>Held-out windows a loss is measured on; at least 2.</summary>
    /// <value>Default 128.</value>
    public int HeldOutWindows { get; init; } = 128;

    /// <summary>
    /// Steps from one held-out measurement to the next; at least 1. There is one before the first step
    /// and one after the last, too.
    /// </summary>
    /// <value>Default 100.</value>
    public int StepsPerEvaluation { get; init; } = 100;

    /// <summary>
    /// Early stopping: after this many held-out measurements in a row no better than the best one, the training ends with the
    /// weights of that one (so it does when it comes to its last step); at least 0, 0 for never. A small corpus wants it: it is
    /// soon known by heart.
    /// </summary>
    /// <value>Default 0: the weights of the last step.</value>
    public int Patience { get; init; }

    /// <summary>Faults options no training can follow.</summary>
    /// <exception cref="ArgumentException">One line for every fault.</exception>
    public void Validate()
    {
        var faults = new Faults(nameof(PretrainingOptions));
        faults.Require(Steps >= 1, nameof(Steps), Steps, "at least 1");
        faults.Require(BatchSize >= 1, nameof(BatchSize), BatchSize, "at least 1");
        faults.Require(WindowLength is 0 or >= 2, nameof(WindowLength), WindowLength, "at least 2, or 0 for the whole context");
        faults.Require(MicroBatchSize >= 1, nameof(MicroBatchSize), MicroBatchSize, "at least 1");
        faults.Require(HeldOutWindows >= 2, nameof(HeldOutWindows), HeldOutWindows, "at least 2");
        faults.Require(StepsPerEvaluation >= 1, nameof(StepsPerEvaluation), StepsPerEvaluation, "at least 1");
        faults.Require(Patience >= 0, nameof(Patience), Patience, "at least 0");
        faults.ThrowIfAny();
        LearningRate.Validate();
        Optimizer.Validate();
    }
}
