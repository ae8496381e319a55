using RewardScaling.Models;
using RewardScaling.Numerics;

namespace RewardScaling.RewardModels;

/// <summary>How a reward model learns from comparisons.</summary>
public sealed record RewardModelTrainingOptions
{
    /// <summary>How often every comparison is seen; at least 1.</summary>
    /// <value>Default 1: Gao et al. 2022 (figure 13) found four epochs no better than one, unlike four times the data.</value>
    public int Epochs { get; init; } = 1;

    /// <summary>Comparisons in one step; at least 1. The last step of an epoch takes what is left.</summary>
    /// <value>Default 64, Gao et al. 2022, table 1.</value>
    public int BatchSize { get; init; } = 64;

    /// <summary>Comparisons given to the engine at a time; at least 1. It bounds memory and changes nothing else.</summary>
    /// <value>Default 64.</value>
    public int MicroBatchSize { get; init; } = 64;

    /// <summary>The learning rate of every step.</summary>
    /// <value>Default peak 1e-3, 5 % warm-up, cosine to 0 (Huang et al. 2024, arXiv:2403.17031, decay alike; the peak is
    /// for small networks).</value>
    public LearningRateSchedule LearningRate { get; init; } = new() { Peak = 1e-3 };

    /// <summary>The optimizer.</summary>
    /// <value>Default AdamW without weight decay.</value>
    public AdamWOptions Optimizer { get; init; } = new();

    /// <summary>
    /// Steps from one look at the held-out loss to the next, one before the first step; at least 0, 0 for none.
    /// </summary>
    /// <value>Default 0: with one epoch there is nothing to stop early.</value>
    public int StepsPerEvaluation { get; init; }

    /// <summary>
    /// Early stopping: after this many looks in a row no better than the best one, the training ends with the weights of that
    /// one (so it does when it comes to its last step); at least 0, 0 for never. Needs <see cref="StepsPerEvaluation"/>.
    /// </summary>
    /// <value>Default 0: the weights of the last step.</value>
    public int Patience { get; init; }

    /// <summary>
    /// The weight λ of λ (r(chosen) + r(rejected))², which keeps scores around 0 where comparisons do not say where they are
    /// (Eisenstein et al. 2023, arXiv:2312.09244, equation 5); at least 0, per squared score.
    /// </summary>
    /// <value>Default 0: scores are recentred after training (Gao et al. 2022, section 2.2).</value>
    public double CentringPenalty { get; init; }

    /// <summary>Faults options no training can follow.</summary>
    /// <exception cref="ArgumentException">One line for every fault.</exception>
    public void Validate()
    {
        var faults = new Faults(nameof(RewardModelTrainingOptions));
        faults.Require(Epochs >= 1, nameof(Epochs), Epochs, "at least 1");
        faults.Require(BatchSize >= 1, nameof(BatchSize), BatchSize, "at least 1");
        faults.Require(MicroBatchSize >= 1, nameof(MicroBatchSize), MicroBatchSize, "at least 1");
        faults.Require(StepsPerEvaluation >= 0, nameof(StepsPerEvaluation), StepsPerEvaluation, "at least 0");
        faults.Require(CentringPenalty >= 0 && double.IsFinite(CentringPenalty), nameof(CentringPenalty), CentringPenalty,
            "at least 0 and finite");
        faults.Require(Patience >= 0, nameof(Patience), Patience, "at least 0");
        faults.Require(Patience <= 0 || StepsPerEvaluation != 0, nameof(Patience), Patience, "0 where StepsPerEvaluation is 0");
        faults.ThrowIfAny();
        LearningRate.Validate();
        Optimizer.Validate();
    }
}
