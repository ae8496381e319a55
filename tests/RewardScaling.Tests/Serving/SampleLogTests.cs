using RewardScaling.Models;
using RewardScaling.Numerics;
using RewardScaling.Serving;

namespace RewardScaling.Tests.Serving;

/// <summary>Answers that are kept as they come: asked for once, whatever becomes of the process.</summary>
public sealed class SampleLogTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false), InlineData(true)]
    public async Task Cut_off_at_any_byte_it_asks_for_what_is_missing_and_gives_the_same(bool byToken)
    {
        using var folder = new TemporaryFolder();
        using var server = new LoopbackServer(ToyServer.Answer);
        using var connection = new ServerConnection(Asked.Options(server));
        IPolicy policy = byToken ? ServedPolicy.OfTokens(connection, new ByteTokenizer(), 200, Asked.Vllm) : ServedPolicy.OfText(connection, Asked.Vllm);
        SampledBatch expected = await SampleAsync(policy, folder.File("log"));
        Assert.Equal(6, server.Requests);
        byte[] whole = File.ReadAllBytes(folder.File("log"));
        Assert.Equal(6, whole.Count(static value => value == '\n'));
        for (int k = 0; k < 12; k++)
        {
            int cut = RandomStream.FromSeed(3).Below((ulong)k, whole.Length), before = server.Requests;
            File.WriteAllBytes(folder.File("log"), whole[..cut]);
            SampledBatch again = await SampleAsync(policy, folder.File("log"));
            Assert.Equal(expected.Tokens.Tokens, again.Tokens.Tokens);
            Assert.Equal(expected.LogProbs, again.LogProbs);
            Assert.Equal(expected.ResponseLogProbs, again.ResponseLogProbs);
            Assert.Equal(6 - whole.AsSpan(0, cut).Count((byte)'\n'), server.Requests - before);
        }
        Assert.Equal(byToken, expected.LogProbs.Length > 0);
        Assert.Equal(!byToken, expected.ResponseLogProbs is not null);
    }

    [Fact]
    public async Task A_bit_that_changed_is_a_fault_that_names_the_line()
    {
        using var folder = new TemporaryFolder();
        using var server = new LoopbackServer(ToyServer.Answer);
        using var connection = new ServerConnection(Asked.Options(server));
        await SampleAsync(ServedPolicy.OfText(connection, Asked.Vllm), folder.File("log"));
        byte[] whole = File.ReadAllBytes(folder.File("log"));
        for (int k = 0; k < 60; k++)
        {
            int at = RandomStream.FromSeed(4).Below((ulong)k, whole.Length - 1);
            byte[] broken = [.. whole];
            broken[at] ^= (byte)(1 << k % 8);
            // An end of line in the middle makes two lines of one, and the end of one that is gone makes one of two.
            File.WriteAllBytes(folder.File("log"), broken);
            var fault = Assert.Throws<InvalidDataException>(() => new SampleLog(folder.File("log")));
            Assert.Matches("log, line [1-7]: the samples are damaged", fault.Message);
        }
    }

    // What a policy must not answer is not kept: asked again it may answer right.
    [Fact]
    public async Task An_answer_that_is_none_is_not_kept()
    {
        using var folder = new TemporaryFolder();
        var policy = new Sometimes();
        await Assert.ThrowsAsync<InvalidOperationException>(() => SampleAsync(policy, folder.File("log")));
        policy.IsRight = true;
        SampledBatch batch = await SampleAsync(policy, folder.File("log"));
        Assert.All(Enumerable.Range(0, batch.Tokens.Count), i => Assert.Equal(1, batch.Tokens.Response(i).Length));
    }

    private static async Task<SampledBatch> SampleAsync(IPolicy policy, string path)
    {
        using var log = new SampleLog(path);
        TokenBatch prompts = Asked.Prompts("one:", "two:", "three:").Select([0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2]);
        return await new RecordedPolicy(policy, log, together: 4, atOnce: 1).SampleAsync(prompts, Asked.Sampling,
            Enumerable.Range(0, 15).Select(static i => RandomStream.FromSeed(2).Fork(i)).ToArray(), Token);
    }

    private sealed class Sometimes : IPolicy
    {
        public bool IsRight { get; set; }

        public int VocabularySize => 256;

        public int ContextLength => 1000;

        public ValueTask<SampledBatch> SampleAsync(TokenBatch prompts, SamplingOptions options, ReadOnlyMemory<RandomStream> streams,
            CancellationToken cancellationToken = default) => ValueTask.FromResult<SampledBatch>(new(new([.. Enumerable.Range(0, prompts.Count)
                .Select(i => new TokenSequence((int[])[.. prompts.Prompt(i), IsRight ? 5 : 300], prompts.Prompt(i).Length))]), [], []));
    }
}
