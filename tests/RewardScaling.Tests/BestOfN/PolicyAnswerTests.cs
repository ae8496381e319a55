using RewardScaling.BestOfN;
using RewardScaling.Cpu;
using RewardScaling.Models;
using RewardScaling.Numerics;
using RewardScaling.RewardModels;

namespace RewardScaling.Tests.BestOfN;

/// <summary>What a policy answers is checked wherever it is asked, and kept with its log-probabilities.</summary>
public sealed class PolicyAnswerTests
{
    private static readonly TokenBatch Prompts = new([new(new[] { 1, 2 }, 2), new(new[] { 3 }, 1)]);
    private static readonly SamplingOptions Options = new() { ResponseLength = 3, EndToken = 0 };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    // The last of the four is the second prompt's second sample.
    public static TheoryData<string, int[], float[]> Faults => new()
    {
        { "gave prompt 1 (\"3\"), sample 1, an answer to another prompt", [4, 5], [-1] },
        { "gave prompt 1 (\"3\"), sample 1, an answer of 4 tokens, longer than the 3 asked for", [3, 5, 5, 5, 5], [-1, -1, -1, -1] },
        { "gave prompt 1 (\"3\"), sample 1, an answer whose token 1 is 9; it must be in [0, 8]", [3, 5, 9], [-1, -1] },
        { "gave prompt 1 (\"3\"), sample 1, an answer whose token 0 is -1;", [3, -1], [-1] },
        { "gave prompt 1 (\"3\"), sample 1, an answer that goes on behind its end token 0 at 0", [3, 0, 5], [-1, -1] },
        { "gave prompt 1 (\"3\"), sample 1, the log-probability NaN at response token 1", [3, 5, 5], [-1, float.NaN] },
        { "gave prompt 1 (\"3\"), sample 1, the log-probability -Infinity at response token 0", [3, 5], [float.NegativeInfinity] },
        { "gave prompt 1 (\"3\"), sample 1, the log-probability 0.25 at response token 0", [3, 5], [0.25f] },
        { "gave 5 log-probabilities for 4 response tokens; it must give one for each, or none", [3, 5], [-1, -1] },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task A_wrong_answer_is_a_fault_that_names_prompt_and_sample(string message, int[] last, float[] logProbs)
    {
        var policy = new Scripted([[1, 2, 5], [1, 2, 5], [3, 5], last], [-1, -1, -1, .. logProbs]);
        var fault = await Assert.ThrowsAsync<InvalidOperationException>(() => Sampler(policy, 100).SamplePoolAsync(Prompts, 2, RandomStream.FromSeed(1), cancellationToken: Stop));
        Assert.Contains("The policy Scripted " + message, fault.Message, StringComparison.Ordinal);
        // In another chunk as well, and where comparisons are drawn.
        policy = new Scripted([[1, 2, 5], [1, 2, 5], [3, 5], last], [-1, -1, -1, .. logProbs]);
        fault = await Assert.ThrowsAsync<InvalidOperationException>(() => PreferenceLabeler.SampleAndLabelAsync(
            RewardModel.FromText(static text => text.Length), policy, new Numbers(), Options, Prompts, RandomStream.FromSeed(1), cancellationToken: Stop));
        Assert.Contains("The policy Scripted " + message, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_to_every_prompt_is_asked_for()
    {
        var policy = new Scripted([[1, 2, 5]], [-1]);
        var fault = await Assert.ThrowsAsync<InvalidOperationException>(() => Sampler(policy, 100).SamplePoolAsync(Prompts, 2, RandomStream.FromSeed(1), cancellationToken: Stop));
        Assert.Contains("The policy Scripted answered 1 of 4 prompts; it must answer each once", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(3)]
    public async Task A_pool_keeps_what_was_sampled(int chunk)
    {
        using var policy = new CpuEngine().CreatePolicy(new() { Vocabulary = 9, Context = 8, Width = 8, Layers = 1, Heads = 2 }, RandomStream.FromSeed(4));
        var options = Options with { Temperature = 0.7 };
        RolloutPool pool = await Sampler(policy, chunk, options).SamplePoolAsync(Prompts, 5, RandomStream.FromSeed(2), cancellationToken: Stop);
        Assert.Equal(pool.Rollouts.Tokens.TotalResponseTokens, pool.TokenLogProbs!.Count);
        var outputs = new PolicyOutputs();
        policy.Evaluate(pool.Rollouts.Tokens, outputs, options.Temperature);
        for (int i = 0; i < pool.Rollouts.Count; i++)
        {
            double sum = 0;
            for (int t = pool.Rollouts.Tokens.ResponseOffsets[i]; t < pool.Rollouts.Tokens.ResponseOffsets[i + 1]; t++)
            {
                Assert.Equal(outputs.LogProbs[t], pool.TokenLogProbs[t], 5);
                sum += pool.TokenLogProbs[t];
            }
            Assert.Equal(sum, pool.LogProbs![i], 9);
        }
        var choices = await Sampler(policy, chunk, options).SelectAsync(Prompts, 5, RewardModel.FromText(static text => text.Length), RandomStream.FromSeed(2), cancellationToken: Stop);
        Assert.All(choices, choice => Assert.Equal(pool.LogProbs![choice.Prompt * 5 + choice.Sample], choice.LogProb));
    }

    [Fact]
    public async Task A_policy_need_not_know_its_log_probabilities()
    {
        RolloutPool pool = await Sampler(new Scripted([[1, 2, 5], [1, 2, 5], [3, 5], [3, 5, 0]], []), 100)
            .SamplePoolAsync(Prompts, 2, RandomStream.FromSeed(1), cancellationToken: Stop);
        Assert.Null(pool.TokenLogProbs);
        Assert.Null(pool.LogProbs);
    }

    private static BestOfNSampler Sampler(IPolicy policy, int chunk, SamplingOptions? options = null) =>
        new(policy, new Numbers(), options ?? Options, new() { ChunkSize = chunk });

    /// <summary>Gives the same sequences whatever it is asked; the first token, or two for the first two, is the prompt.</summary>
    private sealed class Scripted(int[][] sequences, float[] logProbs) : IPolicy
    {
        public int VocabularySize => 9;

        public int ContextLength => 16;

        public ValueTask<SampledBatch> SampleAsync(TokenBatch prompts, SamplingOptions options,
            ReadOnlyMemory<RandomStream> streams, CancellationToken cancellationToken = default) =>
            ValueTask.FromResult(new SampledBatch(new([.. sequences.Select(static (sequence, i) => new TokenSequence(sequence, i < 2 ? 2 : 1))]), logProbs, []));
    }

    private sealed class Numbers : ITokenizer
    {
        public int VocabularySize => 9;

        public int[] Encode(string text) => [.. text.Split(' ').Select(int.Parse)];

        public string Decode(ReadOnlySpan<int> tokens) => string.Join(' ', tokens.ToArray());
    }
}
