using RewardScaling.Cpu;
using RewardScaling.Models;
using RewardScaling.Tests.Contracts;

namespace RewardScaling.Tests.Cpu;

/// <summary>The contract on the CPU engine, with threads of its own.</summary>
public sealed class CpuDisposalTests : DisposalContract
{
    protected override IEngine CreateEngine() => new CpuEngine(2);
}
