using RewardScaling.Models;
using RewardScaling.Tests.Contracts;

namespace RewardScaling.TorchSharp.Tests;

public sealed class TorchEngineTests
{
    [Fact]
    public void It_says_what_it_is() =>
        Assert.Equal("libtorch by TorchSharp 0.107.0, CPU, 1 thread, Float32", Engines.Torch().Description);

    [Theory]
    [InlineData("gpu")]
    [InlineData("CPU")]
    [InlineData("cuda:")]
    [InlineData("cuda:-1")]
    [InlineData("cuda:x")]
    [InlineData("")]
    public void A_device_that_is_none_is_refused_by_name(string device) =>
        Assert.Contains(device, Assert.ThrowsAny<ArgumentException>(() => new TorchEngine(device)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_GPU_asks_for_its_own_package()
    {
        Engines.Torch();
        Assert.Contains("TorchSharp-cuda-linux", Assert.Throws<InvalidOperationException>(() => new TorchEngine("cuda")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_out_of_range_are_named_all_at_once()
    {
        string message = Assert.Throws<ArgumentException>(() =>
            new TorchEngine("cpu", new() { Threads = 0, Precision = (TorchPrecision)7, TokensAtOnce = 0 })).Message;
        Assert.Contains("Threads = 0", message, StringComparison.Ordinal);
        Assert.Contains("Precision = 7", message, StringComparison.Ordinal);
        Assert.Contains("TokensAtOnce = 0", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Defaults_are_these()
    {
        var options = new TorchEngineOptions();
        Assert.Equal(Environment.ProcessorCount, options.Threads);
        Assert.Equal(TorchPrecision.Float32, options.Precision);
        Assert.False(options.Checkpointing);
        Assert.Equal(1_048_576, options.TokensAtOnce);
    }

    [Fact]
    public void Policies_of_two_engines_are_not_compared()
    {
        using var one = Engines.Torch().CreatePolicy(Batches.Odd, Batches.Random);
        using var other = Engines.Torch().CreatePolicy(Batches.Odd, Batches.Random);
        var batch = Batches.Ragged(one.Shape, 2, 1);
        Assert.Contains("same engine", Assert.Throws<ArgumentException>(() => one.TokenKl(other, batch, new float[batch.TotalResponseTokens])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_batch_without_a_response_has_no_outputs_and_no_gradient()
    {
        using var policy = Engines.Torch().CreatePolicy(Batches.Odd, Batches.Random);
        var outputs = new PolicyOutputs();
        policy.Forward(new([new(new[] { 1, 2 }, 2)]), outputs);
        Assert.Equal(0, outputs.Count);
        policy.Backward(outputs);
        Assert.Equal(0, policy.Step(new(), 0.1));
    }
}
