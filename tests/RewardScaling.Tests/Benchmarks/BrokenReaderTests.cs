using RewardScaling.Benchmarks;
using RewardScaling.Numerics;

namespace RewardScaling.Tests.Benchmarks;

/// <summary>A few hundred mutated files for every reader; <c>break readers</c> gives them tens of thousands.</summary>
public sealed class BrokenReaderTests
{
    private const int Inputs = 300;

    [Fact]
    public void Every_reader_reads_a_mutated_file_or_refuses_it_as_documented()
    {
        using var folder = new TemporaryFolder();
        foreach (var reader in BrokenReaders.All(folder.Path))
        {
            reader.ReadWhole();
            var outcome = reader.Run(Inputs, RandomStream.FromSeed(2).Fork(reader.Name), TimeSpan.FromMinutes(2));
            Assert.Empty(outcome.Examples);
            Assert.Equal((Inputs, 0, 0, 0, 0, 0),
                (outcome.Inputs, outcome.Undocumented, outcome.Slow, outcome.Large, outcome.Nonsense, outcome.Long));
            // Mutations that every reader takes, or none, would show nothing.
            Assert.InRange(outcome.Refused, Inputs / 20, Inputs);
        }
    }
}
