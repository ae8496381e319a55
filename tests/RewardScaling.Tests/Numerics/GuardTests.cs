using RewardScaling.Numerics;

namespace RewardScaling.Tests.Numerics;

public sealed class GuardTests
{
    [Fact]
    public void What_is_allowed_passes()
    {
        Guard.Positive(1);
        Guard.Positive(double.Epsilon);
        Guard.NotNegative(0);
        Guard.NotNegative(-0.0);
        Guard.InRange(1, 1, 1);
        Guard.InRange(0.5, 0, 1);
        Guard.Finite(double.MaxValue);
        Guard.AllFinite<double>([]);
        Guard.AllFinite([1.0, -2.0]);
        Guard.Length(3, 3, "values");
    }

    [Fact]
    public void Every_message_names_the_argument_its_value_and_the_range()
    {
        int count = 0;
        double rate = double.NaN;
        AssertOutOfRange("count = 0 must be positive.", "count", () => Guard.Positive(count));
        AssertOutOfRange("rate = NaN must be positive.", "rate", () => Guard.Positive(rate));
        AssertOutOfRange("rate = NaN must be at least 0.", "rate", () => Guard.NotNegative(rate));
        AssertOutOfRange("-0.5 = -0.5 must be at least 0.", "-0.5", () => Guard.NotNegative(-0.5));
        AssertOutOfRange("count = 0 must be in [1, 32].", "count", () => Guard.InRange(count, 1, 32));
        AssertOutOfRange("rate = NaN must be in [0, 1].", "rate", () => Guard.InRange(rate, 0, 1));
        AssertOutOfRange("rate = NaN must be a finite number.", "rate", () => Guard.Finite(rate));
        double huge = double.NegativeInfinity;
        AssertOutOfRange("huge = -Infinity must be a finite number.", "huge", () => Guard.Finite(huge));
    }

    [Fact]
    public void The_first_value_of_a_list_that_is_not_finite_is_named_with_its_index()
    {
        float[] scores = [0, float.PositiveInfinity, float.NaN];
        var fault = Assert.Throws<ArgumentException>(() => Guard.AllFinite<float>(scores, nameof(scores)));
        Assert.StartsWith("scores[1] is Infinity; every value must be finite.", fault.Message, StringComparison.Ordinal);
        Assert.Equal("scores", fault.ParamName);
    }

    [Fact]
    public void A_wrong_length_names_both_lengths() => Assert.StartsWith("kl has 2 values; it must have 3.",
        Assert.Throws<ArgumentException>(() => Guard.Length(2, 3, "kl")).Message, StringComparison.Ordinal);

    private static void AssertOutOfRange(string message, string name, Action act)
    {
        var fault = Assert.Throws<ArgumentOutOfRangeException>(act);
        Assert.StartsWith(message, fault.Message, StringComparison.Ordinal);
        Assert.Equal(name, fault.ParamName);
    }
}
