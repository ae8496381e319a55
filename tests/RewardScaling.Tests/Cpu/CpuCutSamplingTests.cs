using RewardScaling.Cpu;
using RewardScaling.Models;
using RewardScaling.Tests.Contracts;

namespace RewardScaling.Tests.Cpu;

public sealed class CpuCutSamplingTests : CutSamplingContract
{
    protected override IEngine CreateEngine() => new CpuEngine(2);
}
