using FsCheck.Fluent;
using RewardScaling.Numerics;

namespace RewardScaling.Tests.Numerics;

// The statistical tests have a fixed seed, so they pass always or never. The bounds are such that a sound generator with another
// seed would fail each of them less than once in a million times: 5 standard errors (two-sided normal tail 6e-7), and chi-square
// quantiles of the same tail.
public sealed class RandomStreamTests
{
    private const int Draws = 400_000;
    private static readonly RandomStream Stream = RandomStream.FromSeed(20221019);

    [Fact]
    public void The_same_seed_gives_the_pinned_numbers()
    {
        // Made by philox.py in this folder.
        RandomStream root = RandomStream.FromSeed(1);
        Assert.Equal(0x6b12958c0d7bc9eaUL, root.Bits(0));
        Assert.Equal(0xa02ef96361c26689UL, root.Bits(1));
        RandomStream fork = root.Fork("rollouts").Fork(-1);
        Assert.Equal(0x42f79206f43fbc85UL, fork.Bits(17));
        Assert.Equal(0.26159012479570165, fork.Uniform(17));
        Assert.Equal(0.3624026151343801, fork.Normal(17), 1e-15);
        Assert.Equal([3, 2, 4, 4, 0, 5, 4, 0], Enumerable.Range(0, 8).Select(i => fork.Below((ulong)i, 6)));
        Assert.Equal([7, 0, 3, 2, 6, 5, 1, 4], fork.Permutation(8));
    }

    [Fact]
    public void A_draw_does_not_depend_on_what_was_drawn_before()
    {
        double[] forwards = [.. Enumerable.Range(0, 100).Select(i => Stream.Uniform((ulong)i))];
        double[] backwards = [.. Enumerable.Range(0, 100).Select(i => Stream.Uniform((ulong)(99 - i))).Reverse()];
        Assert.Equal(forwards, backwards);
    }

    [Fact]
    public void Forks_differ_from_their_parent_from_each_other_and_by_kind()
    {
        RandomStream[] streams =
        [
            Stream, RandomStream.FromSeed(0), RandomStream.FromSeed(1), Stream.Fork(0), Stream.Fork(1), Stream.Fork(-1),
            Stream.Fork(3), Stream.Fork("3"),
            Stream.Fork("a"), Stream.Fork("b"), Stream.Fork("ab"), Stream.Fork("a").Fork("b"), Stream.Fork("b").Fork("a"),
            Stream.Fork(0).Fork(0),
        ];
        Assert.Equal(streams.Length, streams.Distinct().Count());
        Assert.Equal(streams.Length, streams.Select(static stream => stream.Bits(0)).Distinct().Count());
    }

    [Fact]
    public void A_fork_by_index_is_not_a_draw_of_its_parent() =>
        // Were the domains not apart, the key of Fork(i) would be Bits(i), and Fork(i) = FromKey(Bits(i))
        // could be foretold from draws.
        Assert.NotEqual(Enumerable.Range(0, 8).Select(i => Stream.Bits((ulong)i)),
            Enumerable.Range(0, 8).Select(i => Stream.Fork(i).Bits(0)));

    [Fact]
    public void Neighbouring_forks_are_uncorrelated()
    {
        double sum = 0;
        for (int i = 0; i < Draws; i++) sum += (Stream.Fork(i).Uniform(0) - 0.5) * (Stream.Fork(i + 1).Uniform(0) - 0.5);
        AssertWithin(5, sum / Draws, 0, 1 / 12.0); // each factor has mean 0 and variance 1/12
    }

    [Fact]
    public void Uniform_numbers_have_the_moments_of_the_unit_interval()
    {
        double sum = 0, squares = 0, neighbours = 0;
        for (int i = 0; i < Draws; i++)
        {
            double u = Stream.Uniform((ulong)i);
            Assert.True(u is >= 0 and < 1);
            sum += u;
            squares += (u - 0.5) * (u - 0.5);
            neighbours += (u - 0.5) * (Stream.Uniform((ulong)i + 1) - 0.5);
        }
        AssertWithin(5, sum / Draws, 0.5, Math.Sqrt(1 / 12.0));
        AssertWithin(5, squares / Draws, 1 / 12.0, Math.Sqrt(1 / 80.0 - 1 / 144.0)); // E (u - 1/2)^4 = 1/80
        AssertWithin(5, neighbours / Draws, 0, 1 / 12.0);
    }

    [Fact]
    public void Normal_numbers_have_the_moments_of_the_normal_distribution()
    {
        double sum = 0, squares = 0, cubes = 0, fourths = 0;
        int beyondTwo = 0;
        for (int i = 0; i < Draws; i++)
        {
            double z = Stream.Normal((ulong)i);
            Assert.True(double.IsFinite(z));
            sum += z;
            squares += z * z;
            cubes += z * z * z;
            fourths += z * z * z * z;
            if (Math.Abs(z) > 2) beyondTwo++;
        }
        // Moments 1 to 4 are 0, 1, 0, 3; the variance of z^k is E z^2k - (E z^k)^2 with E z^2k = (2k - 1)!!.
        AssertWithin(5, sum / Draws, 0, 1);
        AssertWithin(5, squares / Draws, 1, Math.Sqrt(2));
        AssertWithin(5, cubes / Draws, 0, Math.Sqrt(15));
        AssertWithin(5, fourths / Draws, 3, Math.Sqrt(96));
        const double BeyondTwo = 0.04550026389635842; // erfc(sqrt 2)
        AssertWithin(5, (double)beyondTwo / Draws, BeyondTwo, Math.Sqrt(BeyondTwo * (1 - BeyondTwo)));
    }

    [Fact]
    public void Below_is_uniform()
    {
        var counts = new int[6];
        for (int i = 0; i < Draws; i++) counts[Stream.Below((ulong)i, 6)]++;
        // Chi-square with 5 degrees of freedom exceeds 37.4 with probability 5e-7.
        Assert.InRange(ChiSquare(counts), 0, 37.4);
    }

    [Fact]
    public void All_orders_of_four_are_equally_likely()
    {
        var counts = new int[256];
        for (int i = 0; i < 48_000; i++)
        {
            int[] order = Stream.Fork(i).Permutation(4);
            counts[order[0] | order[1] << 2 | order[2] << 4 | order[3] << 6]++;
        }
        int[] seen = [.. counts.Where(static count => count > 0)];
        Assert.Equal(24, seen.Length);
        // Chi-square with 23 degrees of freedom exceeds 72.1 with probability 5e-7.
        Assert.InRange(ChiSquare(seen), 0, 72.1);
    }

    [Fact]
    public void A_permutation_holds_every_index_once() => FsCheck.Check.QuickThrowOnFailure(Prop.ForAll(
        Gen.Choose(0, 300).Zip(Gen.Choose(0, int.MaxValue)).ToArbitrary(), pair =>
            RandomStream.FromSeed((ulong)pair.Item2).Permutation(pair.Item1).Order()
                .SequenceEqual(Enumerable.Range(0, pair.Item1))));

    [Fact]
    public void Impossible_requests_are_named()
    {
        Assert.StartsWith("bound = 0 must be positive.",
            Assert.Throws<ArgumentOutOfRangeException>(() => Stream.Below(0, 0)).Message, StringComparison.Ordinal);
        Assert.StartsWith("count = -1 must be at least 0.",
            Assert.Throws<ArgumentOutOfRangeException>(() => Stream.Permutation(-1)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Stream.Fork(""));
        Assert.Throws<ArgumentNullException>(() => Stream.Fork(null!));
    }

    private static double ChiSquare(int[] counts)
    {
        double expected = counts.Sum() / (double)counts.Length;
        return counts.Sum(count => (count - expected) * (count - expected) / expected);
    }

    private static void AssertWithin(double standardErrors, double mean, double expected, double deviation) =>
        Assert.InRange((mean - expected) / (deviation / Math.Sqrt(Draws)), -standardErrors, standardErrors);
}
