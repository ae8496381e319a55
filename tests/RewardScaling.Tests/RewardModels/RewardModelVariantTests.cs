using RewardScaling.Models;
using RewardScaling.Numerics;
using RewardScaling.RewardModels;

namespace RewardScaling.Tests.RewardModels;

/// <summary>Soft labels, wrong labels, margins, centring, calibration and ensembles.</summary>
public sealed class RewardModelVariantTests
{
    private static readonly RandomStream Stream = RandomStream.FromSeed(8);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0.3, 0.8)]
    [InlineData(-2, 0.25)]
    [InlineData(40, 0.5)]
    [InlineData(1.5, 1)]
    [InlineData(1.5, 0)]
    public void A_soft_label_is_a_cross_entropy_with_its_derivative(double margin, double probability)
    {
        var loss = BradleyTerryLoss.AtProbability(margin, probability);
        double sigmoid = 1 / (1 + Math.Exp(-margin));
        Assert.Equal(probability * Math.Log(1 + Math.Exp(-margin)) + (1 - probability) * Math.Log(1 + Math.Exp(margin)), loss.Loss, 1e-9);
        Assert.Equal(sigmoid - probability, loss.MarginGradient, 1e-12);
        if (probability == 1) Assert.Equal(BradleyTerryLoss.At(margin), loss);
    }

    // The gradient with everything on at once, against finite differences of the mean loss.
    [Fact]
    public void The_gradient_with_soft_labels_margins_and_centring_is_the_finite_difference()
    {
        Comparison[] comparisons = [.. Toys.Separable(17, Toys.Stream).Select(static (comparison, i) =>
            new Comparison(comparison.Chosen, comparison.Rejected) { Probability = 0.55 + 0.025 * i, Margin = 0.1 * (i % 4) })];
        double[] weights = [0.1, -0.2, 0.3, 0.05, -0.15, 0.25, 0, 0.4];
        var trainer = new RewardModelTrainer(new() { MicroBatchSize = 5, CentringPenalty = 0.3 });
        int[] all = [.. Enumerable.Range(0, 17)];
        using var model = new LinearRewardModel(Toys.Vocabulary, 8, [.. weights]);
        trainer.Gradient(model, comparisons, all);
        for (int i = 0; i < weights.Length; i++)
        {
            const double H = 1e-2;
            double Loss(double shift)
            {
                double[] moved = [.. weights];
                moved[i] += shift;
                using var shifted = new LinearRewardModel(Toys.Vocabulary, 8, moved);
                return trainer.Gradient(shifted, comparisons, all);
            }
            Assert.Equal((Loss(H) - Loss(-H)) / (2 * H), model.Gradient[i], 3e-4);
        }
    }

    // Touvron et al. 2023, equation 2: -ln σ(r(chosen) - r(rejected) - margin). The model gives 1.2 and 0.5.
    [Fact]
    public void A_margin_is_asked_of_the_chosen_response()
    {
        var comparison = new Comparison(new(new[] { 0, 1 }, 1), new(new[] { 0, 2 }, 1)) { Margin = 0.3 };
        using var model = new LinearRewardModel(3, 2, [0, 1.2, 0.5]);
        var scores = new float[2];
        model.Score(new([comparison.Chosen, comparison.Rejected]), scores);
        Assert.Equal(0.7, scores[0] - scores[1], 1e-6);
        Assert.Equal(Math.Log(1 + Math.Exp(-0.4)), new RewardModelTrainer().Gradient(model, [comparison], [0]), 1e-6);
    }

    [Fact]
    public void Centring_brings_scores_to_zero_and_leaves_their_order()
    {
        var set = ComparisonSet.Split(Toys.Separable(600, Toys.Stream), Toys.Stream);
        double[] start = [3, 3, 3, 3, 3, 3, 3, 3];
        (double Sum, double Accuracy) Trained(double penalty)
        {
            using var model = new LinearRewardModel(Toys.Vocabulary, 8, [.. start]);
            var options = new RewardModelTrainingOptions { BatchSize = 32, Epochs = 6, LearningRate = new() { Peak = 0.1 }, CentringPenalty = penalty };
            var result = new RewardModelTrainer(options).Train(model, set, Toys.Stream, cancellationToken: Cancel);
            var scores = new float[2];
            double sum = 0;
            foreach (var comparison in set.HeldOut)
            {
                model.Score(new([comparison.Chosen, comparison.Rejected]), scores);
                sum += Math.Abs(scores[0] + scores[1]) / set.HeldOut.Count;
            }
            return (sum, result.HeldOut.Accuracy.Value);
        }
        var (free, freeAccuracy) = Trained(0);
        var (centred, accuracy) = Trained(0.05);
        Assert.True(free > 10 && centred < 0.25 * free, $"{free} {centred}");
        Assert.True(accuracy > 0.9 && freeAccuracy > 0.9);
    }

    [Fact]
    public void Wrong_labels_are_turned_round_as_often_as_said_nested_and_not_where_it_is_measured()
    {
        var set = ComparisonSet.Split(Toys.Separable(2000, Toys.Stream), Toys.Stream);
        var noisy = set.WithLabelNoise(0.2, Stream);
        int turned = set.Training.Zip(noisy.Training).Count(static pair => pair.First.Chosen.Tokens.Span.SequenceEqual(pair.Second.Rejected.Tokens.Span));
        // Binomial: 5 standard deviations of 17 around 360.
        Assert.InRange(turned, 270, 450);
        Assert.Equal(set.HeldOut, noisy.HeldOut);
        var smaller = set.WithTraining(100).WithLabelNoise(0.2, Stream);
        Assert.All(smaller.Training.Zip(noisy.Training), static pair =>
            Assert.True(pair.First.Chosen.Tokens.Span.SequenceEqual(pair.Second.Chosen.Tokens.Span)));
        Assert.Equal(set.Training, set.WithLabelNoise(0, Stream).Training);
        Assert.Throws<ArgumentOutOfRangeException>(() => set.WithLabelNoise(0.6, Stream));
    }

    [Fact]
    public async Task A_soft_label_is_the_sigmoid_of_the_difference_in_gold()
    {
        var gold = RewardModel.FromText(static text => 0.5 * text.Length);
        var tokenizer = new ByteTokenizer();
        var pairs = new Rollouts(new([new(tokenizer.Encode("paaa"), 1), new(tokenizer.Encode("pa"), 1)]), tokenizer);
        var soft = (await PreferenceLabeler.LabelSoftlyAsync(gold, pairs, Cancel)).Comparisons[0];
        Assert.Equal(1 / (1 + Math.Exp(-1)), soft.Probability, 1e-12);
        Assert.Equal(4, soft.Chosen.Tokens.Length);
        Assert.Equal(1, (await PreferenceLabeler.LabelAsync(gold, pairs, Cancel)).Comparisons[0].Probability);
    }

    [Fact]
    public void Numbers_out_of_range_are_refused()
    {
        var comparison = Toys.Separable(1, Toys.Stream)[0];
        Assert.Throws<ArgumentOutOfRangeException>(() => new Comparison(comparison.Chosen, comparison.Rejected) { Probability = 1.1 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new Comparison(comparison.Chosen, comparison.Rejected) { Probability = double.NaN });
        Assert.Throws<ArgumentOutOfRangeException>(() => new Comparison(comparison.Chosen, comparison.Rejected) { Margin = -1 });
        Assert.Throws<ArgumentOutOfRangeException>(() => BradleyTerryLoss.AtProbability(0, -0.1));
        Assert.Contains("CentringPenalty = -1", Assert.Throws<ArgumentException>(
            new RewardModelTrainingOptions { CentringPenalty = -1 }.Validate).Message, StringComparison.Ordinal);
        Assert.Contains("Patience = 2 must be 0 where StepsPerEvaluation is 0", Assert.Throws<ArgumentException>(
            new RewardModelTrainingOptions { Patience = 2 }.Validate).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_reliability_table_puts_predictions_beside_what_came_true()
    {
        // σ(2) = 0.8808: three of four come true; σ(0.1) = 0.5250: the model prefers the second, the label says so half the time.
        var table = ReliabilityTable.Of([2, 2, -2, 2, -0.1, -0.1], [1, 1, 0, 0, 1, 0], bins: 5);
        Assert.Equal(2, table.Bins.Count);
        Assert.Equal((0.5, 0.6, 2), (table.Bins[0].Low, table.Bins[0].High, table.Bins[0].Count));
        Assert.Equal(0.524979187, table.Bins[0].Predicted, 1e-9);
        Assert.Equal((0.5, 0.75), (table.Bins[0].Label.Value, table.Bins[1].Label.Value));
        Assert.Equal(0.880797078, table.Bins[1].Predicted, 1e-9);
        Assert.Equal((2 * 0.024979187 + 4 * 0.130797078) / 6, table.ExpectedCalibrationError, 1e-9);
        Assert.Contains("came true", table.ToString(), StringComparison.Ordinal);
        Assert.Equal(0.5, ReliabilityTable.Of([0], [1]).Bins[0].Label.Value);
        Assert.Throws<ArgumentException>(() => ReliabilityTable.Of([], []));
        Assert.Throws<ArgumentException>(() => ReliabilityTable.Of([1], [1, 0]));
        Assert.Throws<ArgumentOutOfRangeException>(() => ReliabilityTable.Of([1], [1.5]));
    }

    // Labels drawn with σ(gold difference), a proxy three times too sure: its table is off, and the factor of the recalibration,
    // about a third, mends it.
    [Fact]
    public void Recalibration_mends_the_table()
    {
        const int Count = 20_000;
        double[] gold = [.. Enumerable.Range(0, Count).Select(static i => 1.2 * Stream.Normal((ulong)i))];
        double[] labels = [.. gold.Select(static (g, i) => Stream.Fork("label").Uniform((ulong)i) < 1 / (1 + Math.Exp(-g)) ? 1.0 : 0)];
        double[] proxy = Array.ConvertAll(gold, static g => 3 * g);
        var fit = LogitRecalibration.Fit(proxy, gold);
        Assert.Equal(1.0 / 3, fit.Scale, 1e-9);
        Assert.True(ReliabilityTable.Of(proxy, labels).ExpectedCalibrationError > 0.1);
        // Ten bins of about 2000: each off by about 0.01, so their mean is below 0.02 but once in a thousand choices of the seed.
        Assert.True(ReliabilityTable.Of(Array.ConvertAll(proxy, p => fit.Scale * p), labels).ExpectedCalibrationError < 0.02);
    }

    [Fact]
    public async Task Ensembles_combine_as_they_say()
    {
        IRewardModel[] members = [Constant(1), Constant(2), Constant(6)];
        var rollouts = new Rollouts(new([new(new[] { 1, 2 }, 1)]), new ByteTokenizer());
        async Task<double> Score(IRewardModel model) => (await model.ScoreAsync(rollouts, Cancel))[0];

        Assert.Equal(3, await Score(EnsembleRewardModel.Mean(members)));
        Assert.Equal(1, await Score(EnsembleRewardModel.WorstCase(members)));
        // Variance with divisor k: (4 + 1 + 9) / 3.
        Assert.Equal(3 - 0.5 * 14 / 3, await Score(EnsembleRewardModel.UncertaintyWeighted(members, 0.5)), 1e-12);
        Assert.Equal(2, await Score(EnsembleRewardModel.UncertaintyWeighted([Constant(2)], 9)));
        Assert.Throws<ArgumentException>(() => EnsembleRewardModel.Mean());
        Assert.Throws<ArgumentNullException>(() => EnsembleRewardModel.WorstCase(members[0], null!));
        Assert.Throws<ArgumentOutOfRangeException>(() => EnsembleRewardModel.UncertaintyWeighted(members, -1));
        await Assert.ThrowsAsync<InvalidOperationException>(() => Score(EnsembleRewardModel.Mean(members[0], Constant(double.NaN))));
    }

    private static IRewardModel Constant(double score) => RewardModel.FromText(_ => score);
}
