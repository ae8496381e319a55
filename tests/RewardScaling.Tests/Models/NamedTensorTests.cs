using RewardScaling.Models;

namespace RewardScaling.Tests.Models;

public sealed class NamedTensorTests
{
    [Fact]
    public void It_keeps_name_shape_and_values()
    {
        var tensor = new NamedTensor("w", [2, 3], new float[] { 1, 2, 3, 4, 5, 6 });
        Assert.Equal("w", tensor.Name);
        Assert.Equal([2, 3], tensor.Shape.ToArray());
        Assert.Equal([1, 2, 3, 4, 5, 6], tensor.Values.ToArray());
        Assert.Equal("w [2, 3]", tensor.ToString());
    }

    [Fact]
    public void No_axis_means_one_number_and_a_zero_axis_none()
    {
        Assert.Equal(1, new NamedTensor("s", [], new float[1]).Values.Length);
        Assert.Equal(0, new NamedTensor("e", [5, 0], ReadOnlyMemory<float>.Empty).Values.Length);
    }

    [Theory]
    [InlineData("w", new[] { 2, 3 }, 5, "w: shape [2, 3] holds 6 values, but 5 are given.")]
    [InlineData("w", new int[0], 2, "w: shape [] holds 1 values, but 2 are given.")]
    [InlineData("w", new[] { -1, -2 }, 2, "w: shape [-1, -2] has a negative length.")]
    [InlineData("w", new[] { 65536, 65536 }, 0, "w: shape [65536, 65536] holds more values than fit in memory.")]
    [InlineData("w", new[] { 1, 1, 1, 1, 1, 1, 1, 1, 1 }, 1, "w: shape [1, 1, 1, 1, 1, 1, 1, 1, 1] has more than 8 axes.")]
    [InlineData("", new int[0], 1, "The value cannot be an empty string.")]
    public void What_is_no_tensor_is_named(string name, int[] shape, int count, string message)
    {
        var fault = Assert.ThrowsAny<ArgumentException>(() => new NamedTensor(name, shape, new float[count]));
        Assert.StartsWith(message, fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(float.NaN, "w[2] is NaN; every value must be finite.")]
    [InlineData(float.NegativeInfinity, "w[2] is -Infinity; every value must be finite.")]
    public void A_value_that_is_not_finite_is_named(float value, string message)
    {
        var fault = Assert.Throws<ArgumentException>(() => new NamedTensor("w", [4], new[] { 0, 0, value, 0 }));
        Assert.StartsWith(message, fault.Message, StringComparison.Ordinal);
    }
}
