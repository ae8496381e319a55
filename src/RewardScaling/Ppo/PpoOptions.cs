using RewardScaling.Divergence;
using RewardScaling.Models;
using RewardScaling.Numerics;

namespace RewardScaling.Ppo;

/// <summary>
/// Everything PPO can be told. "Gao" is Gao, Schulman and Hilton 2022 (arXiv:2210.10760, table 1 of appendix C), "N+"
/// is Huang et al. 2024 (arXiv:2403.17031), "Ziegler" is Ziegler et al. 2019 (arXiv:1909.08593). docs/ppo.md sets
/// these defaults beside theirs.
/// </summary>
public sealed record PpoOptions
{
    /// <summary>How many rollouts each step samples, each from a prompt of its own draw; at least 1.</summary>
    /// <value>Default 256, Gao.</value>
    public int RolloutsPerStep { get; init; } = 256;

    /// <summary>How often each step goes over its rollouts; at least 1.</summary>
    /// <value>Default 4, N+.</value>
    public int Epochs { get; init; } = 4;

    /// <summary>
    /// Into how many minibatches an epoch is cut, one optimizer step each; in [1, <see cref="RolloutsPerStep"/>].
    /// </summary>
    /// <value>Default 1, N+.</value>
    public int Minibatches { get; init; } = 1;

    /// <summary>
    /// How many rollouts go through the network at a time in training; changes memory and speed, not one
    /// bit of the result. At least 1.
    /// </summary>
    /// <value>Default 64.</value>
    public int MicroBatchRollouts { get; init; } = 64;

    /// <summary>
    /// How many rollouts are sampled at a time, in training and evaluation; changes memory and speed only. At least 1.
    /// </summary>
    /// <value>Default 256.</value>
    public int SamplingBatchRollouts { get; init; } = 256;

    /// <summary>
    /// Logits of the policy and of the initial policy are divided by this, in sampling, training and every KL; positive.
    /// </summary>
    /// <value>Default 1, so that the policy is the one the KL speaks of; Ziegler and N+ take 0.7.</value>
    public double Temperature { get; init; } = 1;

    /// <summary>γ of the advantages, in [0, 1].</summary>
    /// <value>Default 1, Ziegler and N+.</value>
    public double Discount { get; init; } = 1;

    /// <summary>λ of the advantages, in [0, 1].</summary>
    /// <value>Default 0.95, Gao.</value>
    public double Lambda { get; init; } = 0.95;

    /// <summary>How far the ratio π_new / π_old may leave 1 with profit; positive.</summary>
    /// <value>Default 0.2, Gao.</value>
    public double ClipRange { get; init; } = 0.2;

    /// <summary>The bound on the ratio where the advantage is negative (Ye et al. 2020); above 1.</summary>
    /// <value>Default infinity, no bound; Ye et al. take 3.</value>
    public double DualClip { get; init; } = double.PositiveInfinity;

    /// <summary>How far a value may leave its old value with profit; positive, infinity for no clipping.</summary>
    /// <value>Default 0.2, Ziegler and N+; meant for returns of standard deviation about 1, see
    /// <see cref="ScoreScaling"/>.</value>
    public double ValueClipRange { get; init; } = 0.2;

    /// <summary>The weight of the value loss; at least 0.</summary>
    /// <value>Default 0.1, N+.</value>
    public double ValueCoefficient { get; init; } = 0.1;

    /// <summary>The weight of the mean entropy, in loss per nat; at least 0.</summary>
    /// <value>Default 0, as Huang et al. 2022, "The 37 implementation details of PPO", take for continuous control.</value>
    public double EntropyCoefficient { get; init; }

    /// <summary>β at the first step: the penalty in reward per nat of log π - log π_init, at every token; at least 0.</summary>
    /// <value>Default 0, Gao (all runs but those of section 3.6). An <see cref="AdaptiveKlController"/> needs more than
    /// 0.</value>
    public double KlCoefficient { get; init; }

    /// <summary>Whether the penalty is in the rewards or in the loss.</summary>
    /// <value>Default <see cref="KlPlacement.Reward"/>, Ziegler and N+.</value>
    public KlPlacement KlPlacement { get; init; } = KlPlacement.Reward;

    /// <summary>How β moves from step to step.</summary>
    /// <value>Default <see cref="KlController.Fixed"/>, so that one objective holds for the whole curve.</value>
    public KlController KlController { get; init; } = KlController.Fixed;

    /// <summary>What happens to scores before they become rewards.</summary>
    /// <value>Default <see cref="ScoreScaling.None"/>. Take <see cref="ScoreScaling.InitialDeviation"/> for
    /// proxies of unknown scale.</value>
    public ScoreScaling ScoreScaling { get; init; } = ScoreScaling.None;

    /// <summary>Scores, scaled if they are, are kept within ± this; positive.</summary>
    /// <value>Default infinity, no bound.</value>
    public double ScoreClip { get; init; } = double.PositiveInfinity;

    /// <summary>
    /// What a response without an end token loses of its score, after scaling and clipping; at least 0. It acts only where there
    /// is one: <see cref="PpoProblem.EndToken"/>.
    /// </summary>
    /// <value>Default 0; N+ gives such responses the score -1 whatever the reward model says.</value>
    public double MissingEndPenalty { get; init; }

    /// <summary>Whether rewards per token are brought to variance 1 over each step, their mean kept.</summary>
    /// <value>Default false, N+, which saw shorter answers with it; Ziegler does it. It changes what β
    /// means from step to step.</value>
    public bool RewardWhitening { get; init; }

    /// <summary>Over which tokens advantages are brought to mean 0 and variance 1.</summary>
    /// <value>Default <see cref="AdvantageWhitening.Step"/>, N+; Ziegler takes the minibatch.</value>
    public AdvantageWhitening AdvantageWhitening { get; init; } = AdvantageWhitening.Step;

    /// <summary>AdamW and gradient clipping.</summary>
    /// <value>Default epsilon 1e-5 (N+) and gradient norm 0.5 (Huang et al. 2022, "The 37 implementation details of PPO"); the
    /// rest as <see cref="AdamWOptions"/>.</value>
    public AdamWOptions Optimizer { get; init; } = new() { Epsilon = 1e-5, MaxGradientNorm = 0.5 }; // PPO details 16 and 17

    /// <summary>The learning rate after the warm-up; positive.</summary>
    /// <value>Default 1e-4, for networks of 10⁴ to 10⁶ parameters; N+ takes 3e-6 at 10⁹. At 3e-4 to 1e-3 small policies went 10
    /// nats in a few steps.</value>
    public double LearningRate { get; init; } = 1e-4;

    /// <summary>
    /// Over how many first steps the learning rate rises in a straight line: step s takes min(1, s / this) of it; at least 0.
    /// </summary>
    /// <value>Default 10, so that the first points of the curve lie close together.</value>
    public int WarmUpSteps { get; init; } = 10;

    /// <summary>How the learning rate falls after the warm-up.</summary>
    /// <value>Default <see cref="LearningRateDecay.Constant"/>, because a run ends at a KL and not at a
    /// step; N+ takes linear.</value>
    public LearningRateDecay LearningRateDecay { get; init; } = LearningRateDecay.Constant;

    /// <summary>
    /// An epoch whose mean <see cref="StepKl"/> is above this many nats per token is the last of its step; positive.
    /// </summary>
    /// <value>Default infinity, no limit; Huang et al. 2022 call 0.02 healthy.</value>
    public double StepKlLimit { get; init; } = double.PositiveInfinity;

    /// <summary>
    /// On how many of a step's rollouts its D_KL(π ‖ π_init) is measured, exactly over the vocabulary; at least 2.
    /// </summary>
    /// <value>Default 64: two forward passes over a quarter of the rollouts.</value>
    public int KlProbeRollouts { get; init; } = 64;

    /// <summary>After how many steps the run ends at the latest; at least 1.</summary>
    /// <value>Default 400.</value>
    public int MaximumSteps { get; init; } = 400;

    /// <summary>The run ends when D_KL(π ‖ π_init) reaches this, in nats per sequence; positive.</summary>
    /// <value>Default 100 nats, where figure 1b of Gao ends.</value>
    public KlNats KlBudget { get; init; } = new(100);

    /// <summary>Faults options no run can follow.</summary>
    /// <exception cref="ArgumentException">One line for every fault.</exception>
    public void Validate()
    {
        var faults = new Faults(nameof(PpoOptions));
        faults.Require(RolloutsPerStep >= 1, nameof(RolloutsPerStep), RolloutsPerStep, "at least 1");
        faults.Require(Epochs >= 1, nameof(Epochs), Epochs, "at least 1");
        faults.Require(Minibatches >= 1 && Minibatches <= Math.Max(1, RolloutsPerStep), nameof(Minibatches), Minibatches,
            $"in [1, RolloutsPerStep = {RolloutsPerStep}]");
        faults.Require(MicroBatchRollouts >= 1, nameof(MicroBatchRollouts), MicroBatchRollouts, "at least 1");
        faults.Require(SamplingBatchRollouts >= 1, nameof(SamplingBatchRollouts), SamplingBatchRollouts, "at least 1");
        faults.Require(Temperature > 0 && double.IsFinite(Temperature), nameof(Temperature), Temperature, "positive and finite");
        faults.Require(Discount is >= 0 and <= 1, nameof(Discount), Discount, "in [0, 1]");
        faults.Require(Lambda is >= 0 and <= 1, nameof(Lambda), Lambda, "in [0, 1]");
        faults.Require(ClipRange > 0 && double.IsFinite(ClipRange), nameof(ClipRange), ClipRange, "positive and finite");
        faults.Require(DualClip > 1, nameof(DualClip), DualClip, "above 1");
        faults.Require(ValueClipRange > 0, nameof(ValueClipRange), ValueClipRange, "positive");
        RequireWeight(ValueCoefficient, nameof(ValueCoefficient));
        RequireWeight(EntropyCoefficient, nameof(EntropyCoefficient));
        RequireWeight(KlCoefficient, nameof(KlCoefficient));
        RequireWeight(MissingEndPenalty, nameof(MissingEndPenalty));
        faults.Require(Enum.IsDefined(KlPlacement), nameof(KlPlacement), KlPlacement, "one of the values of KlPlacement");
        faults.Require(ScoreClip > 0, nameof(ScoreClip), ScoreClip, "positive");
        faults.Require(Enum.IsDefined(ScoreScaling), nameof(ScoreScaling), ScoreScaling, "one of the values of ScoreScaling");
        faults.Require(Enum.IsDefined(AdvantageWhitening), nameof(AdvantageWhitening), AdvantageWhitening,
            "one of the values of AdvantageWhitening");
        faults.Require(Enum.IsDefined(LearningRateDecay), nameof(LearningRateDecay), LearningRateDecay,
            "one of the values of LearningRateDecay");
        faults.Require(LearningRate > 0 && double.IsFinite(LearningRate), nameof(LearningRate), LearningRate,
            "positive and finite");
        faults.Require(WarmUpSteps >= 0, nameof(WarmUpSteps), WarmUpSteps, "at least 0");
        faults.Require(StepKlLimit > 0, nameof(StepKlLimit), StepKlLimit, "positive");
        faults.Require(KlProbeRollouts >= 2, nameof(KlProbeRollouts), KlProbeRollouts, "at least 2");
        faults.Require(MaximumSteps >= 1, nameof(MaximumSteps), MaximumSteps, "at least 1");
        faults.Require(KlBudget.Value > 0, nameof(KlBudget), KlBudget.Value, "positive");
        faults.Require(KlController is not null, nameof(KlController), "null", "a controller");
        KlController?.Check(faults, KlCoefficient, RolloutsPerStep);
        faults.Require(Optimizer is not null, nameof(Optimizer), "null", "given");
        faults.ThrowIfAny();
        KlController!.Validate();
        Optimizer!.Validate();

        void RequireWeight(double value, string name) =>
            faults.Require(value >= 0 && double.IsFinite(value), name, value, "at least 0 and finite");
    }

    /// <summary>
    /// How many steps at the full learning rate the first steps of a run amount to: the sum of their learning rates over
    /// <see cref="LearningRate"/>. The axis on which runs with a warm-up or a decay can be compared with runs without.
    /// </summary>
    /// <param name="steps">How many steps; in [0, <see cref="MaximumSteps"/>].</param>
    /// <exception cref="ArgumentOutOfRangeException">A number of steps no run has.</exception>
    public double FullRateSteps(int steps)
    {
        Guard.InRange(steps, 0, MaximumSteps);
        double sum = 0;
        for (int step = 1; step <= steps; step++) sum += LearningRateAt(step) / LearningRate;
        return sum;
    }

    /// <summary>
    /// The same options with all that decides no bit of a step at one value: how rollouts are cut into pieces, and how far the
    /// run goes, unless the learning rate falls towards its last step. Runs of equal ones are beginnings of each other.
    /// </summary>
    internal PpoOptions Decisive => this with
    {
        MicroBatchRollouts = 1,
        SamplingBatchRollouts = 1,
        MaximumSteps = LearningRateDecay == LearningRateDecay.Constant ? 1 : MaximumSteps,
        KlBudget = new(1),
    };

    /// <summary>The learning rate of one step.</summary>
    /// <param name="step">The step, from 1.</param>
    internal double LearningRateAt(int step)
    {
        // A run ends at a KL, so its warm-up is a number of steps; the decay is over all steps there may be.
        var schedule = new LearningRateSchedule { Peak = LearningRate, WarmUp = 0, Decay = LearningRateDecay };
        return schedule.At(step - 1, MaximumSteps) * (step < WarmUpSteps ? (double)step / WarmUpSteps : 1); // PPO detail 18
    }
}
