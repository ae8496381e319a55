using RewardScaling.Numerics;

namespace RewardScaling.Tests.Numerics;

public sealed class GoldenSectionTests
{
    [Fact]
    public void The_maximum_of_a_parabola_is_where_it_is() =>
        Assert.Equal(2, GoldenSection.Maximum(static x => -(x - 2) * (x - 2), 0, 7, 1e-6), 1e-6);

    // Between 1e17 and the next number lie 16.
    [Fact(Timeout = 20_000)]
    public async Task A_width_below_the_spacing_of_numbers_ends_too()
    {
        await Task.Yield();
        Assert.InRange(GoldenSection.Maximum(static x => -Math.Abs(x - 1.00000000000000064e17), 1e17, 1.000000000000002e17, 1e-6),
            1.0000000000000005e17, 1.0000000000000008e17);
    }
}
