using RewardScaling.Numerics;

namespace RewardScaling.Tests.Numerics;

public sealed class PhiloxTests
{
    // The three "philox2x64 10" lines of tests/kat_vectors in Random123, the library of Salmon et al. 2011: counter, key,
    // expected. The third counter and key are the digits of pi after the point.
    [Theory]
    [InlineData(0x0000000000000000UL, 0x0000000000000000UL, 0x0000000000000000UL, 0xca00a0459843d731UL, 0x66c24222c9a845b5UL)]
    [InlineData(0xffffffffffffffffUL, 0xffffffffffffffffUL, 0xffffffffffffffffUL, 0x65b021d60cd8310fUL, 0x4d02f3222f86df20UL)]
    [InlineData(0x243f6a8885a308d3UL, 0x13198a2e03707344UL, 0xa4093822299f31d0UL, 0x0a5e742c2997341cUL, 0xb0f883d38000de5dUL)]
    public void It_gives_the_published_blocks(ulong low, ulong high, ulong key, ulong expectedLow, ulong expectedHigh) =>
        Assert.Equal((expectedLow, expectedHigh), Philox.Block(key, low, high));
}
