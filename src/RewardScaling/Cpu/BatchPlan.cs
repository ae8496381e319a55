using RewardScaling.Models;

namespace RewardScaling.Cpu;

/// <summary>
/// Which rows of a batch a network must compute, and at which of them it needs outputs: those are called selected and are
/// always the last of their sequence.
/// </summary>
internal sealed class BatchPlan
{
    /// <summary>Rows worked on together: few enough for the second-level cache, many enough for full tiles.</summary>
    private const int ChunkRows = 96;

    /// <summary>Rows worked on together where no cache holds the weights: each chunk reads all of them from memory.</summary>
    private const int LargeChunkRows = 256;

    /// <summary>Row of each sequence's first token, and one more: where the last ends.</summary>
    public int[] RowStart { get; private set; } = [];

    /// <summary>First selected row of each sequence, counted among selected rows only, and one more.</summary>
    public int[] SelectedStart { get; private set; } = [];

    /// <summary>First sequence of each chunk, and one more.</summary>
    public int[] ChunkStart { get; private set; } = [];

    public TokenBatch Batch { get; private set; } = null!;

    public int Chunks { get; private set; }

    public int Rows => RowStart[Batch.Count];

    public int Selected => SelectedStart[Batch.Count];

    /// <summary>Rows of the longest sequence.</summary>
    public int Longest { get; private set; }

    /// <summary>Rows of the largest chunk.</summary>
    public int LargestChunk { get; private set; }

    /// <summary>Position in its sequence of the first selected row.</summary>
    public int FirstSelected(int sequence) =>
        RowStart[sequence + 1] - RowStart[sequence] - (SelectedStart[sequence + 1] - SelectedStart[sequence]);

    /// <summary>Plans a batch.</summary>
    /// <param name="batch">The sequences.</param>
    /// <param name="select">Where outputs are needed.</param>
    /// <param name="workers">How many threads share the work.</param>
    /// <param name="isLarge">Whether the network's weights are more than a cache holds.</param>
    public void Build(TokenBatch batch, SelectedRows select, int workers, bool isLarge)
    {
        Batch = batch;
        if (RowStart.Length < batch.Count + 1)
            (RowStart, SelectedStart, ChunkStart) = (new int[batch.Count + 1], new int[batch.Count + 1],
                new int[batch.Count + 1]);
        Longest = LargestChunk = Chunks = 0;
        for (int i = 0; i < batch.Count; i++)
        {
            int length = batch.Offsets[i + 1] - batch.Offsets[i], response = length - batch.PromptLengths[i];
            int rows = select != SelectedRows.BeforeResponse ? length : response == 0 ? 0 : length - 1;
            RowStart[i + 1] = RowStart[i] + rows;
            SelectedStart[i + 1] = SelectedStart[i] + (select == SelectedRows.LastToken ? 1 : response);
            Longest = Math.Max(Longest, rows);
        }
        // Several chunks for each worker, so that none waits long for the last; of a large network as few as there are workers.
        int target = isLarge ? Math.Clamp((Rows + workers - 1) / workers, ChunkRows, LargeChunkRows)
            : Math.Clamp(Rows / (4 * workers), Math.Min(24, ChunkRows), ChunkRows);
        for (int i = 0; i < batch.Count;)
        {
            int from = i++;
            while (i < batch.Count && RowStart[i + 1] - RowStart[from] <= target) i++;
            ChunkStart[Chunks++] = from;
            ChunkStart[Chunks] = i;
            LargestChunk = Math.Max(LargestChunk, RowStart[i] - RowStart[from]);
        }
    }
}
