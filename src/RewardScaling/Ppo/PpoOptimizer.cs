using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using RewardScaling.Curves;
using RewardScaling.Divergence;
using RewardScaling.Numerics;

namespace RewardScaling.Ppo;

/// <summary>
/// Proximal policy optimization (Schulman et al. 2017, arXiv:1707.06347) of a policy against a proxy reward model,
/// as RLHF uses it (Ziegler et al. 2019; Huang et al. 2024), with gold and proxy looked at along the way by KL
/// (Gao, Schulman and Hilton 2022).
/// </summary>
/// <remarks>The same problem, options and stream give the same bits, whatever the threads, the batch sizes, the gold model and
/// the schedule of evaluation.</remarks>
public sealed class PpoOptimizer
{
    // A policy with a twentieth of its entropy left writes one answer to a prompt.
    private const double CollapsedEntropy = 0.05;

    private readonly PpoOptions _options;
    private readonly ILogger _logger;
    private readonly TimeProvider _clock;

    /// <summary>An optimizer with checked options.</summary>
    /// <param name="options">The options.</param>
    /// <param name="logger">Receives one line for each step and each point; none by default.</param>
    /// <param name="clock">What tokens per second are measured with; the system's by default. It moves nothing else.</param>
    /// <exception cref="ArgumentException">An option is out of range; the message names all that are.</exception>
    public PpoOptimizer(PpoOptions options, ILogger<PpoOptimizer>? logger = null, TimeProvider? clock = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _options = options;
        _logger = logger ?? NullLogger<PpoOptimizer>.Instance;
        _clock = clock ?? TimeProvider.System;
    }

    /// <summary>Runs PPO until the KL budget or the last step.</summary>
    /// <param name="problem">The policy, the proxy and the training prompts.</param>
    /// <param name="evaluation">Gold, the held-out prompts and when to look.</param>
    /// <param name="stream">All randomness of the run.</param>
    /// <param name="progress">Told after each step.</param>
    /// <param name="cancellationToken">Stops between pieces of work.</param>
    /// <returns>The curve, the metrics and the trained policy, which the caller disposes of.</returns>
    /// <exception cref="ArgumentException">The problem or the evaluation cannot be; the message names every fault.</exception>
    /// <exception cref="PpoFaultException">A number is NaN or infinite, or a reward model failed; the message names step,
    /// rollout and quantity.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public async Task<PpoResult> OptimizeAsync(PpoProblem problem, PpoEvaluation evaluation, RandomStream stream,
        IProgress<PpoProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(problem);
        ArgumentNullException.ThrowIfNull(evaluation);
        problem.Validate();
        evaluation.Validate(problem);
        var evaluator = new PpoEvaluator(problem, evaluation, _options, stream.Fork("evaluation"));
        var trainer = new PpoTrainer(problem, _options, stream.Fork("training"), _clock);
        try
        {
            return await RunAsync(
                trainer, evaluator, problem.Label, evaluation.Schedule, progress, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            trainer.Dispose();
            throw;
        }
    }

    private async Task<PpoResult> RunAsync(
        PpoTrainer trainer, PpoEvaluator evaluator, string label, PpoEvaluationSchedule schedule,
        IProgress<PpoProgress>? progress, CancellationToken cancellationToken)
    {
        var points = new List<RewardPoint>();
        var metrics = new List<PpoStepMetrics>();
        await MeasureAsync().ConfigureAwait(false);
        KlDistance next = schedule.After(default);
        PpoStopReason? stop = null;
        bool collapsed = false;
        while (stop is null)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Estimate kl = await trainer.CollectAsync(cancellationToken).ConfigureAwait(false);
            KlDistance here = new KlNats(kl.Value).Sqrt();
            if (here >= next || trainer.StepsMade - points[^1].Effort >= schedule.MaximumStepsBetween)
            {
                await MeasureAsync().ConfigureAwait(false);
                // Probe and measurement both have errors; the larger moves the grid on, so that one crossing gives one point.
                next = schedule.After(here > points[^1].Distance ? here : points[^1].Distance);
            }
            if (kl.Value >= _options.KlBudget.Value)
            {
                stop = PpoStopReason.KlBudget;
                break;
            }
            metrics.Add(trainer.Update(cancellationToken));
            Report();
            if (trainer.StepsMade == _options.MaximumSteps) stop = PpoStopReason.MaximumSteps;
        }
        if (points[^1].Effort < trainer.StepsMade) await MeasureAsync().ConfigureAwait(false);
        _logger.LogInformation("PPO ended after {Steps} steps ({Reason}) at KL {Kl}.", trainer.StepsMade, stop, points[^1].Kl);
        return new(trainer.Policy, new(OptimizationMethod.ReinforcementLearning, label, points), metrics, stop!.Value);

        async ValueTask MeasureAsync()
        {
            var point = await evaluator.MeasureAsync(trainer.Policy, trainer.StepsMade, cancellationToken).ConfigureAwait(false);
            points.Add(point);
            _logger.LogInformation("PPO after step {Step}: KL {Kl} nats, proxy {Proxy}, gold {Gold}.",
                point.Effort, point.Kl, point.Proxy, point.Gold);
        }

        void Report()
        {
            var last = metrics[^1];
            _logger.LogDebug("PPO step {Step}: {Metrics}", last.Step, last);
            if (!collapsed && last.Entropy < CollapsedEntropy * metrics[0].Entropy)
            {
                collapsed = true;
                _logger.LogWarning("PPO step {Step}: the entropy fell to {Entropy} nats per token from {Initial}; "
                    + "the policy says nearly the same thing every time.", last.Step, last.Entropy, metrics[0].Entropy);
            }
            double way = Math.Sqrt(last.Kl.Value / _options.KlBudget.Value);
            double fraction = Math.Clamp(Math.Max(way, (double)last.Step / _options.MaximumSteps), 0, 1);
            progress?.Report(new(last, _options.MaximumSteps, fraction, points[^1], points.Count));
        }
    }
}
