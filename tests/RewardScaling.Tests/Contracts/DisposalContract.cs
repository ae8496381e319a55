using RewardScaling.Models;
using RewardScaling.Numerics;

namespace RewardScaling.Tests.Contracts;

/// <summary>What every engine's networks must do when they are disposed of while another thread is inside a call.</summary>
public abstract class DisposalContract
{
    private const int Tries = 12;

    /// <summary>The engine under test.</summary>
    protected abstract IEngine CreateEngine();

    [Fact]
    public void A_network_disposed_of_beside_a_call_lets_it_end_with_its_numbers_or_refuses_it()
    {
        using var folder = new TemporaryFolder();
        foreach (var race in DisposalRace.All(CreateEngine(), folder.Path))
        {
            var outcome = race.Run(Tries, RandomStream.FromSeed(6).Fork(race.Name));
            Assert.Equal((Tries, 0, ""), (outcome.Refused, outcome.Wrong, outcome.Fault));
        }
        Assert.Empty(Directory.GetFiles(folder.Path, "*.tmp"));
    }
}
