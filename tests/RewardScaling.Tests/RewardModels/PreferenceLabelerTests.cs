using RewardScaling.Models;
using RewardScaling.Numerics;
using RewardScaling.RewardModels;
using RewardScaling.Tests.Policies;

namespace RewardScaling.Tests.RewardModels;

public sealed class PreferenceLabelerTests
{
    private static readonly SamplingOptions Six = new() { ResponseLength = 6 };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_higher_score_is_chosen_and_ties_are_left_out()
    {
        var pairs = new Rollouts(new([
            Toys.Sequence(1, 9, 1), Toys.Sequence(1, 9, 1, 1),
            Toys.Sequence(1, 8, 1, 1, 1), Toys.Sequence(1, 8, 1),
            Toys.Sequence(1, 7, 2), Toys.Sequence(1, 7, 3),
            Toys.Sequence(1, 6, 2), Toys.Sequence(1, 6, 2)]), new ByteTokenizer());
        LabeledComparisons labelled =
            await PreferenceLabeler.LabelAsync(RewardModel.FromText(text => text.Length), pairs, Cancel);
        Assert.Equal(2, labelled.TieCount);
        Assert.Equal([9, 1, 1], labelled.Comparisons[0].Chosen.Tokens.ToArray());
        Assert.Equal([8, 1], labelled.Comparisons[1].Rejected.Tokens.ToArray());
    }

    [Fact]
    public async Task Pairs_that_are_none_are_refused()
    {
        IRewardModel gold = RewardModel.FromText(text => text.Length);
        var odd = new Rollouts(new([Toys.Sequence(1, 9, 1)]), new ByteTokenizer());
        Assert.Contains("two for each prompt",
            (await Assert.ThrowsAsync<ArgumentException>(() => PreferenceLabeler.LabelAsync(gold, odd, Cancel))).Message);
        var mixed = new Rollouts(new([Toys.Sequence(1, 9, 1), Toys.Sequence(1, 8, 1, 1)]), new ByteTokenizer());
        Assert.Contains("different prompts",
            (await Assert.ThrowsAsync<ArgumentException>(() => PreferenceLabeler.LabelAsync(gold, mixed, Cancel))).Message);
    }

    [Fact]
    public async Task Comparisons_do_not_depend_on_the_batch()
    {
        TokenBatch prompts = Prompts(50);
        using var policy = new BigramPolicy(Toys.Vocabulary, 8);
        using var gold = new LinearRewardModel(Toys.Vocabulary, 8, 0, 1, 2, 3.5, 4, 5, 6, 9);
        LabeledComparisons one = await Label(gold, policy, prompts, 128), other = await Label(gold, policy, prompts, 7);
        Assert.Equal(one.TieCount, other.TieCount);
        Assert.Equal(50, one.Comparisons.Count + one.TieCount);
        Assert.InRange(one.Comparisons.Count, 35, 50);
        for (int i = 0; i < one.Comparisons.Count; i++)
        {
            Assert.Equal(one.Comparisons[i].Chosen.Tokens.ToArray(), other.Comparisons[i].Chosen.Tokens.ToArray());
            Assert.Equal(one.Comparisons[i].Rejected.Tokens.ToArray(), other.Comparisons[i].Rejected.Tokens.ToArray());
        }
    }

    [Fact]
    public async Task More_prompts_only_add_comparisons()
    {
        using var policy = new BigramPolicy(Toys.Vocabulary, 8);
        using var gold = new LinearRewardModel(Toys.Vocabulary, 8, 0, 1.1, 2.3, 3.5, 4.9, 5.2, 6.4, 9.7);
        LabeledComparisons few = await Label(gold, policy, Prompts(20), 16), many = await Label(gold, policy, Prompts(60), 16);
        for (int i = 0; i < few.Comparisons.Count; i++)
            Assert.Equal(few.Comparisons[i].Chosen.Tokens.ToArray(), many.Comparisons[i].Chosen.Tokens.ToArray());
    }

    [Fact]
    public async Task A_teacher_that_labels_is_right_about_all_its_labels()
    {
        using var policy = new BigramPolicy(Toys.Vocabulary, 8);
        using var gold = new LinearRewardModel(Toys.Vocabulary, 8, 0, 1, 2, 3.5, 4, 5, 6, 9);
        LabeledComparisons labelled = await Label(gold, policy, Prompts(200), 64);
        Assert.Equal(1, new RewardModelTrainer().Evaluate(gold, labelled.Comparisons, Cancel).Accuracy.Value);
    }

    // Score = Σ w_t x token_t with independent tokens: position t explains w_t² / Σ w², here (1, 4, 9, 0, 16, 0) / 30.
    [Fact]
    public async Task Sensitivity_of_a_weighted_sum_is_the_share_of_squared_weights()
    {
        double[] weights = [1, 2, 3, 0, 4, 0];
        IRewardModel model = RewardModel.FromText(text => text.Select((c, t) => weights[t] * c).Sum());
        var rollouts = new Rollouts(Toys.Sequences(4000, Toys.Stream), new ByteTokenizer());
        Estimate[] effects = await ResponseSensitivity.MeasureAsync(model, rollouts, Toys.Stream.Fork("sensitivity"), Cancel);
        Assert.Equal(6, effects.Length);
        for (int t = 0; t < 6; t++) Assert.InRange(effects[t].Value - weights[t] * weights[t] / 30, -0.04, 0.04);
        Assert.Equal(0, effects[3].Value);
    }

    [Fact]
    public async Task Sensitivity_needs_responses_of_one_length_and_scores_that_differ()
    {
        var uneven = new Rollouts(new([Toys.Sequence(1, 9, 1), Toys.Sequence(1, 9, 1, 2)]), new ByteTokenizer());
        IRewardModel length = RewardModel.FromText(text => text.Length);
        Assert.Contains("rollouts[1] has 2",
            (await Assert.ThrowsAsync<ArgumentException>(() =>
                ResponseSensitivity.MeasureAsync(length, uneven, Toys.Stream, Cancel))).Message);
        var even = new Rollouts(Toys.Sequences(10, Toys.Stream), new ByteTokenizer());
        Assert.Contains("apart", (await Assert.ThrowsAsync<ArgumentException>(() =>
            ResponseSensitivity.MeasureAsync(length, even, Toys.Stream, Cancel))).Message);
    }

    private static Task<LabeledComparisons> Label(IRewardModel gold, IPolicy policy, TokenBatch prompts, int perBatch) =>
        PreferenceLabeler.SampleAndLabelAsync(gold, policy, new ByteTokenizer(), Six, prompts, Toys.Stream.Fork("rollouts"),
            perBatch, null, Cancel);

    private static TokenBatch Prompts(int count) =>
        new([.. Enumerable.Range(0, count).Select(i => Toys.Sequence(2, i % 8, i / 8 % 8))]);
}
