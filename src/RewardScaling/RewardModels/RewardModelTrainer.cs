using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using RewardScaling.Models;
using RewardScaling.Numerics;

namespace RewardScaling.RewardModels;

/// <summary>Trains a reward model on comparisons with the Bradley-Terry loss and AdamW.</summary>
/// <remarks>The weights depend on the options, the comparisons and the stream, not on the micro-batch size nor on time.</remarks>
/// <param name="options">Epochs, batch, learning rate; null for the defaults.</param>
/// <param name="clock">The clock behind pace and time left; null for the system's.</param>
/// <param name="logger">Where the outcome is written; null for nowhere.</param>
/// <example>
/// <code>
/// LabeledComparisons labels = await PreferenceLabeler.LabelAsync(gold, pool.Rollouts);
/// RewardModelTrainingResult trained = new RewardModelTrainer().Train(
///     model, ComparisonSet.Split(labels.Comparisons, stream.Fork("split")), stream.Fork("order"));
/// Console.WriteLine(trained.HeldOut);
/// </code>
/// </example>
public sealed class RewardModelTrainer(
    RewardModelTrainingOptions? options = null, TimeProvider? clock = null, ILogger<RewardModelTrainer>? logger = null)
{
    private readonly RewardModelTrainingOptions _options = options ?? new();
    private readonly TimeProvider _clock = clock ?? TimeProvider.System;
    private readonly ILogger _logger = logger ?? NullLogger<RewardModelTrainer>.Instance;

    /// <summary>Trains the model in place and measures it on the held-out part.</summary>
    /// <param name="model">The model.</param>
    /// <param name="comparisons">What it learns from and is measured on.</param>
    /// <param name="stream">Epoch e takes the comparisons in the order <c>stream.Fork("shuffle").Fork(e)</c> gives.</param>
    /// <param name="checkpoints">Where the state of the training is kept, and taken up again if it is there; null for
    /// nowhere.</param>
    /// <param name="progress">Told after every step.</param>
    /// <param name="cancellationToken">Stops between steps; the model keeps those it has made, and no half gradient, as after
    /// any fault.</param>
    /// <exception cref="ArgumentException">Options no training can follow, or a sequence longer than
    /// the model's context.</exception>
    /// <exception cref="NotFiniteNumberException">The loss or the gradient became NaN or infinite; the
    /// message names the step.</exception>
    /// <exception cref="IOException">A checkpoint cannot be written, or its folder belongs to another training.</exception>
    /// <exception cref="InvalidDataException">A checkpoint is damaged; the message names the file.</exception>
    public RewardModelTrainingResult Train(
        ITrainableRewardModel model, ComparisonSet comparisons, RandomStream stream,
        CheckpointOptions? checkpoints = null, IProgress<RewardModelTrainingProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(comparisons);
        _options.Validate();
        RequireContext(comparisons.Training, model.Shape.Context, "training");
        RequireContext(comparisons.HeldOut, model.Shape.Context, "held-out");
        IReadOnlyList<Comparison> training = comparisons.Training;
        int stepsPerEpoch = (training.Count + _options.BatchSize - 1) / _options.BatchSize;
        int steps = checked(stepsPerEpoch * _options.Epochs);
        var permutations = new EpochOrder(stream.Fork("shuffle"), training.Count);
        long start = _clock.GetTimestamp();
        int before = -1;
        using var loop = new SupervisedTraining
        {
            Steps = steps,
            LearningRate = _options.LearningRate,
            Optimizer = _options.Optimizer,
            Gradient = step =>
            {
                int first = step % stepsPerEpoch * _options.BatchSize;
                int count = Math.Min(_options.BatchSize, training.Count - first);
                var order = permutations.Of(step / stepsPerEpoch);
                return (Gradient(model, training, order.AsSpan(first, count)), count);
            },
            Step = model.Step,
            DropGradients = model.DropGradients,
            Save = model.SaveTraining,
            Restore = model.RestoreTraining,
            StepsPerEvaluation = _options.StepsPerEvaluation,
            Patience = _options.Patience,
            HeldOutLoss = () => Evaluate(model, comparisons.HeldOut, cancellationToken).Loss,
            Told = (done, seen, loss) =>
            {
                if (progress is null) return;
                if (before < 0) before = done - 1;
                TimeSpan elapsed = _clock.GetElapsedTime(start);
                TimeSpan left = elapsed * ((steps - done) / (double)(done - before));
                progress.Report(new(done, steps, 1 + (done - 1) / stepsPerEpoch, loss, seen / elapsed.TotalSeconds, left));
            },
        };
        string identity = checkpoints is null ? "" : RewardModelTrainingIdentity.Of(_options, comparisons, stream, model);
        loop.Run(checkpoints, identity, _logger, cancellationToken);
        RewardModelEvaluation heldOut = Evaluate(model, comparisons.HeldOut, cancellationToken);
        _logger.LogInformation("{Comparisons} comparisons: held-out loss {Loss} (chance 0.6931), accuracy {Accuracy}.",
            training.Count, heldOut.Loss, heldOut.Accuracy);
        return new(heldOut, loop.Losses, training.Count) { HeldOutLosses = loop.HeldOut };
    }

    /// <summary>Measures a model without training it, by the loss it is trained on but for the centring penalty.</summary>
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
        return RewardModelEvaluation.FromMargins(margins, comparisons);
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
            ReadOnlySpan<int> part = indices.Slice(first, count);
            model.Forward(ComparisonBatch.Of(comparisons, part), scores.AsSpan(0, 2 * count));
            for (int i = 0; i < count; i++)
            {
                Comparison comparison = comparisons[part[i]];
                double chosen = scores[2 * i], rejected = scores[2 * i + 1], total = chosen + rejected;
                var pair = BradleyTerryLoss.Of(comparison, chosen - rejected);
                sum += pair.Loss + _options.CentringPenalty * total * total;
                double centring = 2 * _options.CentringPenalty * total;
                gradients[2 * i] = (float)((pair.MarginGradient + centring) / indices.Length);
                gradients[2 * i + 1] = (float)((centring - pair.MarginGradient) / indices.Length);
            }
            model.Backward(gradients.AsSpan(0, 2 * count));
        }
        return sum / indices.Length;
    }

    // The order of an epoch, made once for its steps.
    private sealed class EpochOrder(RandomStream stream, int count)
    {
        private int _epoch = -1;
        private int[] _order = [];

        public int[] Of(int epoch)
        {
            if (epoch != _epoch) (_epoch, _order) = (epoch, stream.Fork(epoch).Permutation(count));
            return _order;
        }
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
