using RewardScaling.Cpu;
using RewardScaling.Tests.Contracts;

namespace RewardScaling.Tests.Cpu;

public sealed class CpuEngineTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(-3)]
    public void Fewer_than_one_thread_is_a_fault(int threads) =>
        Assert.Contains($"threads = {threads}", Assert.Throws<ArgumentOutOfRangeException>(() => new CpuEngine(threads)).Message,
        StringComparison.Ordinal);

    [Fact]
    public void It_says_what_it_found() => Assert.StartsWith("CPU, 3 threads, ", new CpuEngine(3).Description,
        StringComparison.Ordinal);

    [Fact]
    public void The_same_stream_gives_the_same_weights_and_another_gives_others()
    {
        using var a = new CpuEngine(1).CreatePolicy(Batches.Odd, Batches.Random);
        using var b = new CpuEngine(2).CreatePolicy(Batches.Odd, Batches.Random);
        using var c = new CpuEngine(1).CreatePolicy(Batches.Odd, Batches.Random.Fork("other"));
        var weights = ReferenceTransformer.Of(a.Save, a.Shape).Parameters;
        Assert.Equal(weights["head.weight"], ReferenceTransformer.Of(b.Save, a.Shape).Parameters["head.weight"]);
        Assert.NotEqual(weights["head.weight"], ReferenceTransformer.Of(c.Save, a.Shape).Parameters["head.weight"]);
        Assert.All(weights["value_head.weight"], static value => Assert.Equal(0, value));
        Assert.Equal(weights.Sum(static parameter => (long)parameter.Value.Length), a.ParameterCount);
    }
}
