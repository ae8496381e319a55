using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using RewardScaling.Models;
using RewardScaling.Numerics;

namespace RewardScaling.Policies;

/// <summary>Trains a policy to write like a corpus: cross-entropy of the next token on random windows, AdamW.</summary>
/// <remarks>
/// The initial policy of a study. In Gao, Schulman and Hilton 2022 (section 2) it is a GPT-3 model tuned on demonstrations; the
/// loss is the same. The weights depend on the options, the corpus and the stream, not on the micro-batch size nor on time.
/// </remarks>
/// <param name="options">Steps, batch, learning rate; null for the defaults.</param>
/// <param name="clock">The clock behind tokens per second and time left; null for the system's.</param>
/// <param name="logger">Where held-out losses are written; null for nowhere.</param>
/// <example>
/// <code>
/// PretrainingResult trained = new Pretrainer(new PretrainingOptions { Steps = 500 }).Train(policy, corpus, stream);
/// Console.WriteLine(trained);
/// </code>
/// </example>
public sealed class Pretrainer(
    PretrainingOptions? options = null, TimeProvider? clock = null, ILogger<Pretrainer>? logger = null)
{
    private readonly PretrainingOptions _options = options ?? new();
    private readonly TimeProvider _clock = clock ?? TimeProvider.System;
    private readonly ILogger _logger = logger ?? NullLogger<Pretrainer>.Instance;

    /// <summary>Trains the policy in place.</summary>
    /// <param name="policy">The policy; its vocabulary must be the corpus's.</param>
    /// <param name="corpus">Where the windows come from.</param>
    /// <param name="stream">The windows of step s are drawn from <c>stream.Fork(s)</c>.</param>
    /// <param name="checkpoints">Where the state of the training is kept, and taken up again if it is there; null for
    /// nowhere.</param>
    /// <param name="progress">Told after every step.</param>
    /// <param name="cancellationToken">Stops between steps; the policy keeps those it has made, and no half gradient, as after
    /// any fault.</param>
    /// <exception cref="ArgumentException">Options no training can follow, another vocabulary, or windows longer than the
    /// context or the corpus.</exception>
    /// <exception cref="NotFiniteNumberException">The loss or the gradient became NaN or infinite; the
    /// message names the step.</exception>
    /// <exception cref="IOException">A checkpoint cannot be written, or its folder belongs to another training.</exception>
    /// <exception cref="InvalidDataException">A checkpoint is damaged; the message names the file.</exception>
    public PretrainingResult Train(
        ITrainablePolicy policy, Corpus corpus, RandomStream stream,
        CheckpointOptions? checkpoints = null, IProgress<PretrainingProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(corpus);
        _options.Validate();
        int length = WindowLength(policy, corpus);
        TokenBatch heldOutWindows = corpus.HeldOutBatch(_options.HeldOutWindows, length);
        long start = _clock.GetTimestamp();
        int before = -1;
        using var training = new SupervisedTraining
        {
            Steps = _options.Steps,
            LearningRate = _options.LearningRate,
            Optimizer = _options.Optimizer,
            Gradient = step =>
            {
                TokenBatch windows = corpus.TrainingBatch(_options.BatchSize, length, stream.Fork(step));
                return (Gradient(policy, windows), windows.TotalResponseTokens);
            },
            Step = policy.Step,
            DropGradients = policy.DropGradients,
            Save = policy.SaveTraining,
            Restore = policy.RestoreTraining,
            StepsPerEvaluation = _options.StepsPerEvaluation,
            Patience = _options.Patience,
            HeldOutLoss = () => Loss(policy, heldOutWindows, _options.MicroBatchSize, cancellationToken),
        };
        training.Told = (done, seen, loss) =>
        {
            if (progress is null) return;
            if (before < 0) before = done - 1;
            TimeSpan elapsed = _clock.GetElapsedTime(start);
            TimeSpan left = elapsed * ((_options.Steps - done) / (double)(done - before));
            progress.Report(new(done, _options.Steps, loss, training.HeldOut[^1], seen / elapsed.TotalSeconds, left));
        };
        string identity = checkpoints is null ? "" : PretrainingIdentity.Of(_options, corpus, stream, policy, length);
        training.Run(checkpoints, identity, _logger, cancellationToken);
        return new(training.HeldOut[0], training.HeldOutAtEnd, training.Losses, training.Seen);
    }

    /// <summary>
    /// Cross-entropy of the response tokens, in nats per token: the mean over sequences of each sequence's
    /// mean, which are independent.
    /// </summary>
    /// <param name="policy">The policy.</param>
    /// <param name="windows">Sequences with responses; for held-out windows see <see cref="Corpus.HeldOutBatch"/>.</param>
    /// <param name="microBatchSize">Sequences given to the engine at a time; at least 1.</param>
    /// <param name="cancellationToken">Stops between micro-batches.</param>
    /// <exception cref="ArgumentException">A sequence has no response, or a log-probability is not finite.</exception>
    public static Estimate Loss(
        ITrainablePolicy policy, TokenBatch windows, int microBatchSize = 32, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(windows);
        Guard.Positive(microBatchSize);
        var losses = new double[windows.Count];
        var outputs = new PolicyOutputs();
        for (int first = 0; first < windows.Count; first += microBatchSize)
        {
            cancellationToken.ThrowIfCancellationRequested();
            TokenBatch part = windows.Slice(first, Math.Min(microBatchSize, windows.Count - first));
            policy.Evaluate(part, outputs);
            for (int i = 0; i < part.Count; i++)
            {
                int tokens = part.ResponseOffsets[i + 1] - part.ResponseOffsets[i];
                if (tokens == 0)
                    throw new ArgumentException($"windows[{first + i}] has no response token to measure.", nameof(windows));
                losses[first + i] = -Sum(outputs.LogProbs.Slice(part.ResponseOffsets[i], tokens)) / tokens;
            }
        }
        return Estimate.Mean(losses);
    }

    // Adds the gradient of the mean cross-entropy over all tokens of the batch, micro-batch by micro-batch; returns that mean.
    internal double Gradient(ITrainablePolicy policy, TokenBatch windows)
    {
        var outputs = new PolicyOutputs();
        float perToken = -1f / windows.TotalResponseTokens;
        double sum = 0;
        for (int first = 0; first < windows.Count; first += _options.MicroBatchSize)
        {
            TokenBatch part = windows.Slice(first, Math.Min(_options.MicroBatchSize, windows.Count - first));
            policy.Forward(part, outputs);
            foreach (float logProb in outputs.LogProbs) sum -= logProb;
            outputs.Reset(part.TotalResponseTokens);
            outputs.LogProbs.Fill(perToken);
            policy.Backward(outputs);
        }
        return sum / windows.TotalResponseTokens;
    }

    private int WindowLength(ITrainablePolicy policy, Corpus corpus)
    {
        if (policy.VocabularySize != corpus.Tokenizer.VocabularySize)
        {
            throw new ArgumentException(
                $"The policy has {policy.VocabularySize} tokens, the corpus {corpus.Tokenizer.VocabularySize}; they must agree.",
                nameof(policy));
        }
        int length = _options.WindowLength == 0 ? policy.ContextLength : _options.WindowLength;
        if (length > policy.ContextLength)
        {
            throw new ArgumentException(
                $"WindowLength = {length} must be at most the policy's context, {policy.ContextLength}.", nameof(policy));
        }
        return length;
    }

    private static double Sum(ReadOnlySpan<float> values)
    {
        double sum = 0;
        foreach (float value in values) sum += value;
        return sum;
    }
}
