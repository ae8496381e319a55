using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using RewardScaling.Models;
using RewardScaling.Numerics;

namespace RewardScaling.RewardModels;

/// <summary>Trains a reward model on comparisons with the Bradley-Terry loss and AdamW.</summary>
/// <remarks>The weights depend on the options, the comparisons and the stream, not on the micro-batch size nor on time.</remarks>
/// <param name="options">Epochs, batch, learning rate; null for the defaults.</param>
/// <param name="time">The clock behind pace and time left; null for the system's.</param>
/// <param name="logger">Where the outcome is written; null for nowhere.</param>
public sealed class RewardModelTrainer(
    RewardModelTrainingOptions? options = null, TimeProvider? time = null, ILogger<RewardModelTrainer>? logger = null)
{
    private readonly RewardModelTrainingOptions _options = options ?? new();
    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly ILogger _logger = logger ?? NullLogger<RewardModelTrainer>.Instance;

    /// <summary>Trains the model in place and measures it on the held-out part.</summary>
    /// <param name="model">The model.</param>
    /// <param name="comparisons">What it learns from and is measured on.</param>
    /// <param name="stream">Epoch e takes the comparisons in the order <c>stream.Fork("shuffle").Fork(e)</c> gives.</param>
    /// <param name="progress">Told after every step.</param>
    /// <param name="cancellationToken">Stops between steps; the model keeps those it has made, and no half gradient.</param>
    /// <exception cref="ArgumentException">Options no training can follow, or a sequence longer than
    /// the model's context.</exception>
    /// <exception cref="NotFiniteNumberException">The loss or the gradient became NaN or infinite; the
    /// message names the step.</exception>
    public RewardModelTrainingResult Train(
        ITrainableRewardModel model, ComparisonSet comparisons, RandomStream stream,
        IProgress<RewardModelTrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(comparisons);
        _options.Validate();
        RequireContext(comparisons.Training, model.Shape.Context, "training");
        RequireContext(comparisons.HeldOut, model.Shape.Context, "held-out");
        IReadOnlyList<Comparison> training = comparisons.Training;
        int stepsPerEpoch = (training.Count + _options.BatchSize - 1) / _options.BatchSize;
        int steps = checked(stepsPerEpoch * _options.Epochs);
        var losses = new List<double>(steps);
        long seen = 0, start = _time.GetTimestamp();
        for (int epoch = 0; epoch < _options.Epochs; epoch++)
        {
            int[] order = stream.Fork("shuffle").Fork(epoch).Permutation(training.Count);
            for (int first = 0; first < order.Length; first += _options.BatchSize)
            {
                cancellationToken.ThrowIfCancellationRequested();
                int step = losses.Count, count = Math.Min(_options.BatchSize, order.Length - first);
                double rate = _options.LearningRate.At(step, steps), loss = Gradient(model, training, order.AsSpan(first, count));
                TrainingFaults.RequireFinite(loss, step, rate);
                TrainingFaults.Step(model.Step, _options.Optimizer, step, rate);
                losses.Add(loss);
                seen += count;
                if (progress is null) continue;
                TimeSpan elapsed = _time.GetElapsedTime(start);
                int done = step + 1;
                TimeSpan left = elapsed * ((steps - done) / (double)done);
                progress.Report(new(done, steps, epoch + 1, loss, seen / elapsed.TotalSeconds, left));
            }
        }
        RewardModelEvaluation heldOut = Evaluate(model, comparisons.HeldOut, cancellationToken);
        _logger.LogInformation("{Comparisons} comparisons: held-out loss {Loss} (chance 0.6931), accuracy {Accuracy}.",
            training.Count, heldOut.Loss, heldOut.Accuracy);
        return new(heldOut, losses, training.Count);
    }

    /// <summary>Measures a model without training it.</summary>
    /// <param name="model">The model.</param>
    /// <param name="comparisons">The comparisons, at least one.</param>
    /// <param name="cancellationToken">Stops between micro-batches.</param>
    /// <exception cref="InvalidOperationException">A score is not finite.</exception>
    public RewardModelEvaluation Evaluate(
        ITrainableRewardModel model, IReadOnlyList<Comparison> comparisons, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(comparisons);
        _options.Validate();
        var margins = new double[comparisons.Count];
        for (int first = 0; first < margins.Length; first += _options.MicroBatchSize)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int count = Math.Min(_options.MicroBatchSize, margins.Length - first);
            double[] scores = model.ScoreChecked(ComparisonBatch.Of(comparisons, first, count));
            for (int i = 0; i < count; i++) margins[first + i] = scores[2 * i] - scores[2 * i + 1];
        }
        return RewardModelEvaluation.FromMargins(margins);
    }

    // Adds the gradient of the mean loss over the pairs, micro-batch by micro-batch; returns that mean.
    internal double Gradient(ITrainableRewardModel model, IReadOnlyList<Comparison> comparisons, ReadOnlySpan<int> indices)
    {
        int largest = Math.Min(_options.MicroBatchSize, indices.Length);
        float[] scores = new float[2 * largest], gradients = new float[2 * largest];
        double sum = 0;
        for (int first = 0; first < indices.Length; first += _options.MicroBatchSize)
        {
            int count = Math.Min(_options.MicroBatchSize, indices.Length - first);
            model.Forward(ComparisonBatch.Of(comparisons, indices.Slice(first, count)), scores.AsSpan(0, 2 * count));
            for (int i = 0; i < count; i++)
            {
                BradleyTerryLoss pair = BradleyTerryLoss.At((double)scores[2 * i] - scores[2 * i + 1]);
                sum += pair.Loss;
                gradients[2 * i] = (float)(pair.MarginGradient / indices.Length);
                gradients[2 * i + 1] = -gradients[2 * i];
            }
            model.Backward(gradients.AsSpan(0, 2 * count));
        }
        return sum / indices.Length;
    }

    private static void RequireContext(IReadOnlyList<Comparison> comparisons, int context, string part)
    {
        for (int i = 0; i < comparisons.Count; i++)
        {
            int longest = Math.Max(comparisons[i].Chosen.Tokens.Length, comparisons[i].Rejected.Tokens.Length);
            if (longest > context)
            {
                throw new ArgumentException(
                    $"{part} comparison {i} has {longest} tokens, the model's context only {context}. "
                    + "Encode the comparisons for this context.", nameof(comparisons));
            }
        }
    }
}
