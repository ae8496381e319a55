using RewardScaling.Cpu;
using RewardScaling.Numerics;

namespace RewardScaling.Tests.Cpu;

/// <summary>Which token lies at a point of the cumulative distribution, whatever sums are made on the way.</summary>
public sealed unsafe class TokenDrawTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(257)]
    [InlineData(1000)]
    [InlineData(5003)]
    public void The_token_is_that_of_the_plain_sum(int count)
    {
        var random = RandomStream.FromSeed((ulong)count);
        // Sums of whole numbers are exact, so that no order of adding differs; some tokens have no probability.
        float[] weights = [.. Enumerable.Range(0, count).Select(i => (float)random.Below((ulong)i, 5))];
        weights[count / 2] = 1;
        double total = weights.Sum(static weight => (double)weight);
        fixed (float* w = weights)
        {
            for (int draw = 0; draw < 300; draw++)
            {
                double uniform = draw switch { 0 => 0, 1 => 1 - 1e-12, _ => random.Fork("points").Uniform((ulong)draw) }, sum = 0;
                int expected = Array.FindIndex(weights, weight => uniform * total < (sum += weight));
                Assert.Equal(expected, TokenHead<float, Float256>.Draw(count, w, uniform));
            }
        }
    }
}
