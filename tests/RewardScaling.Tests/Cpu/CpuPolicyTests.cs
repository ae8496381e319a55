using RewardScaling.Cpu;
using RewardScaling.Models;
using RewardScaling.Tests.Contracts;

namespace RewardScaling.Tests.Cpu;

/// <summary>The contract, with registers of each width.</summary>
public sealed class CpuPolicyTests : PolicyContract
{
    protected override IEngine CreateEngine() => new CpuEngine(2);
}

public sealed class CpuPolicyScalarTests : PolicyContract
{
    protected override IEngine CreateEngine() => new CpuEngine(1, lanes: 1);
}

public sealed class CpuPolicy128Tests : PolicyContract
{
    protected override IEngine CreateEngine() => new CpuEngine(1, lanes: 4);
}

public sealed class CpuPolicy512Tests : PolicyContract
{
    protected override IEngine CreateEngine() => new CpuEngine(1, lanes: 16);
}
