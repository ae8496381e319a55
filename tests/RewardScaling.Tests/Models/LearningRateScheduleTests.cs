using RewardScaling.Models;

namespace RewardScaling.Tests.Models;

public sealed class LearningRateScheduleTests
{
    [Fact]
    public void The_warm_up_rises_to_the_peak_and_the_decay_falls_from_it()
    {
        var schedule = new LearningRateSchedule { Peak = 2, WarmUp = 0.4, Decay = LearningRateDecay.Linear };
        Assert.Equal([0.5, 1, 1.5, 2, 2, 10 / 6.0, 8 / 6.0, 1, 4 / 6.0, 2 / 6.0],
            Enumerable.Range(0, 10).Select(step => Math.Round(schedule.At(step, 10), 15)),
            (a, b) => Math.Abs(a - b) < 1e-12);
    }

    // Half way along the cosine: (1 + cos(π/2)) / 2 = 1/2; a quarter of the way (1 + cos(π/4)) / 2 = 0.8535533906.
    [Fact]
    public void The_cosine_ends_at_the_final_share()
    {
        var schedule = new LearningRateSchedule { Peak = 1, WarmUp = 0, FinalShare = 0.1 };
        Assert.Equal(1, schedule.At(0, 8), 15);
        Assert.Equal(0.1 + 0.9 * 0.8535533906, schedule.At(2, 8), 9);
        Assert.Equal(0.55, schedule.At(4, 8), 15);
        Assert.Equal(0.1, schedule.At(999_999, 1_000_000), 9);
    }

    [Theory]
    [InlineData(LearningRateDecay.Constant)]
    [InlineData(LearningRateDecay.Linear)]
    [InlineData(LearningRateDecay.Cosine)]
    public void Every_rate_of_every_length_is_positive_and_at_most_the_peak(LearningRateDecay decay)
    {
        var schedule = new LearningRateSchedule { Peak = 0.3, Decay = decay };
        for (int steps = 1; steps < 60; steps++)
        {
            double[] rates = [.. Enumerable.Range(0, steps).Select(step => schedule.At(step, steps))];
            Assert.All(rates, rate => Assert.InRange(rate, 1e-6, 0.3));
            Assert.Equal(0.3, rates.Max(), 15);
        }
    }

    [Fact]
    public void A_constant_rate_is_constant() =>
        Assert.All(Enumerable.Range(0, 9), step => Assert.Equal(0.01, LearningRateSchedule.Constant(0.01).At(step, 9)));

    [Fact]
    public void Faults_are_named()
    {
        var schedule = new LearningRateSchedule { Peak = double.NaN, WarmUp = 2, Decay = (LearningRateDecay)7, FinalShare = -1 };
        string message = Assert.Throws<ArgumentException>(schedule.Validate).Message;
        foreach (string name in (string[])["Peak = NaN", "WarmUp = 2", "Decay = 7", "FinalShare = -1"]) Assert.Contains(name, message);
        Assert.Throws<ArgumentOutOfRangeException>(() => LearningRateSchedule.Constant(1).At(5, 5));
        Assert.Throws<ArgumentOutOfRangeException>(() => LearningRateSchedule.Constant(1).At(-1, 5));
        Assert.Throws<ArgumentOutOfRangeException>(() => LearningRateSchedule.Constant(1).At(0, 0));
    }
}
