using RewardScaling.Curves;
using RewardScaling.Divergence;
using RewardScaling.Models;
using RewardScaling.Numerics;

namespace RewardScaling.Ppo;

/// <summary>
/// Measures a policy from outside: KL, proxy and gold on fresh rollouts of the held-out prompts. The only place that sees gold.
/// </summary>
internal sealed class PpoEvaluator
{
    private readonly PpoProblem _problem;
    private readonly PpoEvaluation _evaluation;
    private readonly RolloutWork _work;
    private readonly RandomStream _stream;
    private readonly TokenBatch _prompts;
    private readonly bool _isCut;

    public PpoEvaluator(PpoProblem problem, PpoEvaluation evaluation, PpoOptions options, RandomStream stream)
    {
        (_problem, _evaluation, _work, _stream) =
            (problem, evaluation, new(problem, options, evaluation.Temperature ?? options.Temperature, evaluation.Cut), stream);
        _isCut = evaluation.Cut.Cuts(problem.InitialPolicy.VocabularySize);
        LooksAtWhatIsTrained = !_isCut && (evaluation.Temperature ?? options.Temperature) == options.Temperature;
        var prompts = new List<TokenSequence>();
        for (int i = 0; i < evaluation.Prompts.Count; i++)
            for (int sample = 0; sample < evaluation.RolloutsPerPrompt; sample++) prompts.Add(evaluation.Prompts[i]);
        _prompts = new(prompts);
    }

    /// <summary>Whether rollouts come from the distribution that is trained: no cut, and no temperature of their own.</summary>
    public bool LooksAtWhatIsTrained { get; }

    /// <summary>Whether KL is measured from another policy than the run starts from, so that it does not start at 0.</summary>
    public bool StartsElsewhere => _problem.Reference is not null;

    /// <summary>The comparison of two estimates of the last point's KL; null where none was made.</summary>
    public KlCrossCheck? CrossCheck { get; private set; }

    /// <summary>
    /// The point of the curve where the policy is after a number of steps. The initial policy's KL is 0 by definition, unless its
    /// rollouts are cut: that moves a policy too.
    /// </summary>
    public async ValueTask<RewardPoint> MeasureAsync(ITrainablePolicy policy, int stepsMade, CancellationToken cancellationToken)
    {
        var streams = new RandomStream[_prompts.Count];
        var ofStep = _stream.Fork(stepsMade);
        for (int i = 0; i < streams.Length; i++)
            streams[i] = ofStep.Fork(i / _evaluation.RolloutsPerPrompt).Fork(i % _evaluation.RolloutsPerPrompt);
        var sampled = await _work.SampleAsync(policy, _prompts, streams, stepsMade, cancellationToken).ConfigureAwait(false);
        var rollouts = sampled.Tokens;
        var proxy = await _work.ScoreAsync(_problem.Proxy, rollouts, "proxy", stepsMade, cancellationToken).ConfigureAwait(false);
        var asked = _evaluation.Gold; // PPO detail 23
        var gold = await _work.ScoreAsync(asked, rollouts, "gold", stepsMade, cancellationToken).ConfigureAwait(false);
        CrossCheck = null;
        var kl = Estimate.Exact(0); // PPO detail 22
        if (stepsMade > 0 || _isCut || _problem.Reference is not null)
        {
            kl = _work.MeanKl(policy, _problem.ReferencePolicy, rollouts, stepsMade, cancellationToken);
            if (_evaluation.CrossCheckKl) CrossCheck = _work.CrossCheck(sampled, stepsMade, cancellationToken);
        }
        var point = new RewardPoint
        {
            Kl = kl,
            Proxy = RolloutWork.MeanScore(proxy, rollouts),
            Gold = RolloutWork.MeanScore(gold, rollouts),
            Effort = stepsMade,
        };
        _evaluation.Measured?.Invoke(point, policy);
        return point;
    }
}
