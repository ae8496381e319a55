using Microsoft.Extensions.AI;
using RewardScaling.ExtensionsAI;
using RewardScaling.Models;
using RewardScaling.Numerics;
using RewardScaling.Serving;
using RewardScaling.Tests.Serving;

namespace RewardScaling.Tests.ExtensionsAI;

/// <summary>Chat clients of .NET as policy and as judge.</summary>
public sealed class ChatClientTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_client_is_a_policy_whose_seeds_temperature_and_top_p_go_along()
    {
        using var client = new HandClient(static (messages, options) => new($"{messages[^1].Text} {options.Seed} {options.Temperature} {options.TopP}"));
        var cost = new ChatCost();
        IPolicy policy = ChatPolicy.Of(client, new() { Instructions = "Be short.", MaxOutputTokens = 5 }, cost);
        RandomStream[] streams = [RandomStream.FromSeed(1), RandomStream.FromSeed(2)];
        SampledBatch batch = await policy.SampleAsync(Asked.Prompts("a", "b"), Asked.Sampling with { Temperature = 0.5, Cut = new() { TopP = 0.25 } }, streams, Token);
        var rollouts = new Rollouts(batch.Tokens, new ByteTokenizer());
        Assert.Equal($"a {streams[0].Bits(0) >> 33} 0.5 0.25", rollouts.Response(0));
        Assert.Equal($"b {streams[1].Bits(0) >> 33} 0.5 0.25", rollouts.Response(1));
        Assert.Equal(("Be short.", 5), (client.Asked[0].Instructions, client.Asked[0].MaxOutputTokens));
        Assert.Null(batch.ResponseLogProbs);
        Assert.Equal("2 calls, 20 tokens read, 4 written", cost.ToString());
        Assert.Equal(20 * 3m / 1_000_000 + 4 * 15m / 1_000_000, cost.Price(3, 15));
        await Assert.ThrowsAsync<ArgumentException>(() => policy.SampleAsync(Asked.Prompts("a"), Asked.Sampling with { Cut = new() { TopK = 3 } }, streams.AsMemory(0, 1), Token).AsTask());
    }

    [Theory]
    [InlineData("Score: 7", 7)]
    [InlineData("At first a score of 2. But it is kind.\n**Score:** 8.5", 8.5)]
    [InlineData("score = 10", 10)]
    public async Task A_judge_gives_the_last_score_it_names(string said, double expected)
    {
        using var client = new HandClient((_, _) => new(said));
        var judge = new ChatJudge(client, new() { Rubric = "Kind is good." });
        Assert.Equal(expected, Assert.Single(await judge.ScoreAsync(ServedRewardModelTests.Given(1), Token)));
        Assert.Equal(1, judge.Cost.Calls);
        Assert.StartsWith("Kind is good.", client.Messages[0][0].Text, StringComparison.Ordinal);
        Assert.Equal("<prompt>\nprompt 0:\n</prompt>\n<response>\nanswer 0\n</response>", client.Messages[0][1].Text);
    }

    [Theory]
    [InlineData("I would rather not.")]
    [InlineData("Score: 11")]
    [InlineData("Score: NaN")]
    public async Task A_judge_without_a_score_is_asked_again_and_then_a_fault(string said)
    {
        using var client = new HandClient((_, _) => new(said));
        var judge = new ChatJudge(client, new() { Rubric = "Kind is good.", Attempts = 2 });
        var fault = await Assert.ThrowsAsync<InvalidOperationException>(() => judge.ScoreAsync(ServedRewardModelTests.Given(1), Token).AsTask());
        Assert.Contains("gave no score from 1 to 10 for the response \"answer 0\" to the prompt \"prompt 0:\", asked 2 times", fault.Message, StringComparison.Ordinal);
        Assert.Equal(2, judge.Cost.Calls);
    }

    // One judge as proxy, another as gold, both paid for once.
    [Fact]
    public async Task Judges_are_proxy_and_gold_and_are_paid_once()
    {
        using var folder = new TemporaryFolder();
        using var writer = new HandClient(static (messages, options) => new($"{options.Seed % 50}"));
        using var critic = new HandClient(static (messages, _) => new($"Score: {1 + messages[^1].Text.Length % 9}"));
        var judge = new ChatJudge(critic, new() { Rubric = "Long is good." });
        for (int run = 0; run < 2; run++)
        {
            using var proxy = new CachedRewardModel(judge, "proxy", folder.File("proxy"));
            using var gold = new CachedRewardModel(judge, "gold", folder.File("gold"));
            var collector = new SampleCollector(ChatPolicy.Of(writer), new ByteTokenizer(), Asked.Sampling, proxy, gold, new() { Name = "judges", SamplesPerPrompt = 8 });
            SampleCollection all = await collector.CollectAsync(folder.File($"run {run}"), Asked.Prompts("a", "b"), RandomStream.FromSeed(3), cancellationToken: Token);
            Assert.Equal(16, all.Asked);
            // As many calls as there are different answers, for each of the two.
            Assert.Equal(proxy.Count + gold.Count, judge.Cost.Calls);
        }
    }

    private sealed class HandClient(Func<IReadOnlyList<ChatMessage>, ChatOptions, string> answer) : IChatClient
    {
        public List<ChatOptions> Asked { get; } = [];

        public List<IReadOnlyList<ChatMessage>> Messages { get; } = [];

        public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
        {
            ChatMessage[] all = [.. messages];
            lock (Asked)
            {
                Asked.Add(options!);
                Messages.Add(all);
            }
            return Task.FromResult(new ChatResponse(new ChatMessage(ChatRole.Assistant, answer(all, options!))) { Usage = new() { InputTokenCount = 10, OutputTokenCount = 2 } });
        }

        public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
            throw new NotSupportedException();

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }
    }
}
