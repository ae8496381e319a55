using RewardScaling.BestOfN;
using RewardScaling.Models;
using RewardScaling.Numerics;
using RewardScaling.Policies;
using RewardScaling.RewardModels;

namespace RewardScaling.Tests.Policies;

/// <summary>Policies from functions of the text.</summary>
public sealed class PolicyTests
{
    private static readonly ByteTokenizer Bytes = new();
    private static readonly TokenBatch Questions = Prompts.Encode(["one?", "and two?"], Bytes, 20);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_function_answers_as_the_best_of_n()
    {
        // The answers to a prompt are the first letters of the alphabet; the reward model likes the last.
        var policy = Policy.FromText((prompt, stream) => $" {prompt.Length}{(char)('a' + stream.Below(0, 26))} naïve 😀");
        var optimizer = new BestOfNSampler(policy, Bytes, new() { ResponseLength = 20 });
        var choices = await optimizer.SelectAsync(Questions, 400, RewardModel.FromText(text => text[2]), RandomStream.FromSeed(3), cancellationToken: Stop);
        Assert.Equal([" 4z naïve 😀", " 8z naïve 😀"], choices.Select(static choice => choice.Response));
        Assert.All(choices, static choice => Assert.Null(choice.LogProb));
    }

    [Fact]
    public async Task What_else_is_asked_changes_no_answer()
    {
        var policy = Policy.FromRemote(async (request, cancel) =>
        {
            await Task.Yield();
            return new($"{request.Stream.Below(0, 1000)}", -1.5);
        }, callsAtOnce: 3);
        RolloutPool all = await Pool(policy, 100), some = await Pool(policy, 3);
        Assert.Equal(all.Rollouts.Tokens.Tokens.ToArray(), some.Rollouts.Tokens.Tokens.ToArray());
        Assert.Equal(Enumerable.Repeat(-1.5, 8), some.LogProbs);
        Assert.Null(some.TokenLogProbs);

        static Task<RolloutPool> Pool(IPolicy policy, int chunk) => new BestOfNSampler(policy, Bytes, new() { ResponseLength = 4 }, new() { ChunkSize = chunk })
            .SamplePoolAsync(Questions, 4, RandomStream.FromSeed(5), cancellationToken: Stop);
    }

    [Fact]
    public async Task A_selected_answer_keeps_its_log_probability()
    {
        var policy = Policy.FromRemoteBatch((requests, _) => ValueTask.FromResult<IReadOnlyList<TextAnswer>>(
            [.. requests.Select(static (request, i) => new TextAnswer($"{i}", -i - 1))]));
        var choices = await new BestOfNSampler(policy, Bytes, new() { ResponseLength = 4 })
            .SelectAsync(Questions, 3, RewardModel.FromText(text => -Math.Abs(text[0] - '4')), RandomStream.FromSeed(1), cancellationToken: Stop);
        Assert.Equal(["2", "4"], choices.Select(static choice => choice.Response));
        Assert.Equal([-3, -5], choices.Select(static choice => choice.LogProb));
    }

    [Fact]
    public async Task An_end_token_stands_behind_every_answer_that_leaves_room_for_it()
    {
        var policy = Policy.FromText((prompt, _) => prompt == "one?" ? "four" : "six");
        var sampled = await policy.SampleAsync(Questions, new() { ResponseLength = 4, EndToken = 10 }, new RandomStream[2], Stop);
        Assert.Equal("four", Bytes.Decode(sampled.Tokens.Response(0)));
        Assert.Equal("six\n", Bytes.Decode(sampled.Tokens.Response(1)));
    }

    [Fact]
    public async Task What_is_no_answer_is_a_fault_that_names_the_prompt()
    {
        await Fault("answer 1 (to \"and two?\") has 9 tokens; at most 8 were asked for", (prompt, _) => new(prompt == "one?" ? "" : "123456789"));
        await Fault("answer 0 (to \"one?\") is null", (_, _) => new(null!));
        await Fault("answer 0 (to \"one?\") cannot be kept by the tokenizer", (_, _) => new("\uD800"));
        await Fault("a log-probability with 1 of 2 answers", (prompt, i) => new("", i == 0 ? -1 : null));
        await Fault("gave prompt 1 (\"and two?\"), sample 0, the log-probability NaN", (_, i) => new("", i == 1 ? double.NaN : -1));
        await Fault("gave prompt 1 (\"and two?\"), sample 0, the log-probability 0.5", (_, i) => new("", i == 1 ? 0.5 : -1));

        static async Task Fault(string message, Func<string, int, TextAnswer> answer)
        {
            var policy = Policy.FromRemoteBatch((requests, _) => ValueTask.FromResult<IReadOnlyList<TextAnswer>>(
                [.. requests.Select((request, i) => answer(request.Prompt, i))]));
            var fault = await Assert.ThrowsAsync<InvalidOperationException>(() => new BestOfNSampler(policy, Bytes, new() { ResponseLength = 8 })
                .SamplePoolAsync(Questions, 1, RandomStream.FromSeed(1), cancellationToken: Stop));
            Assert.Contains(message, fault.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task What_a_function_cannot_obey_is_refused()
    {
        var policy = Policy.FromText((_, _) => "");
        foreach (SamplingOptions options in (SamplingOptions[])[new() { ResponseLength = 1, Temperature = 0.5 }, new() { ResponseLength = 1, Cut = new() { TopK = 3 } }])
        {
            var fault = await Assert.ThrowsAsync<ArgumentException>(async () => await policy.SampleAsync(Questions, options, new RandomStream[2], Stop));
            Assert.Contains("knows no temperature", fault.Message, StringComparison.Ordinal);
        }
        var narrow = Policy.FromText((_, _) => "12", contextLength: 9);
        var outgrown = await Assert.ThrowsAsync<InvalidOperationException>(async () =>
            await narrow.SampleAsync(Questions, new() { ResponseLength = 4 }, new RandomStream[2], Stop));
        Assert.Contains("Prompt 1 (\"and two?\") and its answer have 10 tokens; the policy's context is 9", outgrown.Message, StringComparison.Ordinal);
    }
}
