using RewardScaling.Models;
using RewardScaling.Numerics;
using RewardScaling.RewardModels;

namespace RewardScaling.Tests.RewardModels;

public sealed class RewardModelTrainerTests
{
    private static readonly RewardModelTrainingOptions Quick = new()
    {
        BatchSize = 32,
        LearningRate = new() { Peak = 0.05 },
        Epochs = 3,
    };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static LinearRewardModel Model() => new(Toys.Vocabulary, Toys.PromptLength + Toys.ResponseLength);

    [Fact]
    public void Separable_comparisons_are_learnt()
    {
        ComparisonSet set = ComparisonSet.Split(Toys.Separable(1000, Toys.Stream), Toys.Stream);
        using LinearRewardModel model = Model();
        RewardModelTrainingResult result =
            new RewardModelTrainer(Quick).Train(model, set, Toys.Stream, cancellationToken: Cancel);
        Assert.True(result.HeldOut.Accuracy.Value > 0.97, result.HeldOut.ToString());
        Assert.True(result.HeldOut.Loss.Value < 0.2, result.HeldOut.ToString());
        Assert.Equal((900, 100), (result.Comparisons, result.HeldOut.Comparisons));
        Assert.Equal(3 * 29, result.Losses.Count);
        Assert.Equal(Math.Log(2), result.Losses[0], 6);
    }

    [Fact]
    public void Coin_tossed_labels_leave_the_loss_at_chance()
    {
        ComparisonSet set = ComparisonSet.Split(Toys.CoinTossed(4000, Toys.Stream), Toys.Stream, 0.5);
        using LinearRewardModel model = Model();
        RewardModelEvaluation heldOut = new RewardModelTrainer(Quick with { LearningRate = new() { Peak = 0.002 } })
            .Train(model, set, Toys.Stream, cancellationToken: Cancel).HeldOut;
        Assert.InRange(heldOut.Loss.Value, 0.68, 0.72);
        Assert.InRange(heldOut.Accuracy.Value, 0.5 - 4 * heldOut.Accuracy.StandardError,
            0.5 + 4 * heldOut.Accuracy.StandardError);
        Assert.True(heldOut.ErrorsBelowChance < 4);
    }

    [Fact]
    public void The_gradient_of_a_batch_is_the_finite_difference_of_its_mean_loss()
    {
        List<Comparison> comparisons = Toys.Separable(33, Toys.Stream);
        double[] weights = [0.1, -0.2, 0.3, 0.05, -0.15, 0.25, 0, 0.4];
        using var model = new LinearRewardModel(Toys.Vocabulary, 8, [.. weights]);
        var trainer = new RewardModelTrainer(new() { MicroBatchSize = 10 });
        double loss = trainer.Gradient(model, comparisons, Enumerable.Range(0, 33).ToArray());
        Assert.Equal(trainer.Evaluate(model, comparisons, Cancel).Loss.Value, loss, 12);
        for (int i = 0; i < weights.Length; i++)
        {
            // Scores are floats, so the difference is good to about 1e-7 / h.
            const double h = 1e-2;
            double Loss(double shift)
            {
                double[] moved = [.. weights];
                moved[i] += shift;
                using var shifted = new LinearRewardModel(Toys.Vocabulary, 8, moved);
                return trainer.Evaluate(shifted, comparisons).Loss.Value;
            }
            Assert.Equal((Loss(h) - Loss(-h)) / (2 * h), model.Gradient[i], 4);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(31)]
    [InlineData(1000)]
    public void Micro_batches_change_no_bit(int microBatch)
    {
        ComparisonSet set = ComparisonSet.Split(Toys.Separable(200, Toys.Stream), Toys.Stream);
        using LinearRewardModel whole = Model(), parts = Model();
        RewardModelTrainingResult one = new RewardModelTrainer(Quick).Train(whole, set, Toys.Stream, cancellationToken: Cancel);
        RewardModelTrainingResult other = new RewardModelTrainer(Quick with { MicroBatchSize = microBatch })
            .Train(parts, set, Toys.Stream, cancellationToken: Cancel);
        Assert.Equal(whole.Weights, parts.Weights);
        Assert.Equal(one.Losses, other.Losses);
        Assert.Equal(one.HeldOut, other.HeldOut);
        Assert.Equal(2 * Math.Min(microBatch, 32), parts.LargestForward);
    }

    [Fact]
    public void Another_stream_takes_another_order()
    {
        ComparisonSet set = ComparisonSet.Split(Toys.Separable(200, Toys.Stream), Toys.Stream);
        using LinearRewardModel one = Model(), other = Model();
        new RewardModelTrainer(Quick).Train(one, set, RandomStream.FromSeed(1), cancellationToken: Cancel);
        new RewardModelTrainer(Quick).Train(other, set, RandomStream.FromSeed(2), cancellationToken: Cancel);
        Assert.NotEqual(one.Weights.ToArray(), other.Weights.ToArray());
    }

    [Fact]
    public void Every_epoch_goes_over_all_comparisons_once_in_an_order_of_its_own()
    {
        Comparison[] comparisons = [.. Enumerable.Range(0, 30).Select(static i => new Comparison(new(new[] { i, 1 }, 1), new(new[] { i, 2 }, 1)))];
        var set = ComparisonSet.Split(comparisons, Toys.Stream);
        using var model = new LinearRewardModel(30, 2);
        new RewardModelTrainer(new() { BatchSize = 4, Epochs = 3 }).Train(model, set, Toys.Stream, cancellationToken: TestContext.Current.CancellationToken);
        string[][] epochs = [.. model.Learned.Chunk(2 * set.Training.Count)];
        Assert.Equal(3, epochs.Length);
        Assert.All(epochs, epoch => Assert.Equal(epochs[0].Order(StringComparer.Ordinal), epoch.Order(StringComparer.Ordinal)));
        Assert.Equal(2 * set.Training.Count, epochs[0].Distinct().Count());
        Assert.Equal(3, epochs.Select(static epoch => string.Join(';', epoch)).Distinct().Count());
    }

    [Fact]
    public void Progress_counts_steps_and_foretells_the_end()
    {
        ComparisonSet set = ComparisonSet.Split(Toys.Separable(200, Toys.Stream), Toys.Stream);
        var reports = new List<RewardModelTrainingProgress>();
        var clock = new StepClock();
        using LinearRewardModel model = Model();
        new RewardModelTrainer(Quick, clock).Train(model, set, Toys.Stream,
            progress: new Listener<RewardModelTrainingProgress>(reports.Add), cancellationToken: Cancel);
        Assert.Equal(Enumerable.Range(1, 18), reports.Select(report => report.Step));
        Assert.Equal([1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3], reports.Select(report => report.Epoch));
        // The clock moves one second a reading: after s steps s seconds are gone, so 18 - s are left.
        Assert.Equal(Enumerable.Range(1, 18).Select(s => 18.0 - s), reports.Select(report => report.TimeLeft.TotalSeconds));
        Assert.Equal(32, reports[0].ComparisonsPerSecond, 9);
    }

    [Fact]
    public void A_loss_that_is_not_finite_names_the_step()
    {
        ComparisonSet set = ComparisonSet.Split(Toys.Separable(200, Toys.Stream), Toys.Stream);
        using var model = new LinearRewardModel(Toys.Vocabulary, 8, 1, 2, 3, 4, 5, 6, 7, double.NaN);
        var fault = Assert.Throws<NotFiniteNumberException>(() =>
            new RewardModelTrainer(Quick).Train(model, set, Toys.Stream, cancellationToken: Cancel));
        Assert.Contains("Step 0", fault.Message);
        Assert.Contains("learning rate", fault.Message);
    }

    [Fact]
    public void Cancelling_stops_between_steps()
    {
        ComparisonSet set = ComparisonSet.Split(Toys.Separable(200, Toys.Stream), Toys.Stream);
        using var source = new CancellationTokenSource();
        using LinearRewardModel model = Model();
        int steps = 0;
        var listener = new Listener<RewardModelTrainingProgress>(report =>
        {
            steps = report.Step;
            if (report.Step == 4) source.Cancel();
        });
        Assert.Throws<OperationCanceledException>(() =>
            new RewardModelTrainer(Quick).Train(model, set, Toys.Stream, progress: listener, cancellationToken: source.Token));
        Assert.Equal(4, steps);
        Assert.All(model.Gradient.ToArray(), g => Assert.Equal(0, g));
    }

    [Fact]
    public void A_sequence_too_long_for_the_context_is_refused_before_any_step()
    {
        ComparisonSet set = ComparisonSet.Split(Toys.Separable(20, Toys.Stream), Toys.Stream);
        using var model = new LinearRewardModel(Toys.Vocabulary, 7);
        string message =
            Assert.Throws<ArgumentException>(() => new RewardModelTrainer().Train(model, set, Toys.Stream, cancellationToken: Cancel)).Message;
        Assert.Contains("training comparison 0 has 8 tokens, the model's context only 7", message);
    }

    [Fact]
    public void Defaults_are_those_documented()
    {
        var options = new RewardModelTrainingOptions();
        Assert.Equal((1, 64, 64), (options.Epochs, options.BatchSize, options.MicroBatchSize));
        Assert.Equal(new LearningRateSchedule { Peak = 1e-3, WarmUp = 0.05, Decay = LearningRateDecay.Cosine, FinalShare = 0 },
            options.LearningRate);
        Assert.Equal(new AdamWOptions(), options.Optimizer);
    }

    [Fact]
    public void Bad_options_are_all_named_at_once()
    {
        var options = new RewardModelTrainingOptions { Epochs = 0, BatchSize = -1, MicroBatchSize = 0 };
        Assert.Equal(
            "RewardModelTrainingOptions: Epochs = 0 must be at least 1. BatchSize = -1 must be at least 1. MicroBatchSize = 0 must be at least 1.",
            Assert.Throws<ArgumentException>(options.Validate).Message);
        var still = new RewardModelTrainingOptions { LearningRate = new() { Peak = 0 } };
        Assert.Contains("Peak = 0", Assert.Throws<ArgumentException>(still.Validate).Message);
    }
}
