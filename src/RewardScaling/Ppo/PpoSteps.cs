using RewardScaling.Models;
using RewardScaling.Numerics;

namespace RewardScaling.Ppo;

/// <summary>
/// The steps of PPO: collect rollouts, turn proxy scores into advantages, move the weights. Knows no gold reward. All state that
/// outlives a step is here: the policy with its optimizer, <see cref="StepsMade"/>, <see cref="KlCoefficient"/>,
/// <see cref="ScoreScale"/>.
/// </summary>
internal sealed class PpoSteps(PpoProblem problem, PpoOptions options, RandomStream stream, TimeProvider clock) : IDisposable
{
    private const string PolicyFile = "policy.safetensors", CriticFile = "critic.safetensors";

    private readonly RolloutWork _work = new(problem, options, options.Temperature, TokenCut.None);
    private readonly PolicyOutputs _outputs = new(), _gradients = new(), _criticOutputs = new(), _criticGradients = new();
    private readonly ITrainablePolicy? _critic = problem.Critic?.Clone();
    private readonly StepTally _tally = new();
    private SampledBatch? _rollouts;
    private double[] _scores = [], _rewards = [], _advantages = [], _returns = [], _minibatchAdvantages = [];
    private float[] _referenceLogProbs = [];
    private double _lossCoefficient;
    private Estimate _kl, _proxy;
    private TimeSpan _collecting;

    /// <summary>The policy being trained, a copy of the initial one.</summary>
    public ITrainablePolicy Policy { get; } = problem.InitialPolicy.Clone();

    /// <summary>How many steps have moved the weights.</summary>
    public int StepsMade { get; private set; }

    /// <summary>β of the next step.</summary>
    public double KlCoefficient { get; private set; } = options.KlCoefficient;

    /// <summary>What scores are divided by.</summary>
    public double ScoreScale { get; private set; } = 1;

    /// <summary>Whether the weights stand between two steps and not inside one: only then can they be kept.</summary>
    public bool IsBetweenSteps { get; private set; } = true;

    /// <summary>Writes the networks with their optimizers.</summary>
    public void Save(string folder)
    {
        Policy.SaveTraining(Path.Combine(folder, PolicyFile));
        _critic?.SaveTraining(Path.Combine(folder, CriticFile));
    }

    /// <summary>Takes over what <see cref="Save"/> wrote.</summary>
    public void RestoreNetworks(string folder)
    {
        Policy.RestoreTraining(Path.Combine(folder, PolicyFile));
        _critic?.RestoreTraining(Path.Combine(folder, CriticFile));
    }

    /// <summary>Takes over the rest of a run that was kept.</summary>
    public void Restore(PpoState state, int stepsMade) =>
        (StepsMade, KlCoefficient, ScoreScale) = (stepsMade, state.KlCoefficient, state.ScoreScale);

    /// <summary>
    /// Writes and scores the rollouts of the next step and says how far the policy now is from the initial one.
    /// </summary>
    public async ValueTask<Estimate> CollectAsync(CancellationToken cancellationToken)
    {
        long begun = clock.GetTimestamp();
        int step = StepsMade + 1, count = options.RolloutsPerStep;
        RandomStream promptStream = stream.Fork("prompts").Fork(step), rolloutStream = stream.Fork("rollouts").Fork(step);
        var prompts = new TokenSequence[count];
        var streams = new RandomStream[count];
        for (int i = 0; i < count; i++)
        {
            prompts[i] = problem.Prompts(promptStream.Fork(i));
            streams[i] = rolloutStream.Fork(i); // PPO detail 1
            RequirePrompt(prompts[i], step, i);
        }
        _rollouts = await _work.SampleAsync(Policy, new(prompts), streams, step, cancellationToken).ConfigureAwait(false);
        var tokens = _rollouts.Tokens;
        if (_critic is not null) _rollouts = _rollouts with { Values = CriticValues(tokens, step, cancellationToken) };
        _scores = await _work.ScoreAsync(problem.Proxy, tokens, "proxy", step, cancellationToken).ConfigureAwait(false);
        _proxy = RolloutWork.MeanScore(_scores, tokens);
        var probed = count <= options.KlProbeRollouts ? tokens : tokens.Slice(0, options.KlProbeRollouts);
        _kl = StepsMade == 0 && problem.Reference is null ? Estimate.Exact(0)
            : _work.MeanKl(Policy, problem.ReferencePolicy, probed, step, cancellationToken);
        _collecting = clock.GetElapsedTime(begun);
        return _kl;
    }

    /// <summary>Moves the weights by the rollouts collected.</summary>
    public PpoStepMetrics Update(CancellationToken cancellationToken)
    {
        long begun = clock.GetTimestamp();
        var rollouts = _rollouts ?? throw new InvalidOperationException("There are no rollouts; collect them first.");
        int step = StepsMade + 1, tokens = rollouts.Tokens.TotalResponseTokens;
        double learningRate = options.LearningRateAt(step), coefficient = KlCoefficient;
        IsBetweenSteps = false;
        MakeAdvantages(rollouts, step, cancellationToken);
        double explained = ExplainedVariance(rollouts.Values, _returns.AsSpan(0, tokens));
        if (options.AdvantageWhitening == AdvantageWhitening.Step)
            Whitening.Apply(_advantages.AsSpan(0, tokens), keepMean: false);
        _tally.Clear();
        for (int epoch = 0; epoch < options.Epochs; epoch++)
        {
            RunEpoch(rollouts, step, epoch, learningRate, cancellationToken);
            if (_tally.StepKl / _tally.EpochTokens > options.StepKlLimit) break; // PPO detail 19
        }
        _rollouts = null;
        IsBetweenSteps = true;
        StepsMade = step;
        KlCoefficient = options.KlController.Next(coefficient, _kl, options.RolloutsPerStep);
        if (!double.IsFinite(KlCoefficient) || KlCoefficient < 0)
        {
            throw new PpoFaultException(step, "KL coefficient",
                FormattableString.Invariant($"{options.KlController.GetType().Name} made it {KlCoefficient}; it must be finite and at least 0."));
        }
        double seconds = (_collecting + clock.GetElapsedTime(begun)).TotalSeconds;
        return new()
        {
            Step = step,
            Proxy = _proxy,
            Kl = _kl,
            StepKl = _tally.StepKl / _tally.EpochTokens,
            ClipFraction = (double)_tally.Clipped / _tally.Tokens,
            Entropy = _tally.Entropy / _tally.Tokens,
            PolicyLoss = _tally.PolicyLoss / _tally.Tokens,
            ValueLoss = _tally.ValueLoss / _tally.Tokens,
            ExplainedVariance = explained,
            GradientNorm = _tally.GradientNorm / _tally.OptimizerSteps,
            FirstLogRatio = _tally.FirstLogRatio,
            Epochs = _tally.Epochs,
            LearningRate = learningRate,
            KlCoefficient = coefficient,
            ResponseLength = (double)tokens / rollouts.Tokens.Count,
            MissingEndFraction = MissingEnds(rollouts.Tokens) / (double)rollouts.Tokens.Count,
            TokensPerSecond = seconds > 0 ? tokens / seconds : 0,
        };
    }

    /// <summary>Gives the critic back; the policy belongs to the result.</summary>
    public void DisposeCritic() => _critic?.Dispose();

    /// <inheritdoc/>
    public void Dispose()
    {
        Policy.Dispose();
        DisposeCritic();
    }

    private float[] CriticValues(TokenBatch batch, int step, CancellationToken cancellationToken)
    {
        var values = new float[batch.TotalResponseTokens];
        for (int start = 0; start < batch.Count; start += options.SamplingBatchRollouts)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var piece = batch.Slice(start, Math.Min(options.SamplingBatchRollouts, batch.Count - start));
            _critic!.Evaluate(piece, _criticOutputs);
            _work.RequireFinite(_criticOutputs.Values, piece, step, "value");
            _criticOutputs.Values.CopyTo(values.AsSpan(batch.ResponseOffsets[start]));
        }
        return values;
    }

    private bool MissesEnd(TokenBatch batch, int rollout) => problem.EndToken is { } end && batch.Response(rollout)[^1] != end;

    private int MissingEnds(TokenBatch batch) => Enumerable.Range(0, batch.Count).Count(i => MissesEnd(batch, i));

    private void MakeAdvantages(SampledBatch rollouts, int step, CancellationToken cancellationToken)
    {
        var batch = rollouts.Tokens;
        int tokens = batch.TotalResponseTokens;
        if (_rewards.Length < tokens)
        {
            _rewards = new double[tokens];
            _advantages = new double[tokens];
            _returns = new double[tokens];
            _minibatchAdvantages = new double[tokens];
        }
        var rewards = _rewards.AsSpan(0, tokens);
        if (step == 1 && options.ScoreScaling == ScoreScaling.InitialDeviation) ScoreScale = Deviation(_scores);
        foreach (ref double score in _scores.AsSpan())
            score = Math.Clamp(score / ScoreScale, -options.ScoreClip, options.ScoreClip); // PPO detail 5
        for (int i = 0; i < _scores.Length; i++)
            if (MissesEnd(batch, i)) _scores[i] -= options.MissingEndPenalty; // PPO detail 2
        bool inLoss = options.KlPlacement == KlPlacement.Loss;
        _lossCoefficient = inLoss ? KlCoefficient : 0;
        _referenceLogProbs = KlCoefficient > 0 ? _work.ReferenceLogProbs(batch, step, cancellationToken).ToArray() : [];
        double inReward = inLoss ? 0 : KlCoefficient;
        KlReward.Compute(rollouts.LogProbs, _referenceLogProbs, _scores, batch.ResponseOffsets, inReward, rewards);
        if (options.RewardWhitening) Whitening.Apply(rewards, keepMean: true); // PPO detail 6
        GeneralizedAdvantage.Compute(rewards, rollouts.Values, batch.ResponseOffsets, options.Discount, options.Lambda,
            _advantages.AsSpan(0, tokens), _returns.AsSpan(0, tokens));
    }

    private void RunEpoch(SampledBatch rollouts, int step, int epoch, double learningRate, CancellationToken cancellationToken)
    {
        _tally.BeginEpoch();
        int count = rollouts.Tokens.Count;
        int[] order = stream.Fork("shuffle").Fork(step).Fork(epoch).Permutation(count); // PPO detail 13
        for (int m = 0; m < options.Minibatches; m++)
        {
            int from = (int)((long)count * m / options.Minibatches), to = (int)((long)count * (m + 1) / options.Minibatches);
            RunMinibatch(rollouts, order.AsSpan(from..to), step, isFirst: epoch == 0 && m == 0, cancellationToken);
            try
            {
                _tally.GradientNorm += Policy.Step(options.Optimizer, learningRate);
                _critic?.Step(options.Optimizer, learningRate);
            }
            catch (NotFiniteNumberException failure) // PPO detail 25
            {
                string where = FormattableString.Invariant($"epoch {epoch + 1}, minibatch {m + 1}");
                throw new PpoFaultException(step, "gradient", $"{where}: {failure.Message}", failure);
            }
            _tally.OptimizerSteps++;
        }
        _tally.Epochs++;
    }

    private void RunMinibatch(
        SampledBatch rollouts, ReadOnlySpan<int> members, int step, bool isFirst, CancellationToken cancellationToken)
    {
        var offsets = rollouts.Tokens.ResponseOffsets;
        int tokens = 0;
        foreach (int i in members)
        {
            _advantages.AsSpan(offsets[i]..offsets[i + 1]).CopyTo(_minibatchAdvantages.AsSpan(tokens));
            tokens += offsets[i + 1] - offsets[i];
        }
        var advantages = _minibatchAdvantages.AsSpan(0, tokens);
        if (options.AdvantageWhitening == AdvantageWhitening.Minibatch) Whitening.Apply(advantages, keepMean: false);
        for (int start = 0; start < members.Length; start += options.MicroBatchRollouts)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var piece = members.Slice(start, Math.Min(options.MicroBatchRollouts, members.Length - start)); // PPO detail 14
            var batch = rollouts.Tokens.Select(piece);
            Policy.Forward(batch, _outputs, options.Temperature); // PPO detail 3
            _work.RequireFinite(_outputs.LogProbs, batch, step, "log-probability");
            _work.RequireFinite(_outputs.Entropies, batch, step, "entropy");
            _critic?.Forward(batch, _criticOutputs);
            _work.RequireFinite(Valuing.Values, batch, step, "value");
            _gradients.Reset(batch.TotalResponseTokens);
            Differentiate(rollouts, piece, advantages, tokens, isFirst);
            if (_critic is not null)
            {
                _criticGradients.Reset(batch.TotalResponseTokens);
                _gradients.Values.CopyTo(_criticGradients.Values);
                _gradients.Values.Clear();
                _critic.Backward(_criticGradients);
            }
            Policy.Backward(_gradients);
            advantages = advantages[batch.TotalResponseTokens..];
        }
    }

    // Whose value head is the critic.
    private PolicyOutputs Valuing => _critic is null ? _outputs : _criticOutputs; // PPO detail 11

    // loss = mean over the minibatch's tokens of surrogate + c_V value loss - c_H entropy (+ β KL, if it is in the loss): the
    // micro-batch has no part in it.
    private void Differentiate(
        SampledBatch rollouts, ReadOnlySpan<int> members, ReadOnlySpan<double> advantages, int minibatchTokens, bool isFirst)
    {
        var offsets = rollouts.Tokens.ResponseOffsets;
        double weight = 1.0 / minibatchTokens; // PPO detail 12
        Span<float> logProbs = _outputs.LogProbs, entropies = _outputs.Entropies, values = Valuing.Values;
        Span<float> byLogProb = _gradients.LogProbs, byEntropy = _gradients.Entropies, byValue = _gradients.Values;
        byEntropy.Fill((float)(-options.EntropyCoefficient * weight));
        int at = 0;
        foreach (int i in members)
        {
            for (int t = offsets[i]; t < offsets[i + 1]; t++, at++)
            {
                double logNew = logProbs[at], logOld = rollouts.LogProbs[t];
                var policy = PpoLoss.Token(logNew, logOld, advantages[at], options.ClipRange, options.DualClip);
                var value = ValueLoss.Token(values[at], rollouts.Values[t], _returns[t], options.ValueClipRange);
                double slope = policy.Derivative;
                if (_lossCoefficient > 0)
                    slope += _lossCoefficient * KlLoss.Token(logNew, logOld, _referenceLogProbs[t]).Derivative;
                byLogProb[at] = (float)(slope * weight);
                byValue[at] = (float)(options.ValueCoefficient * value.Derivative * weight);
                _tally.Add(policy, value, entropies[at], StepKl.Token(logNew, logOld));
                if (isFirst) _tally.FirstLogRatio = Math.Max(_tally.FirstLogRatio, Math.Abs(logNew - logOld)); // PPO detail 15
            }
        }
    }

    private void RequirePrompt(TokenSequence prompt, int step, int rollout)
    {
        string? fault = prompt.Tokens.IsEmpty ? "is empty" : prompt.ResponseLength > 0 ? "already has a response"
            : prompt.PromptLength + problem.ResponseLength > problem.InitialPolicy.ContextLength
                ? $"has {prompt.PromptLength} tokens, which with a response of {problem.ResponseLength} "
                    + $"outgrow the context of {problem.InitialPolicy.ContextLength}"
                : null;
        if (fault is not null) throw new PpoFaultException(step, "prompt", $"the prompt of rollout {rollout} {fault}.");
    }

    private static double ExplainedVariance(ReadOnlySpan<float> values, ReadOnlySpan<double> returns)
    {
        double meanReturn = 0, meanError = 0, total = 0, left = 0;
        for (int t = 0; t < returns.Length; t++)
        {
            meanReturn += returns[t];
            meanError += returns[t] - values[t];
        }
        meanReturn /= returns.Length;
        meanError /= returns.Length;
        for (int t = 0; t < returns.Length; t++)
        {
            double error = returns[t] - values[t] - meanError;
            total += (returns[t] - meanReturn) * (returns[t] - meanReturn);
            left += error * error;
        }
        return total > 0 ? 1 - left / total : 0;
    }

    // Scores that are all alike teach nothing; dividing them by 1 says so without a NaN.
    private static double Deviation(ReadOnlySpan<double> scores)
    {
        double mean = 0, squares = 0;
        foreach (double score in scores) mean += score;
        mean /= scores.Length;
        foreach (double score in scores) squares += (score - mean) * (score - mean);
        double deviation = Math.Sqrt(squares / scores.Length);
        return deviation > 0 ? deviation : 1;
    }
}
