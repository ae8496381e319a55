using System.Globalization;
using RewardScaling.Divergence;
using RewardScaling.Numerics;

namespace RewardScaling.Tests.Numerics;

/// <summary>Numbers of the library take the formats of .NET, and have the invariant point unless another is asked for.</summary>
public sealed class NumberFormatTests
{
    public static TheoryData<IFormattable, string, string> Numbers => new()
    {
        { new Estimate(1.25, 0.0444), "", "1.25 ± 0.044" },
        { new Estimate(1.25, 0.0444), "F3", "1.250 ± 0.044" },
        { Estimate.WithoutError(1.26), "F1", "1.3" },
        { new KlNats(3.6182), "", "3.618 nats" },
        { new KlNats(3.6182), "F1", "3.6 nats" },
        { new KlDistance(1.9), "F2", "d = 1.90" },
        { new ConfidenceInterval(3.6, 5.123456, 0.95), "", "3.6 to 5.123" },
        { new ConfidenceInterval(3.6, 5.123456, 0.95), "F2", "3.60 to 5.12" },
        { new ConfidenceInterval(3.6, double.PositiveInfinity, 0.95), "F2", "3.60 or more (unbounded)" },
    };

    [Theory]
    [MemberData(nameof(Numbers))]
    public void A_number_takes_a_format(IFormattable number, string format, string expected)
    {
        Assert.Equal(expected, number.ToString(format, null));
        Assert.Equal(expected, number.ToString(format, CultureInfo.InvariantCulture));
        Assert.Equal(expected, string.Format(CultureInfo.InvariantCulture, "{0:" + format + "}", number));
        if (format.Length == 0) Assert.Equal(expected, number.ToString());
    }

    [Fact]
    public void Another_point_is_had_by_asking()
    {
        var comma = new NumberFormatInfo { NumberDecimalSeparator = "," };
        Assert.Equal("1,250 ± 0,044", new Estimate(1.25, 0.0444).ToString("F3", comma));
    }
}
