using RewardScaling.Models;
using RewardScaling.Tests.Contracts;

namespace RewardScaling.TorchSharp.Tests;

public sealed class TorchPolicyTests : PolicyContract
{
    protected override IEngine CreateEngine() => Engines.Torch();
}

public sealed class TorchRewardModelTests : RewardModelContract
{
    protected override IEngine CreateEngine() => Engines.Torch();
}

public sealed class TorchTrainingStateTests : TrainingStateContract
{
    protected override IEngine CreateEngine() => Engines.Torch();
}

public sealed class TorchCutSamplingTests : CutSamplingContract
{
    protected override IEngine CreateEngine() => Engines.Torch();
}

public sealed class TorchDisposalTests : DisposalContract
{
    protected override IEngine CreateEngine() => Engines.Torch();
}
