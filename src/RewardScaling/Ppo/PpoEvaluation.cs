using RewardScaling.Curves;
using RewardScaling.Models;
using RewardScaling.Numerics;

namespace RewardScaling.Ppo;

/// <summary>
/// How a run is looked at from outside: the gold reward, held-out prompts, and when. Nothing here can move the trained policy.
/// </summary>
public sealed record PpoEvaluation
{
    /// <summary>The reward model that counts. Only evaluation asks it.</summary>
    public required IRewardModel Gold { get; init; }

    /// <summary>
    /// The prompts of every evaluation, not used in training; without responses. Each evaluation writes fresh rollouts to them.
    /// </summary>
    public required TokenBatch Prompts { get; init; }

    /// <summary>How many rollouts each evaluation writes to each prompt; at least 1.</summary>
    /// <value>Default 1: many prompts tell more than many answers to one.</value>
    public int RolloutsPerPrompt { get; init; } = 1;

    /// <summary>
    /// The temperature of the rollouts of an evaluation and of its KL, which is that of both policies at it; positive. Null for
    /// the one of training.
    /// </summary>
    public double? Temperature { get; init; }

    /// <summary>
    /// Which tokens the rollouts of an evaluation may use. Proxy and gold are then those of the cut policy, and the KL is that of
    /// the cut policy from the whole initial one: above 0 for the initial policy itself, and nowhere infinite. Training is never
    /// cut.
    /// </summary>
    public TokenCut Cut { get; init; } = TokenCut.None;

    /// <summary>
    /// Whether every point's exact KL is compared with k1 on the same rollouts, for one more pass of the initial policy over
    /// them; where they disagree by more than 5 standard errors the log has a warning.
    /// </summary>
    public bool CrossCheckKl { get; init; } = true;

    /// <summary>At which distances from the initial policy the run is evaluated.</summary>
    public PpoEvaluationSchedule Schedule { get; init; } = new();

    /// <summary>Told every point of the curve with the policy it was measured at, at once; for those who keep it.</summary>
    internal Action<RewardPoint, ITrainablePolicy>? Measured { get; init; }

    /// <summary>Faults evaluations that cannot be made.</summary>
    /// <exception cref="ArgumentException">One line for every fault.</exception>
    internal void Validate(PpoProblem problem)
    {
        var faults = new Faults(nameof(PpoEvaluation));
        faults.Require(Gold is not null, nameof(Gold), "null", "given");
        faults.Require(Prompts is not null, nameof(Prompts), "null", "given");
        faults.Require(Schedule is not null, nameof(Schedule), "null", "given");
        faults.Require(Cut is not null, nameof(Cut), "null", "given; TokenCut.None cuts nothing");
        faults.Require(RolloutsPerPrompt >= 1, nameof(RolloutsPerPrompt), RolloutsPerPrompt, "at least 1");
        faults.Require(Temperature is null || (Temperature > 0 && double.IsFinite(Temperature.Value)), nameof(Temperature),
            Temperature ?? 0, "positive and finite, or null");
        if (Prompts is not null)
        {
            long rollouts = (long)Prompts.Count * RolloutsPerPrompt;
            faults.Require(rollouts >= 2, "Prompts.Count x RolloutsPerPrompt", rollouts,
                "at least 2, so that there is a standard error");
            faults.Require(Prompts.TotalResponseTokens == 0, "Prompts.TotalResponseTokens", Prompts.TotalResponseTokens,
                "0: a prompt has no response yet");
            int room = problem.InitialPolicy.ContextLength - problem.ResponseLength;
            faults.Require(Prompts.LongestSequence <= room, "Prompts.LongestSequence", Prompts.LongestSequence,
                $"at most {room}, context less response");
        }
        faults.ThrowIfAny();
        Schedule!.Validate();
        Cut!.Validate();
    }
}
