using System.Text.Json;
using RewardScaling.Divergence;
using RewardScaling.Numerics;
using RewardScaling.Ppo;
using RewardScaling.Studies;

namespace RewardScaling.Tests.Ppo;

public sealed class KlControllerTests
{
    // 0.15 (1 ± 0.2 x 512 / 10000).
    [Theory]
    [InlineData(12, 0.151536)]
    [InlineData(3, 0.148464)]
    [InlineData(6, 0.15)]
    [InlineData(6.6, 0.150768)]   // error 0.1 lies inside the clip
    [InlineData(0, 0.148464)]
    [InlineData(1e6, 0.151536)]
    public void The_adaptive_coefficient_follows_Ziegler(double kl, double expected) =>
        Assert.Equal(expected, new AdaptiveKlController().Next(0.15, Estimate.WithoutError(kl), 512), 1e-12);

    [Fact]
    public void The_coefficient_never_turns_negative() =>
        Assert.Equal(0, new AdaptiveKlController { Horizon = 10 }.Next(0.15, Estimate.Exact(0), 512));

    [Fact]
    public void The_fixed_coefficient_stays() => Assert.Equal(0.15, KlController.Fixed.Next(0.15, Estimate.Exact(1e9), 512));

    [Fact]
    public void Defaults_are_those_of_the_paper() =>
        Assert.Equal((new KlNats(6), 10_000.0), (new AdaptiveKlController().Target, new AdaptiveKlController().Horizon));

    [Fact]
    public void Every_fault_is_named_at_once()
    {
        var fault = Assert.Throws<ArgumentException>(() =>
            new AdaptiveKlController { Target = KlNats.Zero, Horizon = double.NaN }.Validate());

        Assert.Equal("AdaptiveKlController: Target = 0 must be positive. Horizon = NaN must be positive and finite.",
            fault.Message);
    }

    [Theory]
    [InlineData(-1, 1, 1)]
    [InlineData(1, 1, 0)]
    public void Bad_arguments_are_faults(double coefficient, double kl, int rollouts) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new AdaptiveKlController().Next(coefficient, Estimate.Exact(kl), rollouts));

    [Fact]
    public async Task A_controller_of_ones_own_sets_the_coefficient_of_every_step()
    {
        using var result = await Train(new Times(0.5));
        Assert.Equal([0.16, 0.08, 0.04, 0.02], result.Metrics.Select(static step => step.KlCoefficient));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    public async Task A_coefficient_that_is_none_ends_the_run_and_names_its_maker(double factor)
    {
        var fault = await Assert.ThrowsAsync<PpoFaultException>(() => Train(new Times(factor)));
        Assert.Equal((1, "KL coefficient"), (fault.Step, fault.Quantity));
        Assert.Contains("Times made it", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Settings_of_a_controller_of_ones_own_tell_runs_apart() => Assert.NotEqual(
        JsonSerializer.Serialize(new Times(0.5), PpoJson.Default.KlController), JsonSerializer.Serialize(new Times(0.25), PpoJson.Default.KlController));

    [Fact]
    public void A_plan_of_a_study_takes_those_that_can_be_kept_in_a_file() => Assert.Contains("Ppo.KlController = Times",
        Assert.Throws<ArgumentException>(() => (StudyPlan.Quick with { Ppo = StudyPlan.Quick.Ppo with { KlController = new Times(1) } }).Validate()).Message,
        StringComparison.Ordinal);

    private static Task<PpoResult> Train(KlController controller)
    {
        var world = new World(new TabularPolicy(3, 4, static i => Math.Sin(i)), static y => y[0]);
        var options = new PpoOptions { RolloutsPerStep = 16, MaximumSteps = 4, KlCoefficient = 0.16, KlController = controller };
        return new PpoTrainer(options).TrainAsync(world.Problem, world.Evaluation(4), RandomStream.FromSeed(1),
            cancellationToken: TestContext.Current.CancellationToken);
    }

    private sealed record Times(double Factor) : KlController
    {
        public override double Next(double coefficient, Estimate kl, int rollouts) => coefficient * Factor;
    }
}
