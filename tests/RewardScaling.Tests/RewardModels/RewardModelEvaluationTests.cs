using RewardScaling.Models;
using RewardScaling.RewardModels;

namespace RewardScaling.Tests.RewardModels;

public sealed class RewardModelEvaluationTests
{
    // Margins 1, -1, 0: losses 0.31326, 1.31326, 0.69315, mean (0.3132616875 + 1.3132616875 + 0.6931471806) / 3; half
    // of the accuracy is the tie's.
    [Fact]
    public void Ties_count_one_half()
    {
        RewardModelEvaluation evaluation = RewardModelEvaluation.FromMargins([1, -1, 0]);
        Assert.Equal(0.7732235185, evaluation.Loss.Value, 10);
        Assert.Equal(0.5, evaluation.Accuracy.Value, 15);
        // Deviations 0.5, -0.5, 0: sample variance 0.25, error 0.5 / sqrt 3.
        Assert.Equal(0.5 / Math.Sqrt(3), evaluation.Accuracy.StandardError, 14);
        Assert.Equal(3, evaluation.Comparisons);
    }

    [Fact]
    public void A_model_that_gives_one_score_is_at_chance_exactly()
    {
        RewardModelEvaluation evaluation = RewardModelEvaluation.FromMargins(new double[50]);
        Assert.Equal(Math.Log(2), evaluation.Loss.Value, 13);
        Assert.Equal(0.5, evaluation.Accuracy.Value);
        Assert.Equal(0, evaluation.Accuracy.StandardError);
    }

    [Fact]
    public void One_comparison_gives_numbers_without_errors()
    {
        RewardModelEvaluation evaluation = RewardModelEvaluation.FromMargins([2]);
        Assert.Equal(1, evaluation.Accuracy.Value);
        Assert.False(evaluation.Loss.HasStandardError);
    }

    // What is held out is judged by the loss of training: at p = 0.8 and a margin of 0.5 asked for, a difference of 2 costs
    // 0.8 softplus(-1.5) + 0.2 softplus(1.5) = 0.8 x 0.2014132780 + 0.2 x 1.7014132780.
    [Fact]
    public async Task Soft_labels_and_margins_count_as_they_do_in_training()
    {
        Comparison[] comparisons =
        [
            .. Toys.Separable(40, Toys.Stream).Select(static (pair, i) =>
                new Comparison(pair.Chosen, pair.Rejected) { Probability = 0.5 + 0.01 * i, Margin = 0.02 * i }),
        ];
        using var model = new LinearRewardModel(Toys.Vocabulary, 8, 0, 1, -2, 3, 4, 0.5, 6, 7);
        var trainer = new RewardModelTrainer(new() { MicroBatchSize = 7 });
        RewardModelEvaluation one = trainer.Evaluate(model, comparisons, TestContext.Current.CancellationToken);
        Assert.Equal(trainer.Gradient(model, comparisons, [.. Enumerable.Range(0, 40)]), one.Loss.Value, 12);
        Assert.Equal(one, await RewardModelEvaluation.MeasureAsync(model, comparisons, new ByteTokenizer(),
            TestContext.Current.CancellationToken));
        Comparison soft = new(comparisons[0].Chosen, comparisons[0].Rejected) { Probability = 0.8, Margin = 0.5 };
        Assert.Equal(0.8 * 0.2014132780 + 0.2 * 1.7014132780, RewardModelEvaluation.FromMargins([2], [soft]).Loss.Value, 9);
        Assert.Equal(1, RewardModelEvaluation.FromMargins([0.1], [soft]).Accuracy.Value);
    }

    [Fact]
    public void Margins_must_be_there_and_finite()
    {
        Assert.Contains("at least one", Assert.Throws<ArgumentException>(() => RewardModelEvaluation.FromMargins([])).Message);
        Assert.Contains("margins[2]",
            Assert.Throws<ArgumentException>(() => RewardModelEvaluation.FromMargins([1, 2, double.NaN])).Message);
    }

    [Fact]
    public async Task Any_reward_model_can_be_measured_and_agrees_with_the_trainer()
    {
        List<Comparison> comparisons = Toys.Separable(300, Toys.Stream);
        using var model = new LinearRewardModel(Toys.Vocabulary, 8, 0, 1, -2, 3, 4, 0.5, 6, 7);
        RewardModelEvaluation one = new RewardModelTrainer(new() { MicroBatchSize = 7 }).Evaluate(model, comparisons,
            TestContext.Current.CancellationToken);
        RewardModelEvaluation other = await RewardModelEvaluation.MeasureAsync(model, comparisons, new ByteTokenizer(),
            TestContext.Current.CancellationToken);
        Assert.Equal(one, other);
        Assert.InRange(one.Accuracy.Value, 0.6, 0.99);
    }
}
