using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using RewardScaling.Models;
using RewardScaling.Numerics;

namespace RewardScaling.Serving;

/// <summary>
/// A policy that is asked for each sample once: what it answers is kept in a <see cref="SampleLog"/> as it comes, known by
/// prompt, sampling and streams, so that a process that is killed has lost what was under way and no more.
/// </summary>
/// <param name="policy">What is asked; every answer of it is checked before it is kept.</param>
/// <param name="log">Where answers are kept; used, not owned.</param>
/// <param name="together">How many samples of a prompt are asked for in one request.</param>
/// <param name="atOnce">How many requests are under way at once.</param>
/// <param name="beforeAsking">Awaited before every question, and not where all is known; null for nothing.</param>
internal sealed class RecordedPolicy(IPolicy policy, SampleLog log, int together, int atOnce,
    Func<CancellationToken, Task>? beforeAsking = null) : IPolicy
{
    /// <inheritdoc/>
    public int VocabularySize => policy.VocabularySize;

    /// <inheritdoc/>
    public int ContextLength => policy.ContextLength;

    /// <inheritdoc/>
    public async ValueTask<SampledBatch> SampleAsync(TokenBatch prompts, SamplingOptions options,
        ReadOnlyMemory<RandomStream> streams, CancellationToken cancellationToken = default)
    {
        Guard.Length(streams.Length, prompts.Count, nameof(streams));
        (int First, int Count)[] requests = [.. PromptRuns.Of(prompts, together)];
        var answers = new SampledBatch[requests.Length];
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = atOnce, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, requests.Length, parallel, async (i, cancel) =>
        {
            var (first, count) = requests[i];
            TokenBatch asked = prompts.Slice(first, count);
            UInt128 key = Key(asked, options, streams.Span.Slice(first, count));
            if (log.TryRead(key, asked) is { } known)
            {
                answers[i] = known;
                return;
            }
            if (beforeAsking is not null) await beforeAsking(cancel).ConfigureAwait(false);
            answers[i] = await policy.SampleCheckedAsync(asked, options, streams.Slice(first, count), Name, cancel)
                .ConfigureAwait(false);
            log.Add(key, answers[i]);

            string Name(int sample) => string.Create(CultureInfo.InvariantCulture, $"prompt {first + sample} of {prompts.Count} asked together");
        }).ConfigureAwait(false);
        int tokens = answers.Sum(static answer => answer.Tokens.TotalResponseTokens);
        float[] logProbs = [.. answers.SelectMany(static answer => answer.LogProbs)];
        return new(TokenBatch.Concat([.. answers.Select(static answer => answer.Tokens)]),
            logProbs.Length == tokens ? logProbs : [], [])
        {
            ResponseLogProbs = answers.All(static answer => answer.ResponseLogProbs is not null)
                ? [.. answers.SelectMany(static answer => answer.ResponseLogProbs!)] : null,
        };
    }

    // All that decides an answer: what is asked, how, and by which random numbers.
    private static UInt128 Key(TokenBatch asked, SamplingOptions options, ReadOnlySpan<RandomStream> streams)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture,
            $"{options.ResponseLength},{options.Temperature:R},{options.Cut.TopK},{options.Cut.TopP:R},{options.EndToken ?? -1},{asked.Count},{asked.Sequence(0).Length};")));
        hash.AppendData(MemoryMarshal.AsBytes(asked.Sequence(0)));
        Span<byte> bits = stackalloc byte[sizeof(ulong)];
        foreach (RandomStream stream in streams)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(bits, stream.Bits(0));
            hash.AppendData(bits);
        }
        Span<byte> whole = stackalloc byte[SHA256.HashSizeInBytes];
        hash.GetHashAndReset(whole);
        return BinaryPrimitives.ReadUInt128BigEndian(whole);
    }
}
