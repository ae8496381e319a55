using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using RewardScaling.BestOfN;
using RewardScaling.Models;
using RewardScaling.Numerics;

namespace RewardScaling.Serving;

/// <summary>
/// Draws N samples of every prompt, has proxy and gold score them, and writes each sample with its scores into a file of JSON
/// lines as it comes. Killed at any moment and started again, it goes on: what is in the file is not asked for again, and a
/// sample is there whole or not at all.
/// </summary>
/// <remarks>
/// <para>
/// Takes any policy and any reward models, behind servers or not. Sample s of prompt p is drawn with the same stream as in
/// <see cref="BestOfNSampler"/>, and the finished file is in the order of prompts and samples: where policy and scores come the
/// same, it is the same file however often it was interrupted.
/// </para>
/// <para>Keeps 16 bytes of each sample in memory, and the texts of those under way.</para>
/// </remarks>
/// <example>
/// <code>
/// var collector = new SampleCollector(policy, tokenizer, new SamplingOptions { ResponseLength = 256 }, proxy, gold,
///     new SampleCollectorOptions { Name = "my-model v1", SamplesPerPrompt = 64 });
/// SampleCollection samples = await collector.CollectAsync("runs/served", prompts, stream);
/// RewardCurve measured = BestOfNCurve.From(samples.Prompts, n: [1, 4, 16, 64]);
/// </code>
/// </example>
public sealed class SampleCollector
{
    private readonly IPolicy _policy;
    private readonly ITokenizer _tokenizer;
    private readonly SamplingOptions _sampling;
    private readonly IRewardModel _proxy, _gold;
    private readonly SampleCollectorOptions _options;
    private readonly TimeProvider _clock;

    /// <summary>A collector.</summary>
    /// <param name="policy">What answers.</param>
    /// <param name="tokenizer">What turns its tokens into text.</param>
    /// <param name="sampling">How samples are drawn.</param>
    /// <param name="proxy">What they are selected by.</param>
    /// <param name="gold">What they are judged by.</param>
    /// <param name="options">How many, and how they are written.</param>
    /// <param name="clock">What the time left is estimated by; null for the system's.</param>
    /// <exception cref="ArgumentException">Options that cannot be followed.</exception>
    public SampleCollector(IPolicy policy, ITokenizer tokenizer, SamplingOptions sampling, IRewardModel proxy, IRewardModel gold,
        SampleCollectorOptions options, TimeProvider? clock = null)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArgumentNullException.ThrowIfNull(sampling);
        ArgumentNullException.ThrowIfNull(proxy);
        ArgumentNullException.ThrowIfNull(gold);
        ArgumentNullException.ThrowIfNull(options);
        sampling.Validate();
        options.Validate();
        (_policy, _tokenizer, _sampling, _proxy, _gold, _options) = (policy, tokenizer, sampling, proxy, gold, options);
        _clock = clock ?? TimeProvider.System;
    }

    /// <summary>Collects what is missing.</summary>
    /// <param name="folder">The folder, made when it is not there; it holds samples of one name, sampling, stream and list of
    /// prompts.</param>
    /// <param name="prompts">The prompts: sequences without a response.</param>
    /// <param name="stream">Where the randomness comes from.</param>
    /// <param name="progress">Told after every portion.</param>
    /// <param name="cancellationToken">Stops; what is written stays.</param>
    /// <exception cref="IOException">The folder holds something else, or is in use by another process.</exception>
    /// <exception cref="ServerException">A server gave no answer; the message names server, prompt and sample. What is written
    /// stays.</exception>
    /// <exception cref="InvalidOperationException">An answer or a score is none; the message names prompt and sample.</exception>
    public async Task<SampleCollection> CollectAsync(string folder, TokenBatch prompts, RandomStream stream,
        IProgress<CollectionProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(prompts);
        using var owned = OwnedFolder.Open(folder, "collection.json", Identity(prompts, stream), "folder of samples");
        using var file = new SampleFile(folder, prompts.Count, _options);
        long start = _clock.GetTimestamp(), found = file.Count;
        if (found < file.Total)
        {
            var writing = new Lock();
            var atOnce = new ParallelOptions
            {
                MaxDegreeOfParallelism = _options.PortionsAtOnce,
                CancellationToken = cancellationToken
            };
            await Parallel.ForEachAsync(file.Missing(), atOnce, async (portion, cancel) =>
            {
                SampledBatch batch = await SampleAsync(prompts, portion, stream, cancel).ConfigureAwait(false);
                var rollouts = new Rollouts(batch.Tokens, _tokenizer);
                double[] proxy = await _proxy.ScoreCheckedAsync(rollouts, Name, cancel).ConfigureAwait(false),
                    gold = await _gold.ScoreCheckedAsync(rollouts, Name, cancel).ConfigureAwait(false);
                ReadOnlyMemory<byte> lines = Lines(portion, batch, rollouts, proxy, gold);
                lock (writing)
                {
                    file.Add(portion, lines.Span, proxy, gold);
                    progress?.Report(Progress(file, found, start));
                }

                string Name(int i) => string.Create(CultureInfo.InvariantCulture,
                    $"prompt {portion.Prompt} ({PromptExcerpt.Of(rollouts, i)}), sample {portion.First + i},");
            }).ConfigureAwait(false);
        }
        file.Finish(_options.Gzip);
        var scored = new ScoredPrompt[prompts.Count];
        for (int p = 0; p < scored.Length; p++)
        {
            var (proxy, gold) = file.Scores(p);
            scored[p] = new(string.Create(CultureInfo.InvariantCulture, $"{p}"), proxy.Span, gold.Span);
        }
        return new(file.Path, scored, found, file.Count - found, _clock.GetElapsedTime(start));
    }

    private ValueTask<SampledBatch> SampleAsync(TokenBatch prompts, Portion portion, RandomStream stream,
        CancellationToken cancellationToken)
    {
        int[] same = new int[portion.Count];
        Array.Fill(same, portion.Prompt);
        RandomStream own = stream.Fork(portion.Prompt);
        RandomStream[] streams = [.. Enumerable.Range(portion.First, portion.Count).Select(sample => own.Fork(sample))];
        TokenBatch asked = prompts.Select(same);
        return _policy.SampleCheckedAsync(asked, _sampling, streams, i => string.Create(CultureInfo.InvariantCulture,
            $"prompt {portion.Prompt} ({PromptExcerpt.Of(new(asked, _tokenizer), i)}), sample {portion.First + i},"), cancellationToken);
    }

    private CollectionProgress Progress(SampleFile file, long found, long start)
    {
        TimeSpan elapsed = _clock.GetElapsedTime(start);
        long now = file.Count - found;
        return new(file.Count, file.Total, elapsed, now == 0 ? null : elapsed / now * (file.Total - file.Count));
    }

    private static ReadOnlyMemory<byte> Lines(
        Portion portion, SampledBatch batch, Rollouts rollouts, double[] proxy, double[] gold)
    {
        var lines = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(lines, new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        for (int i = 0; i < portion.Count; i++)
        {
            json.Reset(lines);
            json.WriteStartObject();
            json.WriteNumber("prompt_id"u8, portion.Prompt);
            json.WriteNumber("sample"u8, portion.First + i);
            json.WriteString("prompt"u8, rollouts.Prompt(i));
            json.WriteString("response"u8, rollouts.Response(i));
            json.WriteNumber("proxy"u8, proxy[i]);
            json.WriteNumber("gold"u8, gold[i]);
            json.WriteNumber("response_tokens"u8, batch.Tokens.Response(i).Length);
            if (batch.ResponseLogProbs is { } sums) json.WriteNumber("response_logprob"u8, sums[i]);
            if (batch.LogProbs.Length > 0)
            {
                json.WriteStartArray("response_token_ids"u8);
                foreach (int token in batch.Tokens.Response(i)) json.WriteNumberValue(token);
                json.WriteEndArray();
                json.WriteStartArray("sampled_token_logprobs"u8);
                for (int t = batch.Tokens.ResponseOffsets[i]; t < batch.Tokens.ResponseOffsets[i + 1]; t++)
                    json.WriteNumberValue(batch.LogProbs[t]);
                json.WriteEndArray();
            }
            json.WriteEndObject();
            json.Flush();
            lines.Write("\n"u8);
        }
        return lines.WrittenMemory;
    }

    // All that decides which samples these are.
    private string Identity(TokenBatch prompts, RandomStream stream)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (int p = 0; p < prompts.Count; p++)
        {
            if (prompts[p].ResponseLength != 0)
                throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"prompts[{p}] already has a response of {prompts[p].ResponseLength} tokens."), nameof(prompts));
            hash.AppendData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{prompts.Sequence(p).Length}:{string.Join(',', prompts.Sequence(p).ToArray())};")));
        }
        var text = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(text, new() { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteString("name"u8, _options.Name);
            json.WriteNumber("prompts"u8, prompts.Count);
            json.WriteString("prompts_sha256"u8, Convert.ToHexStringLower(hash.GetHashAndReset()));
            json.WriteNumber("samples_per_prompt"u8, _options.SamplesPerPrompt);
            json.WriteNumber("samples_together"u8, _options.SamplesTogether);
            json.WriteNumber("response_length"u8, _sampling.ResponseLength);
            json.WriteNumber("temperature"u8, _sampling.Temperature);
            json.WriteNumber("top_k"u8, _sampling.Cut.TopK);
            json.WriteNumber("top_p"u8, _sampling.Cut.TopP);
            json.WriteNumber("end_token"u8, _sampling.EndToken ?? -1);
            json.WriteString("stream"u8, stream.Bits(0).ToString("x16", CultureInfo.InvariantCulture));
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(text.WrittenSpan);
    }
}
