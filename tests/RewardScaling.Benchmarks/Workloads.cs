using System.Diagnostics;
using RewardScaling.Models;
using RewardScaling.Numerics;

namespace RewardScaling.Benchmarks;

/// <summary>The peer's five workloads on an engine of this library.</summary>
internal sealed class Workloads : IDisposable
{
    /// <summary>Pairs of a training step of the reward model.</summary>
    public const int Pairs = 64;

    private static readonly AdamWOptions Optimizer = new(), PpoTrainer = new() { Epsilon = 1e-5 };
    private readonly WorkloadShape _shape;
    private readonly ITrainablePolicy _policy, _reference;
    private readonly ITrainableRewardModel _reward;
    private readonly TokenBatch _text, _prompts, _scored, _pairs, _rolls;
    private readonly PolicyOutputs _outputs = new(), _gradients = new();
    private readonly float[] _scores, _pairScores = new float[2 * Pairs], _pairGradients = new float[2 * Pairs];
    private readonly RandomStream _random = RandomStream.FromSeed(0);
    private long _draws;

    public Workloads(WorkloadShape shape, IEngine engine)
    {
        _shape = shape;
        _policy = engine.CreatePolicy(shape.Network, _random.Fork("policy"));
        _reference = _policy.Clone();
        _reward = engine.CreateRewardModel(shape.Network, _random.Fork("reward"));
        _text = Tokens("text", shape.TrainingBatch, shape.Length, 1);
        _prompts = Tokens("prompts", shape.Samples, shape.Prompt, shape.Prompt);
        _scored = Tokens("scored", shape.Samples, shape.Length, shape.Prompt);
        _pairs = Tokens("pairs", 2 * Pairs, shape.Length, shape.Prompt);
        _rolls = Tokens("rolls", shape.Rollouts, shape.Prompt, shape.Prompt);
        _scores = new float[Math.Max(shape.Samples, shape.Rollouts)];
    }

    /// <summary>Each workload: name, unit, units of one run, run.</summary>
    public IReadOnlyList<(string Name, string Unit, int Units, Action Run)> All =>
    [
        ("sft", "tokens", _shape.TrainingBatch * _shape.Length, Pretrain),
        ("sample", "tokens", _shape.Samples * _shape.Response, () => Sample(_prompts)),
        ("score", "tokens", _shape.Samples * _shape.Length, () => _reward.Score(_scored, _scores.AsSpan(0, _shape.Samples))),
        ("rm", "pairs", Pairs, TrainRewardModel),
        ("ppo", "rollouts", _shape.Rollouts, ImprovePolicy),
    ];

    /// <summary>How many numbers the policy trains.</summary>
    public long Parameters => _policy.ParameterCount;

    /// <summary>Units per second: one run to be where the last turn was, then runs for some seconds, at least two.</summary>
    public static double Rate(int units, double seconds, Action run)
    {
        run();
        long start = Stopwatch.GetTimestamp();
        for (int runs = 1; ; runs++)
        {
            run();
            double elapsed = Stopwatch.GetElapsedTime(start).TotalSeconds;
            if (elapsed > seconds && runs >= 2) return runs * units / elapsed;
        }
    }

    public void Dispose()
    {
        _policy.Dispose();
        _reference.Dispose();
        _reward.Dispose();
    }

    private TokenBatch Tokens(string purpose, int count, int length, int prompt)
    {
        var numbers = _random.Fork(purpose);
        var sequences = new TokenSequence[count];
        for (int i = 0; i < count; i++)
        {
            var tokens = new int[length];
            for (int t = 0; t < length; t++) tokens[t] = numbers.Fork(i).Below((ulong)t, _shape.Network.Vocabulary);
            sequences[i] = new(tokens, prompt);
        }
        return new(sequences);
    }

    private SampledBatch Sample(TokenBatch prompts)
    {
        var streams = new RandomStream[prompts.Count];
        for (int i = 0; i < streams.Length; i++) streams[i] = _random.Fork("draws").Fork(_draws++);
        return _policy.SampleAsync(prompts, new() { ResponseLength = _shape.Response }, streams).GetAwaiter().GetResult();
    }

    private void Pretrain()
    {
        _policy.Forward(_text, _outputs);
        _gradients.Reset(_outputs.Count);
        _gradients.LogProbs.Fill(-1f / _outputs.Count);
        _policy.Backward(_gradients);
        _policy.Step(Optimizer, 1e-4);
    }

    private void TrainRewardModel()
    {
        _reward.Forward(_pairs, _pairScores);
        for (int i = 0; i < Pairs; i++)
        {
            float slope = -1 / (1 + MathF.Exp(_pairScores[i] - _pairScores[i + Pairs])) / Pairs;
            (_pairGradients[i], _pairGradients[i + Pairs]) = (slope, -slope);
        }
        _reward.Backward(_pairGradients);
        _reward.Step(Optimizer, 1e-4);
    }

    private void ImprovePolicy()
    {
        const float Decay = 0.95f, Penalty = 0.05f;
        int length = _shape.Response, rollouts = _shape.Rollouts;
        var sampled = Sample(_rolls);
        _reference.Evaluate(sampled.Tokens, _outputs);
        var scores = _scores.AsSpan(0, rollouts);
        _reward.Score(sampled.Tokens, scores);
        float[] advantages = new float[rollouts * length], returns = new float[rollouts * length];
        for (int i = 0; i < rollouts; i++)
        {
            float last = 0;
            for (int t = length - 1; t >= 0; t--)
            {
                int at = i * length + t;
                float reward = -Penalty * (sampled.LogProbs[at] - _outputs.LogProbs[at]) + (t == length - 1 ? scores[i] : 0);
                float next = t == length - 1 ? 0 : sampled.Values[at + 1];
                advantages[at] = last = reward + next - sampled.Values[at] + Decay * last;
                returns[at] = last + sampled.Values[at];
            }
        }
        Standardize(advantages);
        for (int epoch = 0; epoch < 2; epoch++)
        {
            int[] order = _random.Fork("order").Fork(_draws).Fork(epoch).Permutation(rollouts);
            for (int part = 0; part < 4; part++) Improve(sampled, order.AsSpan(part * rollouts / 4, rollouts / 4), advantages,
                returns);
        }
    }

    private void Improve(SampledBatch sampled, ReadOnlySpan<int> rollouts, float[] advantages, float[] returns)
    {
        const float Clip = 0.2f, ValueWeight = 0.05f;
        int length = _shape.Response;
        _policy.Forward(sampled.Tokens.Select(rollouts), _outputs);
        _gradients.Reset(_outputs.Count);
        for (int i = 0; i < _outputs.Count; i++)
        {
            int at = rollouts[i / length] * length + i % length;
            float ratio = MathF.Exp(_outputs.LogProbs[i] - sampled.LogProbs[at]), advantage = advantages[at];
            bool clipped = advantage > 0 ? ratio > 1 + Clip : ratio < 1 - Clip;
            _gradients.LogProbs[i] = clipped ? 0 : -ratio * advantage / _outputs.Count;
            float value = _outputs.Values[i], old = sampled.Values[at], kept = old + Math.Clamp(value - old, -Clip, Clip);
            float error = value - returns[at], keptError = kept - returns[at];
            bool moves = error * error >= keptError * keptError;
            _gradients.Values[i] = moves ? 2 * ValueWeight * error / _outputs.Count : 0;
        }
        _policy.Backward(_gradients);
        _policy.Step(PpoTrainer, 1e-4);
    }

    private static void Standardize(Span<float> values)
    {
        double sum = 0, squares = 0;
        foreach (float value in values) sum += value;
        float mean = (float)(sum / values.Length);
        foreach (float value in values) squares += (value - mean) * (value - mean);
        float scale = (float)(1 / (Math.Sqrt(squares / (values.Length - 1)) + 1e-8));
        foreach (ref float value in values) value = (value - mean) * scale;
    }
}
