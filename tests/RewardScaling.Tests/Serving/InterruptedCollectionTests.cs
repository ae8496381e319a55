using RewardScaling.Numerics;

namespace RewardScaling.Tests.Serving;

/// <summary>A collection that is killed; <c>break collections</c> of the benchmarks kills it fifty times.</summary>
public sealed class InterruptedCollectionTests
{
    [Fact(Timeout = Eventually.Milliseconds)]
    public async Task A_collection_killed_at_random_moments_and_served_badly_is_the_file_of_one_left_alone()
    {
        using var folder = new TemporaryFolder();
        CollectionKills kills = await CollectionKills.RunAsync(folder.File(""), 5, RandomStream.FromSeed(8));
        Assert.True(kills.SameFile, $"{kills}");
        Assert.True(kills.Kills >= 3, $"{kills}");
        Assert.True(kills.LostNoMoreThanWasUnderWay, $"{kills}");
        // A process that was killed may have left requests at the server.
        Assert.True(kills.AtOnce <= 2 * Interrupted.Collections.AtOnce, $"{kills}");
    }
}
