using RewardScaling.Numerics;
using RewardScaling.Studies.Claims;

namespace RewardScaling.Tests.Studies.Claims;

public sealed class SeedTestTests
{
    // Mean 2, s = 1, error 1/√3: t = 2√3 with 2 degrees of freedom; P(T > t) = (1 - t / √(2 + t²)) / 2 = (1 - √(6/7)) / 2.
    [Fact]
    public void Three_seeds_have_the_p_value_of_students_t()
    {
        var test = SeedTest.Above([1, 2, 3]);
        Assert.Equal((1 - Math.Sqrt(6.0 / 7)) / 2, test.PValue, 12);
        Assert.Equal(ClaimVerdict.Supported, test.Verdict);
        Assert.Equal(ClaimVerdict.NotSupported, SeedTest.Above([-1, -2, -3]).Verdict);
        Assert.Equal(test.PValue, SeedTest.Above([-1, -2, -3]).PValue, 12);
        Assert.Equal(ClaimVerdict.Undecided, SeedTest.Above([-1, 2, 0.5]).Verdict);
    }

    [Fact]
    public void Sameness_needs_proof_and_a_failure_to_reject_is_none()
    {
        Assert.Equal(ClaimVerdict.Supported, SeedTest.Within([0.01, -0.01, 0.02, 0], 0.1).Verdict);
        Assert.Equal(ClaimVerdict.Undecided, SeedTest.Within([0.3, -0.4, 0.2, 0.1], 0.1).Verdict);
        Assert.Equal(ClaimVerdict.NotSupported, SeedTest.Within([0.31, 0.3, 0.32, 0.29], 0.1).Verdict);
        Assert.Equal(ClaimVerdict.NotSupported, SeedTest.Within([-0.31, -0.3, -0.32, -0.29], 0.1).Verdict);
    }

    [Fact]
    public void Without_seeds_that_differ_there_is_no_test_and_it_says_why()
    {
        foreach (double[] values in new double[][] { [], [1], [2, 2, 2] })
        {
            var test = SeedTest.Above(values);
            Assert.False(test.HasPValue);
            Assert.Equal(ClaimVerdict.Undecided, test.Verdict);
            Assert.Contains(test.Words, Assert.Throws<InvalidOperationException>(() => test.PValue).Message, StringComparison.Ordinal);
        }
        Assert.Throws<ArgumentException>(() => SeedTest.Above([1, double.NaN]));
        Assert.Throws<ArgumentOutOfRangeException>(() => SeedTest.Within([1, 2], 0));
    }

    // A wrong verdict in at most 5 of 100 sets, at the border of what the claim says; 2,000 sets, 3 standard errors of a share are 1.5.
    [Theory]
    [InlineData(3)]
    [InlineData(6)]
    public void Verdicts_are_wrong_no_more_often_than_stated(int seeds)
    {
        const int Sets = 2000;
        int above = 0, below = 0, inside = 0, outside = 0;
        for (int set = 0; set < Sets; set++)
        {
            var stream = RandomStream.FromSeed(3).Fork(set);
            double[] values = [.. Enumerable.Range(0, seeds).Select(i => stream.Normal((ulong)i))];
            var test = SeedTest.Above(values);
            above += test.Verdict == ClaimVerdict.Supported ? 1 : 0;
            below += test.Verdict == ClaimVerdict.NotSupported ? 1 : 0;
            var border = SeedTest.Within([.. values.Select(static value => 1 + value)], 1);
            inside += border.Verdict == ClaimVerdict.Supported ? 1 : 0;
            outside += border.Verdict == ClaimVerdict.NotSupported ? 1 : 0;
        }
        Assert.InRange(above / (double)Sets, 0.035, 0.065);
        Assert.InRange(below / (double)Sets, 0.035, 0.065);
        Assert.InRange(inside / (double)Sets, 0, 0.065);
        Assert.InRange(outside / (double)Sets, 0, 0.065);
    }
}
