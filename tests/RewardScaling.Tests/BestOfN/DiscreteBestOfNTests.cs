using RewardScaling.BestOfN;

namespace RewardScaling.Tests.BestOfN;

public sealed class DiscreteBestOfNTests
{
    public static TheoryData<double[], int, double, double, double> Cases => new()
    {
        // probabilities, n, exact KL, mean of Beirami's estimate, win rate: sums over outcomes in double precision
        { [0.5, 0.5], 4, 0.459355522, 0.499123919, 0.71875 },
        { [0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1], 4, 0.628825136, 0.634870281, 0.79667 },
        { [0.1, 0.2, 0.3, 0.25, 0.149, 0.001], 64, 1.981315090, 1.982303650, 0.929145814 },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Kl_win_rate_and_the_estimate_from_probabilities_are_the_derived_ones(double[] probabilities, int n, double kl,
        double beirami, double winRate)
    {
        var rewards = Enumerable.Range(0, probabilities.Length).Select(static i => (double)i).ToArray();
        var law = new DiscreteBestOfN(probabilities, rewards);
        Assert.Equal(kl, law.Kl(n).Value, 1e-9);
        Assert.Equal(winRate, law.WinRate(n), 4e-6);
        double mean = law.Distribution(n).Zip(probabilities, (selected, probability) =>
            selected * DiscreteBestOfN.BeiramiEstimate(probability, n)).Sum();
        Assert.Equal(beirami, mean, 1e-9);
        Assert.True(law.Kl(n) < BestOfNTheory.Kl(n));
    }

    [Theory]
    [InlineData(0.001, 1000, 5.883077684101)]
    [InlineData(1e-12, 60000, 10.002116507871)] // 1 - 1e-12 and its powers must not be formed
    public void The_estimate_from_small_probabilities_keeps_its_digits(double probability, int n, double expected) =>
        Assert.Equal(expected, DiscreteBestOfN.BeiramiEstimate(probability, n), 1e-11);

    [Fact]
    public void Ties_are_broken_at_random()
    {
        // n = 3: all three samples are the first outcome with 0.2³ = 0.008; the rest, 0.992, splits 0.3 : 0.5.
        var law = new DiscreteBestOfN([0.2, 0.3, 0.5], [0, 1, 1]);
        Assert.Equal([0.008, 0.372, 0.620], law.Distribution(3).Select(static p => Math.Round(p, 12)));
        Assert.Equal(0.187639482, law.Kl(3).Value, 1e-9);
    }

    [Fact]
    public void The_law_agrees_with_counting_every_way_of_drawing_n_samples()
    {
        double[] probabilities = [0.15, 0.05, 0.35, 0.2, 0.25], rewards = [2, -1, 2, 0.5, 7];
        const int N = 4;
        var counted = new double[5];
        for (int code = 0; code < 625; code++)
        {
            int[] draw = [code % 5, code / 5 % 5, code / 25 % 5, code / 125];
            double probability = draw.Aggregate(1.0, (product, i) => product * probabilities[i]),
                best = draw.Max(i => rewards[i]);
            var winners = draw.Where(i => rewards[i] == best).ToArray();
            foreach (int i in winners) counted[i] += probability / winners.Length;
        }
        var law = new DiscreteBestOfN(probabilities, rewards).Distribution(N);
        for (int i = 0; i < 5; i++) Assert.Equal(counted[i], law[i], 1e-14);
        Assert.Equal(1, law.Sum(), 1e-14);
    }

    [Fact]
    public void One_sample_changes_nothing_and_one_outcome_stays()
    {
        var law = new DiscreteBestOfN([0.4, 0.6], [1, 0]);
        Assert.Equal(0, law.Kl(1).Value);
        Assert.Equal(0.5, law.WinRate(1), 1e-15);
        Assert.Equal(0, new DiscreteBestOfN([1], [3]).Kl(50).Value);
    }

    [Fact]
    public void Impossible_outcomes_are_never_selected_and_add_no_kl()
    {
        var law = new DiscreteBestOfN([0.5, 0, 0.5, 0], [0, -5, 1, 9]);
        Assert.Equal(0.459355522, law.Kl(4).Value, 1e-9);
        Assert.Equal(0, law.Distribution(4)[3]);
    }

    [Fact]
    public void Kl_of_many_fine_outcomes_approaches_the_analytic_one()
    {
        var probabilities = Enumerable.Repeat(1e-4, 10_000).ToArray();
        var rewards = Enumerable.Range(0, 10_000).Select(static i => (double)i).ToArray();
        double gap = BestOfNTheory.Kl(10).Value - new DiscreteBestOfN(probabilities, rewards).Kl(10).Value;
        Assert.InRange(gap, 0, 2 * 10 * 9 * 1e-4); // theorem 3.4: 2 n (n-1) max p
        Assert.InRange(gap, 0, 1e-6);
    }

    [Fact]
    public void Faults_name_what_is_wrong()
    {
        Assert.Contains("sum to 0.9", Assert.Throws<ArgumentException>(() => new DiscreteBestOfN([0.4, 0.5], [0, 1])).Message,
            StringComparison.Ordinal);
        Assert.Contains("probabilities[1] = -0.5",
            Assert.ThrowsAny<ArgumentException>(() => new DiscreteBestOfN([0.5, -0.5, 1], [0, 1, 2])).Message,
            StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new DiscreteBestOfN([1], [0, 1]));
        Assert.Throws<ArgumentException>(() => new DiscreteBestOfN([], []));
        Assert.Throws<ArgumentException>(() => new DiscreteBestOfN([1], [double.NaN]));
        Assert.Throws<ArgumentOutOfRangeException>(() => DiscreteBestOfN.BeiramiEstimate(0, 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => DiscreteBestOfN.BeiramiEstimate(0.5, 0));
    }
}
