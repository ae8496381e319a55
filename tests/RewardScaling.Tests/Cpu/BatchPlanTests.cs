using RewardScaling.Cpu;
using RewardScaling.Models;

namespace RewardScaling.Tests.Cpu;

/// <summary>How a batch is cut into what is worked on together.</summary>
public sealed class BatchPlanTests
{
    // 4 sequences of 64 tokens give 63 rows each. A small network takes one at a time; a large one, whose weights are read anew
    // for each chunk, as many as leave something to every worker, and never more than 256 rows.
    [Theory]
    [InlineData(4, 1, false, 4)]
    [InlineData(4, 2, false, 4)]
    [InlineData(4, 1, true, 1)]
    [InlineData(4, 2, true, 2)]
    [InlineData(4, 4, true, 4)]
    [InlineData(40, 1, true, 10)]
    public void A_large_network_is_passed_over_as_seldom_as_workers_allow(int sequences, int workers, bool isLarge, int chunks)
    {
        var batch = new TokenBatch([.. Enumerable.Range(0, sequences).Select(static _ => new TokenSequence(new int[64], 1))]);
        var plan = new BatchPlan();
        plan.Build(batch, SelectedRows.BeforeResponse, workers, isLarge);
        Assert.Equal(chunks, plan.Chunks);
        Assert.Equal(sequences, plan.ChunkStart[chunks]);
        Assert.Equal(Enumerable.Range(0, chunks).Max(i => plan.RowStart[plan.ChunkStart[i + 1]] - plan.RowStart[plan.ChunkStart[i]]), plan.LargestChunk);
    }

    // 3.4 million parameters are 13 MB, 12 million 48; in bfloat16 24.
    [Theory]
    [InlineData(256, false, false)]
    [InlineData(512, false, true)]
    [InlineData(512, true, false)]
    public void Large_is_what_caches_do_not_hold(int width, bool isNarrow, bool isLarge)
    {
        var shape = new TransformerShape { Vocabulary = 256, Context = 64, Width = width, Layers = 4, Heads = 4 };
        Assert.Equal(isLarge, new NetworkLayout(shape, NetworkParameter.RewardHeads, 8, sizeof(float), isNarrow).IsLarge);
    }
}
