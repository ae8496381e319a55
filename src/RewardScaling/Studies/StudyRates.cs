using RewardScaling.Models;
using RewardScaling.Numerics;
using RewardScaling.Studies.Cells;

namespace RewardScaling.Studies;

/// <summary>How many tokens a second each network of a plan goes through on this machine, measured with random weights.</summary>
internal sealed class StudyRates
{
    // Long enough to tell rates apart on a busy machine, short enough for a dozen networks.
    private static readonly TimeSpan s_long = TimeSpan.FromSeconds(0.15);

    private const int Sequences = 64;

    // Operations of one measurement: some seconds on one core.
    private const double Most = 1e11;

    private static readonly NetworkSize s_writer = new(8, 1, 1);

    private readonly Dictionary<(WorkKind, bool, NetworkSize), double> _tokensPerSecond = [];

    /// <summary>Tokens a second of some work; 0 where it is not known.</summary>
    public double Of(Work work) => work.Size is null ? 0 : _tokensPerSecond.GetValueOrDefault((work.Kind, work.IsPolicy,
        work.Size));

    private static bool IsTooLarge(StudyRun run, NetworkSize size, bool isPolicy) =>
        2.0 * CellCosts.Parameters(run, size, isPolicy) * Sequences * run.Context > Most;

    /// <summary>Measures the networks of some work; of those too large for it nothing is known.</summary>
    public static async Task<StudyRates> MeasureAsync(StudyRun run, IEnumerable<Work> works, TimeProvider time,
        CancellationToken cancellationToken)
    {
        var rates = new StudyRates();
        var prompts = run.Prompts.Draw(Sequences, RandomStream.FromSeed(1));
        RandomStream[] streams = [.. Enumerable.Range(0, Sequences).Select(static i => RandomStream.FromSeed(2).Fork(i))];
        foreach (var network in works.Where(static work => work.Size is not null).GroupBy(static work =>
            (work.IsPolicy, Size: work.Size!)))
        {
            if (IsTooLarge(run, network.Key.Size, network.Key.IsPolicy)) continue;
            var kinds = network.Select(static work => work.Kind).Distinct().ToArray();
            var shape = network.Key.Size.Shape(run.Vocabulary, run.Context);
            // What a reward model reads does not matter, so a small policy writes it.
            using var policy = run.Engine.CreatePolicy(network.Key.IsPolicy ? shape : s_writer.Shape(run.Vocabulary, run.Context),
                RandomStream.FromSeed(3));
            var sampled = (await policy.SampleAsync(prompts, run.Sampling, streams, cancellationToken)
                .ConfigureAwait(false)).Tokens;
            using var model = network.Key.IsPolicy ? null : run.Engine.CreateRewardModel(shape, RandomStream.FromSeed(4));
            foreach (var kind in kinds)
            {
                cancellationToken.ThrowIfCancellationRequested();
                int tokens = kind == WorkKind.Sample ? sampled.TotalResponseTokens : sampled.TotalTokens;
                rates._tokensPerSecond[(kind, network.Key.IsPolicy, network.Key.Size)] =
                    await RateAsync(() => WorkAsync(kind, policy, model, sampled), tokens).ConfigureAwait(false);
            }
        }
        return rates;

        async Task WorkAsync(WorkKind kind, ITrainablePolicy policy, ITrainableRewardModel? model, TokenBatch batch)
        {
            var options = new AdamWOptions();
            if (kind == WorkKind.Sample) _ = await policy.SampleAsync(prompts, run.Sampling, streams, cancellationToken)
                .ConfigureAwait(false);
            else if (model is not null)
            {
                var scores = new float[batch.Count];
                if (kind == WorkKind.Read) model.Score(batch, scores);
                else
                {
                    model.Forward(batch, scores);
                    model.Backward(scores);
                    model.Step(options, 1e-6);
                }
            }
            else
            {
                var outputs = new PolicyOutputs();
                if (kind == WorkKind.Read) policy.Evaluate(batch, outputs);
                else
                {
                    policy.Forward(batch, outputs);
                    var gradients = new PolicyOutputs();
                    gradients.Reset(batch.TotalResponseTokens);
                    gradients.LogProbs.Fill(1e-3f);
                    policy.Backward(gradients);
                    policy.Step(options, 1e-6);
                }
            }
        }

        async Task<double> RateAsync(Func<Task> work, int tokens)
        {
            await work().ConfigureAwait(false);
            long start = time.GetTimestamp();
            int times = 0;
            do
            {
                await work().ConfigureAwait(false);
                times++;
            }
            while (time.GetElapsedTime(start) < s_long);
            return tokens * (double)times / time.GetElapsedTime(start).TotalSeconds;
        }
    }
}
