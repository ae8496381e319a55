using System.Buffers.Binary;
using RewardScaling.BestOfN;
using RewardScaling.Models;
using RewardScaling.Numerics;

namespace RewardScaling.Studies.Cells;

/// <summary>
/// Rollouts in a file, token by token: four numbers (samples per prompt, prompts, bytes per token, whether log-probabilities
/// follow), the lengths of prompts and responses, the tokens of each prompt once and of its responses, and log π of each
/// response. Numbers are little-endian.
/// </summary>
internal static class PoolFile
{
    public static void Write(string path, RolloutPool pool) => AtomicFile.Write(path, stream =>
    {
        var batch = pool.Rollouts.Tokens;
        int most = 0;
        foreach (int token in batch.Tokens) most = Math.Max(most, token);
        int width = most <= byte.MaxValue ? 1 : most <= ushort.MaxValue ? 2 : 4;
        using var writer = new BinaryWriter(stream, System.Text.Encoding.UTF8, leaveOpen: true);
        writer.Write(pool.SamplesPerPrompt);
        writer.Write(pool.PromptCount);
        writer.Write(width);
        writer.Write(pool.LogProbs is null ? 0 : 1);
        for (int p = 0; p < pool.PromptCount; p++) writer.Write(batch.PromptLengths[p * pool.SamplesPerPrompt]);
        for (int i = 0; i < batch.Count; i++) writer.Write(batch.Response(i).Length);
        for (int i = 0; i < batch.Count; i++)
        {
            if (i % pool.SamplesPerPrompt == 0) Tokens(batch.Prompt(i));
            Tokens(batch.Response(i));
        }
        foreach (double logProb in pool.LogProbs ?? []) writer.Write(logProb);

        void Tokens(ReadOnlySpan<int> tokens)
        {
            foreach (int token in tokens)
            {
                if (width == 1) writer.Write((byte)token);
                else if (width == 2) writer.Write((ushort)token);
                else writer.Write(token);
            }
        }
    });

    /// <exception cref="InvalidDataException">It is no such file.</exception>
    public static RolloutPool Read(string path, ITokenizer tokenizer)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16,
                FileOptions.SequentialScan);
            using var reader = new BinaryReader(stream);
            int samples = reader.ReadInt32(), prompts = reader.ReadInt32(), width = reader.ReadInt32(),
                logProbs = reader.ReadInt32();
            if (samples < 1 || prompts < 1 || width is not (1 or 2 or 4) || 4L * samples * prompts > stream.Length)
                throw new InvalidDataException($"{path} is no pool of rollouts.");
            int[] promptLengths = Lengths(prompts), lengths = Lengths(checked(samples * prompts));
            var sequences = new TokenSequence[lengths.Length];
            int[] prompt = [];
            for (int i = 0; i < sequences.Length; i++)
            {
                if (i % samples == 0) prompt = Tokens(promptLengths[i / samples]);
                sequences[i] = new((int[])[.. prompt, .. Tokens(lengths[i])], prompt.Length);
            }
            double[]? known = logProbs == 0 ? null : [.. Enumerable.Range(0, sequences.Length).Select(_ => reader.ReadDouble())];
            return new(new(new TokenBatch(sequences), tokenizer), samples) { LogProbs = known };

            int[] Lengths(int count) => [.. Enumerable.Range(0, count).Select(_ => reader.ReadInt32())];

            int[] Tokens(int count)
            {
                var tokens = new int[count];
                for (int t = 0; t < count; t++) tokens[t] = width == 1 ? reader.ReadByte() : width == 2 ? reader.ReadUInt16()
                    : reader.ReadInt32();
                return tokens;
            }
        }
        catch (Exception fault) when (fault is EndOfStreamException or OverflowException or ArgumentException)
        {
            throw new InvalidDataException($"{path} is no pool of rollouts: {Excerpt.Of(fault)}", fault);
        }
    }

    /// <summary>Writes numbers, whole or not at all.</summary>
    public static void WriteNumbers(string path, ReadOnlyMemory<double> numbers) => AtomicFile.Write(path, stream =>
    {
        Span<byte> bytes = stackalloc byte[sizeof(double)];
        foreach (double number in numbers.Span)
        {
            BinaryPrimitives.WriteDoubleLittleEndian(bytes, number);
            stream.Write(bytes);
        }
    });

    /// <summary>Reads numbers.</summary>
    /// <param name="path">The file.</param>
    /// <param name="count">How many there are.</param>
    /// <exception cref="InvalidDataException">There are others, or one is not finite.</exception>
    public static double[] ReadNumbers(string path, long count)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16,
            FileOptions.SequentialScan);
        if (stream.Length != sizeof(double) * count)
            throw new InvalidDataException($"{path} has {stream.Length / sizeof(double)} numbers and must have {count}.");
        var numbers = new double[count];
        Span<byte> bytes = stackalloc byte[sizeof(double)];
        for (int i = 0; i < numbers.Length; i++)
        {
            stream.ReadExactly(bytes);
            numbers[i] = BinaryPrimitives.ReadDoubleLittleEndian(bytes);
            if (!double.IsFinite(numbers[i])) throw new InvalidDataException($"{path}: number {i} is {numbers[i]}.");
        }
        return numbers;
    }
}
