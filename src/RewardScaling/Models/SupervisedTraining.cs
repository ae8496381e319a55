using Microsoft.Extensions.Logging;
using RewardScaling.Numerics;

namespace RewardScaling.Models;

/// <summary>
/// The loop of supervised training, the same for a policy that learns a corpus and a reward model that learns comparisons: the
/// gradient of a step, AdamW at the scheduled rate, a look at what is held out, a checkpoint.
/// </summary>
internal sealed class SupervisedTraining : IDisposable
{
    private readonly List<double> _losses = [];
    private readonly List<Estimate> _heldOut = [];
    private BestWeights? _best;

    /// <summary>How many steps there are.</summary>
    public required int Steps { get; init; }

    /// <summary>The learning rate of every step.</summary>
    public required LearningRateSchedule LearningRate { get; init; }

    /// <summary>The optimizer.</summary>
    public required AdamWOptions Optimizer { get; init; }

    /// <summary>Adds the gradient of a step, counted from 0; gives its loss and how many things it trains on.</summary>
    public required Func<int, (double Loss, long Seen)> Gradient { get; init; }

    /// <summary>Moves the weights.</summary>
    public required Func<AdamWOptions, double, double> Step { get; init; }

    /// <summary>Makes the gradients zero.</summary>
    public required Action DropGradients { get; init; }

    /// <summary>Writes the network with its optimizer.</summary>
    public required Action<string> Save { get; init; }

    /// <summary>Takes over what <see cref="Save"/> wrote.</summary>
    public required Action<string> Restore { get; init; }

    /// <summary>Steps from one look at what is held out to the next; 0 for none.</summary>
    public required int StepsPerEvaluation { get; init; }

    /// <summary>
    /// After how many looks in a row that were no better than the best one the training ends, with the weights of that one; 0 for
    /// never, with the last weights.
    /// </summary>
    public int Patience { get; init; }

    /// <summary>The loss on what is held out.</summary>
    public required Func<Estimate> HeldOutLoss { get; init; }

    /// <summary>Called after every step with the steps made, the things seen in this process, and the loss.</summary>
    public Action<int, long, double> Told { get; set; } = static (_, _, _) => { };

    /// <summary>The loss of each step.</summary>
    public IReadOnlyList<double> Losses => _losses;

    /// <summary>Held-out losses: before the first step, and every so many steps.</summary>
    public IReadOnlyList<Estimate> HeldOut => _heldOut;

    /// <summary>The held-out loss of the weights the training ends with.</summary>
    public Estimate HeldOutAtEnd => Patience > 0 ? _heldOut[^(LooksSinceBest + 1)] : _heldOut[^1];

    /// <summary>How many things were trained on.</summary>
    public long Seen { get; private set; }

    /// <summary>Runs to the end, from where it was kept if it was.</summary>
    /// <param name="checkpoints">Where the state is kept; null for nowhere.</param>
    /// <param name="identity">JSON: whose the checkpoints are; empty without checkpoints.</param>
    /// <param name="logger">Where held-out losses are written.</param>
    /// <param name="cancellationToken">Stops between steps.</param>
    public void Run(CheckpointOptions? checkpoints, string identity, ILogger logger, CancellationToken cancellationToken)
    {
        using var kept = checkpoints is null ? null
            : TrainingCheckpoints<TrainingProgressState, double>.Open(
                checkpoints, identity, TrainingJson.Default.KeptStateTrainingProgressState, TrainingJson.Default.Double);
        _best = Patience > 0 ? new(Save, Restore) : null;
        if (kept?.Restore(RestoreFrom) is { } before)
        {
            _losses.AddRange(before.Steps);
            _heldOut.AddRange(before.State.HeldOut);
            Seen = before.State.Seen;
            logger.LogInformation("Training goes on after step {Step}, kept in a checkpoint.", _losses.Count);
        }
        try
        {
            Run(kept, logger, cancellationToken);
        }
        catch (Exception stop)
        {
            // Whoever trains on must not step along what this training had gathered.
            DropGradients();
            // The weights are those of the last whole step: a gradient that is not finite is never stepped along.
            if (stop is OperationCanceledException or NotFiniteNumberException)
                kept?.WriteAfter(stop, _losses.Count, State, _losses, SaveTo, logger);
            throw;
        }
    }

    public void Dispose() => _best?.Dispose();

    private void Run(
        TrainingCheckpoints<TrainingProgressState, double>? kept, ILogger logger, CancellationToken cancellationToken)
    {
        long before = Seen;
        Look(logger);
        while (_losses.Count < Steps && !IsStale)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int step = _losses.Count, done = step + 1;
            double rate = LearningRate.At(step, Steps);
            var (loss, seen) = Gradient(step);
            TrainingFaults.RequireFinite(loss, step, rate);
            TrainingFaults.Step(Step, Optimizer, step, rate);
            _losses.Add(loss);
            Seen += seen;
            Look(logger);
            Told(done, Seen - before, loss);
            if (kept?.IsDue(done) == true) Keep(kept);
        }
        Keep(kept);
        if (LooksSinceBest > 0) _best?.Return();
    }

    private int LooksSinceBest => _heldOut.Count == 0 ? 0
        : _heldOut.Count - 1 - _heldOut.Index().MinBy(static look => look.Item.Value).Index;

    private bool IsStale => Patience > 0 && LooksSinceBest >= Patience;

    // A step's look may be missing where its state was kept at a cancellation inside it.
    private void Look(ILogger logger)
    {
        if (StepsPerEvaluation == 0) return;
        int done = _losses.Count;
        int wanted = 1 + done / StepsPerEvaluation + (done == Steps && done % StepsPerEvaluation != 0 ? 1 : 0);
        if (_heldOut.Count >= wanted) return;
        _heldOut.Add(HeldOutLoss());
        if (LooksSinceBest == 0) _best?.Take();
        logger.LogInformation("Step {Step} of {Steps}: held-out loss {Loss} nats.", done, Steps, _heldOut[^1]);
    }

    private TrainingProgressState State => new(Seen, _heldOut);

    private void Keep(TrainingCheckpoints<TrainingProgressState, double>? kept) =>
        kept?.Write(_losses.Count, State, _losses, SaveTo);

    private void SaveTo(string folder)
    {
        Save(FileIn(folder));
        _best?.CopyTo(folder);
    }

    private void RestoreFrom(string folder)
    {
        Restore(FileIn(folder));
        _best?.CopyFrom(folder);
    }

    private static string FileIn(string folder) => Path.Combine(folder, "network.safetensors");
}
