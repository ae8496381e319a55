using RewardScaling.Numerics;

namespace RewardScaling.Tests.Numerics;

public sealed class FaultsTests
{
    [Fact]
    public void No_fault_is_no_exception()
    {
        var faults = new Faults("Options");
        faults.Require(true, "Rate", 0.5, "positive");
        faults.ThrowIfAny();
    }

    [Fact]
    public void All_faults_are_reported_at_once_in_their_order()
    {
        var faults = new Faults("Options");
        faults.Require(false, "Rate", -0.5, "positive");
        faults.Require(true, "Count", 3, "at least 1");
        faults.Require(false, "Clip", double.NaN, "in (0, 1)");
        var fault = Assert.Throws<ArgumentException>(faults.ThrowIfAny);
        Assert.Equal("Options: Rate = -0.5 must be positive. Clip = NaN must be in (0, 1).", fault.Message);
    }
}
