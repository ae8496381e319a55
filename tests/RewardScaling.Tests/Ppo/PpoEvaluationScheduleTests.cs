using RewardScaling.Divergence;
using RewardScaling.Ppo;

namespace RewardScaling.Tests.Ppo;

public sealed class PpoEvaluationScheduleTests
{
    [Theory]
    [InlineData(0, 0.1)]
    [InlineData(0.05, 0.1)]
    [InlineData(0.1, 0.2)]
    [InlineData(0.3, 0.4)]      // 0.1 x 3 in floating point is above 0.3
    [InlineData(0.72, 0.8)]
    [InlineData(0.95, 1)]
    [InlineData(0.99999999999, 1.25)]
    [InlineData(1, 1.25)]
    [InlineData(1.1, 1.25)]
    [InlineData(6.3, 6.5)]
    public void The_grid_is_dense_up_to_one_and_even_after(double here, double next) =>
        Assert.Equal(next, new PpoEvaluationSchedule().After(new KlDistance(here)).Value, 1e-12);

    [Fact]
    public void The_next_value_always_lies_ahead_and_the_grid_is_walked_without_repeats()
    {
        var schedule = new PpoEvaluationSchedule();
        var seen = new List<double>();
        for (KlDistance d = default; d.Value < 5; d = schedule.After(d)) seen.Add(d.Value);

        Assert.Equal(26, seen.Count); // 0, ten to 1, fifteen more below 5
        Assert.All(seen.Zip(seen.Skip(1)), static pair => Assert.InRange(pair.Second - pair.First, 0.0999, 0.2501));
    }

    [Fact]
    public void Without_a_dense_part_the_grid_is_even()
    {
        var schedule = new PpoEvaluationSchedule { DenseUntil = 0, DistanceStep = 0.5 };

        Assert.Equal([0.5, 1, 1.5], new[] { 0, 0.5, 1.4 }.Select(d => schedule.After(new(d)).Value));
    }

    [Fact]
    public void Every_fault_is_named()
    {
        var schedule = new PpoEvaluationSchedule
        {
            DenseStep = 0,
            DenseUntil = double.NaN,
            DistanceStep = -1,
            MaximumStepsBetween = 0,
        };
        string message = Assert.Throws<ArgumentException>(schedule.Validate).Message;

        Assert.Equal("PpoEvaluationSchedule: DenseStep = 0 must be positive and finite. "
            + "DenseUntil = NaN must be at least 0 and finite. DistanceStep = -1 must be positive and finite. "
            + "MaximumStepsBetween = 0 must be at least 1.", message);
    }
}
