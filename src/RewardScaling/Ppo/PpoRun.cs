using Microsoft.Extensions.Logging;
using RewardScaling.Curves;
using RewardScaling.Divergence;
using RewardScaling.Models;
using RewardScaling.Numerics;

namespace RewardScaling.Ppo;

/// <summary>One run from its first point, or from where it was kept, to its last.</summary>
internal sealed class PpoRun(
    PpoSteps trainer, PpoEvaluator evaluator, PpoOptions options, PpoEvaluationSchedule schedule, string label,
    TrainingCheckpoints<PpoState, PpoStepMetrics>? checkpoints, TimeProvider clock, ILogger logger,
    IProgress<PpoProgress>? progress)
{
    // A policy with a twentieth of its entropy left writes one answer to a prompt.
    private const double CollapsedEntropy = 0.05;

    // Of a normal difference one comparison in 1.7 million gets this far by chance.
    private const double AlarmingErrors = 5;

    private readonly List<RewardPoint> _points = [];
    private readonly List<PpoStepMetrics> _metrics = [];
    private KlDistance _next = schedule.After(default);
    private bool _collapsed;
    private RewardPoint? _end;
    private double _probedKl;
    private double _fractionAtStart;
    private readonly long _start = clock.GetTimestamp();

    /// <summary>Runs to the end; the trainer's policy then belongs to the result.</summary>
    public async Task<PpoResult> RunAsync(CancellationToken cancellationToken)
    {
        Restore();
        try
        {
            var stop = await StepAsync(cancellationToken).ConfigureAwait(false);
            Keep();
            trainer.DisposeCritic();
            logger.LogInformation("PPO ended after {Steps} steps ({Reason}) at KL {Kl}.", trainer.StepsMade, stop, Curve[^1].Kl);
            return new(trainer.Policy, new(OptimizationMethod.ReinforcementLearning, label, Curve), _metrics, stop, _probedKl);
        }
        catch (Exception fault) when (fault is not IOException)
        {
            KeepAfter(fault);
            throw;
        }
    }

    private async Task<PpoStopReason> StepAsync(CancellationToken cancellationToken)
    {
        if (_points.Count == 0)
        {
            _points.Add(await MeasureAsync(cancellationToken).ConfigureAwait(false));
            // Without a reference of its own the run starts at 0; with one it starts where it is.
            if (evaluator.StartsElsewhere) _next = schedule.After(_points[^1].Distance);
        }
        PpoStopReason? stop = null;
        while (stop is null)
        {
            if (trainer.StepsMade == options.MaximumSteps)
            {
                stop = PpoStopReason.MaximumSteps;
                break;
            }
            cancellationToken.ThrowIfCancellationRequested();
            Estimate kl = await trainer.CollectAsync(cancellationToken).ConfigureAwait(false);
            _probedKl = kl.Value;
            KlDistance here = new KlNats(kl.Value).Sqrt();
            if (trainer.StepsMade > _points[^1].Effort
                && (here >= _next || trainer.StepsMade - _points[^1].Effort >= schedule.MaximumStepsBetween)) // PPO detail 21
            {
                _points.Add(_end?.Effort == trainer.StepsMade ? _end : await MeasureAsync(cancellationToken)
                    .ConfigureAwait(false));
                // Probe and measurement both have errors; the larger moves the grid on, so that one crossing gives one point.
                // The distance of a cut policy, or at another temperature, lies elsewhere and says nothing of the next crossing.
                bool comparable = evaluator.LooksAtWhatIsTrained && _points[^1].Distance > here;
                _next = schedule.After(comparable ? _points[^1].Distance : here);
            }
            if (kl.Value >= options.KlBudget.Value) // PPO detail 24
            {
                stop = PpoStopReason.KlBudget;
                break;
            }
            // Where states are kept, a step that has begun to move the weights is finished first: half of one cannot be kept.
            _metrics.Add(trainer.Update(checkpoints is null ? cancellationToken : CancellationToken.None));
            _end = null;
            Report();
            if (checkpoints?.IsDue(trainer.StepsMade) == true) Keep();
        }
        if (_points[^1].Effort == trainer.StepsMade) _end = null;
        else if (_end?.Effort != trainer.StepsMade) _end = await MeasureAsync(cancellationToken).ConfigureAwait(false);
        return stop.Value;
    }

    private IReadOnlyList<RewardPoint> Curve => _end is null ? _points : [.. _points, _end];

    private async ValueTask<RewardPoint> MeasureAsync(CancellationToken cancellationToken)
    {
        var point = await evaluator.MeasureAsync(trainer.Policy, trainer.StepsMade, cancellationToken).ConfigureAwait(false);
        logger.LogInformation("PPO after step {Step}: KL {Kl} nats, proxy {Proxy}, gold {Gold}.",
            point.Effort, point.Kl, point.Proxy, point.Gold);
        if (evaluator.CrossCheck is { Errors: > AlarmingErrors } check) // PPO detail 26
        {
            logger.LogWarning("PPO after step {Step}: two estimates of the KL disagree ({Check}). Rollouts were not sampled from "
                + "the distribution that is evaluated; the curve's KL is not one.", point.Effort, check);
        }
        return point;
    }

    private void Report()
    {
        var last = _metrics[^1];
        logger.LogDebug("PPO step {Step}: {Metrics}", last.Step, last);
        PpoMeter.Record(label, last, (long)(last.ResponseLength * options.RolloutsPerStep + 0.5));
        if (!_collapsed && last.Entropy < CollapsedEntropy * _metrics[0].Entropy) // PPO detail 25
        {
            _collapsed = true;
            logger.LogWarning("PPO step {Step}: the entropy fell to {Entropy} nats per token from {Initial}; "
                + "the policy says nearly the same thing every time.", last.Step, last.Entropy, _metrics[0].Entropy);
        }
        double fraction = Fraction(last);
        double made = fraction - _fractionAtStart;
        var left = made > 0 ? clock.GetElapsedTime(_start) * ((1 - fraction) / made) : TimeSpan.MaxValue;
        progress?.Report(new(last, options.MaximumSteps, fraction, _points[^1], _points.Count, left));
    }

    private double Fraction(PpoStepMetrics at) =>
        Math.Clamp(Math.Max(Math.Sqrt(at.Kl.Value / options.KlBudget.Value), (double)at.Step / options.MaximumSteps), 0, 1);

    private void Restore()
    {
        if (checkpoints?.Restore(trainer.RestoreNetworks) is not { } before) return;
        var state = before.State;
        trainer.Restore(state, before.Steps.Count);
        _points.AddRange(state.Points);
        _metrics.AddRange(before.Steps);
        (_next, _collapsed, _end) = (new(state.NextDistance), state.Collapsed, state.End);
        if (_metrics.Count > 0) (_probedKl, _fractionAtStart) = (_metrics[^1].Kl.Value, Fraction(_metrics[^1]));
        logger.LogInformation("PPO goes on after step {Step}, kept in a checkpoint.", trainer.StepsMade);
    }

    private PpoState State =>
        new(trainer.KlCoefficient, trainer.ScoreScale, _next.Value, _collapsed, _points, _end);

    private void Keep() => checkpoints?.Write(trainer.StepsMade, State, _metrics, trainer.Save); // PPO detail 27

    private void KeepAfter(Exception fault)
    {
        if (trainer.IsBetweenSteps && _points.Count > 0)
            checkpoints?.WriteAfter(fault, trainer.StepsMade, State, _metrics, trainer.Save, logger);
    }
}
