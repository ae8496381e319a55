using RewardScaling.Cpu;
using RewardScaling.Models;
using RewardScaling.Tests.Contracts;

namespace RewardScaling.Tests.Cpu;

/// <summary>The contract, with registers of each width.</summary>
public sealed class CpuRewardModelTests : RewardModelContract
{
    protected override IEngine CreateEngine() => new CpuEngine(2);
}

public sealed class CpuRewardModelScalarTests : RewardModelContract
{
    protected override IEngine CreateEngine() => new CpuEngine(1, lanes: 1);
}

public sealed class CpuRewardModel128Tests : RewardModelContract
{
    protected override IEngine CreateEngine() => new CpuEngine(1, lanes: 4);
}

public sealed class CpuRewardModel512Tests : RewardModelContract
{
    protected override IEngine CreateEngine() => new CpuEngine(1, lanes: 16);
}
