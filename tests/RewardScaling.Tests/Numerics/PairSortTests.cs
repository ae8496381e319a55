using RewardScaling.Numerics;

namespace RewardScaling.Tests.Numerics;

public sealed class PairSortTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(511)]
    [InlineData(512)]
    [InlineData(5000)]
    public void Numbers_of_every_size_and_sign_come_out_ascending_with_what_belongs_to_them(int count)
    {
        var stream = RandomStream.FromSeed(8).Fork(count);
        double[] keys = [.. Enumerable.Range(0, count).Select(i => i % 7 == 0 ? 0.0 * (i % 2 == 0 ? 1 : -1) : stream.Normal((ulong)i) * Math.Pow(10, i % 600 - 300))],
            items = Array.ConvertAll(keys, static key => 2 * key);
        double[] expected = [.. keys.Order()];
        PairSort.Ascending(keys, items);
        Assert.Equal(expected, keys);
        Assert.Equal(Array.ConvertAll(keys, static key => 2 * key), items);
    }
}
