using RewardScaling.Numerics;

namespace RewardScaling.Tests.Numerics;

public sealed class PairSortTests
{
    [Theory]
    [InlineData(0, "wild")]
    [InlineData(1, "wild")]
    [InlineData(511, "wild")]
    [InlineData(512, "wild")]
    [InlineData(5000, "wild")]
    [InlineData(5000, "uniform")]
    [InlineData(70_000, "normal")]
    [InlineData(5000, "ties")]
    [InlineData(5000, "one far off")]
    [InlineData(5000, "equal")]
    [InlineData(5000, "as far apart as a double holds")]
    [InlineData(5000, "as close together")]
    public void Numbers_of_every_kind_come_out_ascending_with_what_belongs_to_them(int count, string kind)
    {
        var stream = RandomStream.FromSeed(8).Fork(count);
        double Key(int i) => kind switch
        {
            "uniform" => stream.Uniform((ulong)i),
            "normal" => stream.Normal((ulong)i),
            "ties" => stream.Below((ulong)i, 7),
            "one far off" => i == 99 ? 1e200 : stream.Normal((ulong)i),
            "equal" => 0.3,
            "as far apart as a double holds" => i == 7 ? double.MaxValue : i == 9 ? -double.MaxValue : stream.Normal((ulong)i),
            "as close together" => double.Epsilon * stream.Below((ulong)i, 1000),
            // Every size and sign, zeros of both signs.
            _ => i % 7 == 0 ? 0.0 * (i % 2 == 0 ? 1 : -1) : stream.Normal((ulong)i) * Math.Pow(10, i % 600 - 300),
        };
        double[] keys = [.. Enumerable.Range(0, count).Select(Key)], items = Array.ConvertAll(keys, static key => 0.5 * key), expected = [.. keys.Order()];
        var (sorted, moved) = PairSort.Ascending(keys, items);
        Assert.Equal(expected, sorted);
        Assert.Equal(Array.ConvertAll(expected, static key => 0.5 * key), moved);
    }
}
