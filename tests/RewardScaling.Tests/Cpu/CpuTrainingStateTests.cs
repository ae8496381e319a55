using RewardScaling.Cpu;
using RewardScaling.Models;
using RewardScaling.Tests.Contracts;

namespace RewardScaling.Tests.Cpu;

/// <summary>The contract on the CPU engine, with the registers of this machine.</summary>
public sealed class CpuTrainingStateTests : TrainingStateContract
{
    protected override IEngine CreateEngine() => new CpuEngine(2);

    [Fact]
    public void Padding_stays_zero_and_another_width_of_register_reads_the_same_state()
    {
        using var folder = new TemporaryFolder();
        using var wide = new CpuEngine(2).CreatePolicy(Batches.Odd, Batches.Random);
        var batch = Batches.Ragged(wide.Shape, 6, 1);
        wide.Forward(batch, new());
        wide.Backward(Batches.Slopes(batch.TotalResponseTokens, 1));
        wide.Step(new(), 0.01);
        wide.SaveTraining(folder.File("wide"));
        using var narrow = new CpuEngine(1, lanes: 1).CreatePolicy(Batches.Odd, Batches.Random);
        narrow.RestoreTraining(folder.File("wide"));
        narrow.SaveTraining(folder.File("narrow"));
        Assert.Equal(File.ReadAllBytes(folder.File("wide")), File.ReadAllBytes(folder.File("narrow")));
    }
}
