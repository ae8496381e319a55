using RewardScaling.Models;
using RewardScaling.Numerics;

namespace RewardScaling.Tests.Contracts;

/// <summary>What every engine's networks must do when they are disposed of while another thread is inside a call.</summary>
public abstract class DisposalContract
{
    private const int Tries = 12, Abandoned = 40;

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

    // Other tests begin and end threads too: what is compared is large beside them. Megabytes, which are as they please, are
    // in the table of the benchmarks' break abandon.
    [Fact]
    public void Engines_that_nobody_disposes_of_are_collected_and_end_their_threads()
    {
        AbandonedEngines.Run(CreateEngine, 3, TimeSpan.FromSeconds(20));
        var outcome = AbandonedEngines.Run(CreateEngine, Abandoned, TimeSpan.FromSeconds(20));
        Assert.Equal(0, outcome.Alive);
        Assert.True(outcome.ThreadsAfter < outcome.ThreadsBefore + Abandoned / 2, outcome.ToString());
    }
}
