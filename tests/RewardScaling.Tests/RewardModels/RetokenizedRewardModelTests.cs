using RewardScaling.Models;
using RewardScaling.RewardModels;

namespace RewardScaling.Tests.RewardModels;

/// <summary>Policy and reward model with tokenizers of their own.</summary>
public sealed class RetokenizedRewardModelTests
{
    [Fact]
    public async Task Rollouts_arrive_in_the_reward_model_s_tokens()
    {
        var bytes = new ByteTokenizer();
        var rollouts = new Rollouts(new([Sequence("ab", " cab"), Sequence("b", "")]), bytes);
        var model = new RetokenizedRewardModel(new Seen(), new Words());
        double[] scores = await model.ScoreAsync(rollouts, TestContext.Current.CancellationToken);
        Assert.Equal([1002, 10], scores);
        Assert.Equal(new(2, 0, 0), model.Losses);
        Assert.Equal("2 rollouts, no text lost between the tokenizers", model.Losses.ToString());
    }

    [Fact]
    public async Task What_text_cannot_carry_is_counted()
    {
        var model = new RetokenizedRewardModel(new Seen(), new Words());
        int[] cut = [.. new ByteTokenizer().Encode("a é")[..^1]];
        var rollouts = new Rollouts(new([new(cut, 1), Sequence("a", "  b"), Sequence("a", " b")]), new ByteTokenizer());
        await model.ScoreAsync(rollouts, TestContext.Current.CancellationToken);
        Assert.Equal(new(3, 1, 1), model.Losses);
        Assert.Equal("3 rollouts; 1 had tokens that spell no text, 1 have another text in the reward model's tokens", model.Losses.ToString());
        var empty = await Assert.ThrowsAsync<ArgumentException>(async () => await model.ScoreAsync(
            new(new([Sequence(" ", "b")]), new ByteTokenizer()), TestContext.Current.CancellationToken));
        Assert.Contains("The prompt of rollout 0 (\" \") has no token", empty.Message, StringComparison.Ordinal);
    }

    private static TokenSequence Sequence(string prompt, string response) =>
        new(new ByteTokenizer().Encode(prompt + response), prompt.Length);

    /// <summary>A score that shows the tokens: 10 times the prompt's first, and 1000 and the response's first, if it has one.</summary>
    private sealed class Seen : IRewardModel
    {
        public ValueTask<double[]> ScoreAsync(Rollouts rollouts, CancellationToken cancellationToken = default) => ValueTask.FromResult(
            Enumerable.Range(0, rollouts.Count).Select(i => 10.0 * rollouts.Tokens.Prompt(i)[0]
                + (rollouts.Tokens.Response(i) is [var first, ..] ? 1000 + first : 0)).ToArray());
    }

    /// <summary>Words by their index; a space between words, and one before a word that goes on.</summary>
    private sealed class Words : ITokenizer
    {
        private static readonly string[] Known = ["ab", "b", "cab", "a", "\uFFFD"];

        public int VocabularySize => Known.Length;

        public int[] Encode(string text) =>
            [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(static word => Array.IndexOf(Known, word))];

        public string Decode(ReadOnlySpan<int> tokens) => string.Join(' ', tokens.ToArray().Select(static token => Known[token]));

        public string DecodeContinuation(ReadOnlySpan<int> tokens) => tokens.IsEmpty ? "" : " " + Decode(tokens);
    }
}
