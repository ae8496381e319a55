using RewardScaling.Divergence;
using RewardScaling.Models;
using RewardScaling.Numerics;
using RewardScaling.Ppo;

namespace RewardScaling.Tests.Ppo;

public sealed class PpoOptionsTests
{
    [Fact]
    public void Defaults_are_those_documented()
    {
        var options = new PpoOptions();

        options.Validate();
        Assert.Equal((256, 4, 1, 64, 256),
            (options.RolloutsPerStep, options.Epochs, options.Minibatches, options.MicroBatchRollouts,
            options.SamplingBatchRollouts));
        Assert.Equal((1.0, 1.0, 0.95), (options.Temperature, options.Discount, options.Lambda));
        Assert.Equal((0.2, double.PositiveInfinity, 0.2), (options.ClipRange, options.DualClip, options.ValueClipRange));
        Assert.Equal((0.1, 0.0, 0.0), (options.ValueCoefficient, options.EntropyCoefficient, options.KlCoefficient));
        Assert.Equal(KlController.Fixed, options.KlController);
        Assert.Equal((KlPlacement.Reward, 0.0), (options.KlPlacement, options.MissingEndPenalty));
        Assert.Equal((ScoreScaling.None, double.PositiveInfinity, false),
            (options.ScoreScaling, options.ScoreClip, options.RewardWhitening));
        Assert.Equal(AdvantageWhitening.Step, options.AdvantageWhitening);
        Assert.Equal(new AdamWOptions { Beta1 = 0.9, Beta2 = 0.999, Epsilon = 1e-5, WeightDecay = 0, MaxGradientNorm = 0.5 },
            options.Optimizer);
        Assert.Equal((1e-4, 10, LearningRateDecay.Constant),
            (options.LearningRate, options.WarmUpSteps, options.LearningRateDecay));
        Assert.Equal((double.PositiveInfinity, 64, 400, new KlNats(100)),
            (options.StepKlLimit, options.KlProbeRollouts, options.MaximumSteps, options.KlBudget));
    }

    public static TheoryData<string, PpoOptions> Faulty => new()
    {
        { "RolloutsPerStep = 0 must be at least 1.", new() { RolloutsPerStep = 0 } },
        { "Epochs = 0 must be at least 1.", new() { Epochs = 0 } },
        { "Minibatches = 0 must be in [1, RolloutsPerStep = 256].", new() { Minibatches = 0 } },
        { "Minibatches = 9 must be in [1, RolloutsPerStep = 8].", new() { Minibatches = 9, RolloutsPerStep = 8 } },
        { "MicroBatchRollouts = -1 must be at least 1.", new() { MicroBatchRollouts = -1 } },
        { "SamplingBatchRollouts = 0 must be at least 1.", new() { SamplingBatchRollouts = 0 } },
        { "Temperature = 0 must be positive and finite.", new() { Temperature = 0 } },
        { "Temperature = Infinity must be positive and finite.", new() { Temperature = double.PositiveInfinity } },
        { "Discount = 1.1 must be in [0, 1].", new() { Discount = 1.1 } },
        { "Lambda = NaN must be in [0, 1].", new() { Lambda = double.NaN } },
        { "ClipRange = 0 must be positive and finite.", new() { ClipRange = 0 } },
        { "DualClip = 1 must be above 1.", new() { DualClip = 1 } },
        { "ValueClipRange = -0.2 must be positive.", new() { ValueClipRange = -0.2 } },
        { "ValueCoefficient = -1 must be at least 0 and finite.", new() { ValueCoefficient = -1 } },
        { "EntropyCoefficient = NaN must be at least 0 and finite.", new() { EntropyCoefficient = double.NaN } },
        { "KlCoefficient = -0.1 must be at least 0 and finite.", new() { KlCoefficient = -0.1 } },
        { "KlController = null must be a controller.", new() { KlController = null! } },
        { "AdaptiveKlController: Target = 0 must be positive.",
            new() { KlCoefficient = 0.1, KlController = new AdaptiveKlController { Target = KlNats.Zero } } },
        { "KlCoefficient = 0 must be greater than 0 under an AdaptiveKlController",
            new() { KlController = new AdaptiveKlController() } },
        { "KlController.Horizon = 51.2 must be above 51.2, 0.2 x the RolloutsPerStep",
            new() { KlCoefficient = 0.1, RolloutsPerStep = 256, KlController = new AdaptiveKlController { Horizon = 51.2 } } },
        { "MissingEndPenalty = -1 must be at least 0 and finite.", new() { MissingEndPenalty = -1 } },
        { "KlPlacement = 7 must be one of", new() { KlPlacement = (KlPlacement)7 } },
        { "ScoreClip = 0 must be positive.", new() { ScoreClip = 0 } },
        { "ScoreScaling = 7 must be one of", new() { ScoreScaling = (ScoreScaling)7 } },
        { "AdvantageWhitening = 7 must be one of", new() { AdvantageWhitening = (AdvantageWhitening)7 } },
        { "LearningRateDecay = 7 must be one of", new() { LearningRateDecay = (LearningRateDecay)7 } },
        { "LearningRate = 0 must be positive and finite.", new() { LearningRate = 0 } },
        { "WarmUpSteps = -1 must be at least 0.", new() { WarmUpSteps = -1 } },
        { "StepKlLimit = 0 must be positive.", new() { StepKlLimit = 0 } },
        { "KlProbeRollouts = 1 must be at least 2.", new() { KlProbeRollouts = 1 } },
        { "MaximumSteps = 0 must be at least 1.", new() { MaximumSteps = 0 } },
        { "KlBudget = 0 must be positive.", new() { KlBudget = KlNats.Zero } },
        { "Optimizer = null must be given.", new() { Optimizer = null! } },
        { "AdamWOptions: Epsilon = 0 must be positive and finite.", new() { Optimizer = new() { Epsilon = 0 } } },
    };

    [Theory]
    [MemberData(nameof(Faulty), DisableDiscoveryEnumeration = true)]
    public void Each_fault_is_named_with_its_value_and_range(string message, PpoOptions options) =>
        Assert.Contains(message, Assert.Throws<ArgumentException>(() => new PpoTrainer(options)).Message);

    [Fact]
    public void An_adaptive_controller_that_can_move_its_coefficient_is_allowed()
    {
        var controller = new AdaptiveKlController { Horizon = 51.3 };
        var options = new PpoOptions { KlCoefficient = 0.1, RolloutsPerStep = 256, KlController = controller };
        options.Validate();
        Assert.True(controller.Next(options.KlCoefficient, Estimate.Exact(0), options.RolloutsPerStep) > 0);
    }

    [Fact]
    public void Several_faults_come_in_one_message()
    {
        var fault = Assert.Throws<ArgumentException>(new PpoOptions { Epochs = 0, Lambda = 2 }.Validate);

        Assert.Equal("PpoOptions: Epochs = 0 must be at least 1. Lambda = 2 must be in [0, 1].", fault.Message);
    }

    [Theory]
    [InlineData(1, 0.1)]
    [InlineData(5, 0.5)]
    [InlineData(10, 1)]
    [InlineData(11, 1)]
    [InlineData(100, 1)]
    public void The_learning_rate_warms_up_in_a_straight_line(int step, double share) =>
        Assert.Equal(share * 3e-4, new PpoOptions { LearningRate = 3e-4, MaximumSteps = 100 }.LearningRateAt(step), 1e-15);

    // Step 51 of 100 has half the way behind it: 1 - 50/100, and (1 + cos(π/2)) / 2.
    [Theory]
    [InlineData(LearningRateDecay.Linear)]
    [InlineData(LearningRateDecay.Cosine)]
    public void The_learning_rate_falls_over_all_steps(LearningRateDecay decay)
    {
        var options = new PpoOptions { LearningRate = 1, WarmUpSteps = 0, MaximumSteps = 100, LearningRateDecay = decay };

        Assert.Equal(1, options.LearningRateAt(1), 1e-15);
        Assert.Equal(0.5, options.LearningRateAt(51), 1e-15);
        Assert.InRange(options.LearningRateAt(100), 1e-9, 0.011);
    }

    // Ten steps of warm-up count 1/10, 2/10, .. 10/10; 8 of them 3.6. A linear decay over 100 steps from there on: see the sum.
    [Fact]
    public void Steps_are_counted_by_their_share_of_the_learning_rate()
    {
        var options = new PpoOptions { WarmUpSteps = 10, MaximumSteps = 100, LearningRate = 0.25 };
        Assert.Equal([0, 0.1, 3.6, 5.5, 15.5], new[] { 0, 1, 8, 10, 20 }.Select(steps => Math.Round(options.FullRateSteps(steps), 12)));
        Assert.Equal(20, (options with { WarmUpSteps = 0 }).FullRateSteps(20), 1e-12);
        var decaying = options with { WarmUpSteps = 0, LearningRateDecay = LearningRateDecay.Linear };
        Assert.Equal(Enumerable.Range(1, 20).Sum(step => decaying.LearningRateAt(step)) / 0.25, decaying.FullRateSteps(20), 1e-12);
        Assert.True(decaying.FullRateSteps(20) < 20);
        Assert.Throws<ArgumentOutOfRangeException>(() => options.FullRateSteps(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => options.FullRateSteps(101));
    }
}
