using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using RewardScaling.Models;
using RewardScaling.Numerics;

namespace RewardScaling.Ppo;

/// <summary>
/// Proximal policy optimization (Schulman et al. 2017, arXiv:1707.06347) of a policy against a proxy reward model,
/// as RLHF uses it (Ziegler et al. 2019; Huang et al. 2024), with gold and proxy looked at along the way by KL
/// (Gao, Schulman and Hilton 2022).
/// </summary>
/// <remarks>The same problem, options and stream give the same bits, whatever the threads, the batch sizes, the gold model and
/// the schedule of evaluation.</remarks>
/// <example>
/// <code>
/// using PpoResult result = await new PpoTrainer(new PpoOptions { KlBudget = new KlNats(20) }).TrainAsync(
///     new PpoProblem
///     {
///         InitialPolicy = policy,
///         Proxy = proxy,
///         Tokenizer = tokenizer,
///         Prompts = draw => new TokenSequence(corpus.TrainingWindow(16, draw), promptLength: 16),
///         ResponseLength = 32,
///     },
///     new PpoEvaluation { Gold = gold, Prompts = heldOutPrompts }, RandomStream.FromSeed(1));
/// Console.WriteLine(MeasuredPeak.Of(result.Curve));
/// </code>
/// </example>
public sealed class PpoTrainer
{
    private readonly PpoOptions _options;
    private readonly ILogger _logger;
    private readonly TimeProvider _clock;

    /// <summary>A trainer with checked options.</summary>
    /// <param name="options">The options.</param>
    /// <param name="clock">What tokens per second are measured with; the system's by default. It moves nothing else.</param>
    /// <param name="logger">Receives one line for each step and each point; none by default.</param>
    /// <exception cref="ArgumentException">An option is out of range; the message names all that are.</exception>
    public PpoTrainer(PpoOptions options, TimeProvider? clock = null, ILogger<PpoTrainer>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _options = options;
        _logger = logger ?? NullLogger<PpoTrainer>.Instance;
        _clock = clock ?? TimeProvider.System;
    }

    /// <summary>Runs PPO until the KL budget or the last step, on threads of the pool and not on the caller's.</summary>
    /// <param name="problem">The policy, the proxy and the training prompts.</param>
    /// <param name="evaluation">Gold, the held-out prompts and when to look.</param>
    /// <param name="stream">All randomness of the run.</param>
    /// <param name="checkpoints">Where the run's state is kept, and taken up again if it is there; null for nowhere.</param>
    /// <param name="progress">Told after each step.</param>
    /// <param name="cancellationToken">Stops between pieces of work; with checkpoints, not inside a step's updates.</param>
    /// <returns>The curve, the metrics and the trained policy, which the caller disposes of.</returns>
    /// <exception cref="ArgumentException">The problem or the evaluation cannot be; the message names every fault.</exception>
    /// <exception cref="PpoFaultException">A number is NaN or infinite, or a reward model failed; the message names step,
    /// rollout and quantity.</exception>
    /// <exception cref="IOException">A checkpoint cannot be written, or its folder belongs to another run.</exception>
    /// <exception cref="InvalidDataException">A checkpoint is damaged; the message names the file.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public async Task<PpoResult> TrainAsync(PpoProblem problem, PpoEvaluation evaluation, RandomStream stream,
        CheckpointOptions? checkpoints = null, IProgress<PpoProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(problem);
        ArgumentNullException.ThrowIfNull(evaluation);
        problem.Validate();
        evaluation.Validate(problem);
        checkpoints?.Validate();
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding); // networks compute on the thread that asks
        using var kept = checkpoints is null ? null : TrainingCheckpoints<PpoState, PpoStepMetrics>.Open(
            checkpoints, PpoIdentity.Of(problem, evaluation, _options, stream), PpoJson.Default.KeptStatePpoState,
            PpoJson.Default.PpoStepMetrics);
        var evaluator = new PpoEvaluator(problem, evaluation, _options, stream.Fork("evaluation"));
        var trainer = new PpoSteps(problem, _options, stream.Fork("training"), _clock); // PPO detail 28
        try
        {
            var run = new PpoRun(
                trainer, evaluator, _options, evaluation.Schedule, problem.Label, kept, _clock, _logger, progress);
            return await run.RunAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            trainer.Dispose();
            throw;
        }
    }
}
