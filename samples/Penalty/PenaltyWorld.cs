using RewardScaling.BestOfN;
using RewardScaling.Cpu;
using RewardScaling.Curves;
using RewardScaling.Models;
using RewardScaling.Numerics;
using RewardScaling.Policies;
using RewardScaling.Ppo;
using RewardScaling.RewardModels;

namespace RewardScaling.Samples.Penalty;

/// <summary>
/// A small language, a policy that writes it, a style the proxy likes without end and gold only up to a limit: overoptimization
/// in a minute.
/// </summary>
internal sealed class PenaltyWorld : IDisposable
{
    private const int PromptLength = 4, ResponseLength = 12;

    private static readonly RandomStream Stream = RandomStream.FromSeed(0).Fork("penalty sample");

    private readonly SyntheticLanguage _language = new(Stream.Fork("language"), letters: 16, sharpness: 1);
    private readonly ITrainablePolicy _policy;
    private IRewardModel _proxy = null!, _gold = null!;

    private PenaltyWorld(ITrainablePolicy policy) => _policy = policy;

    /// <summary>Penalties in standard deviations of the initial proxy score per nat; none first.</summary>
    public static IReadOnlyList<double> Penalties { get; } = [0, 0.05, 0.15, 0.4];

    /// <summary>Pre-trains the policy and puts both scores on its scale.</summary>
    public static async Task<PenaltyWorld> CreateAsync(int threads, CancellationToken cancellation)
    {
        var engine = new CpuEngine(threads);
        var shape = new TransformerShape
        {
            Vocabulary = 16,
            Context = PromptLength + ResponseLength,
            Width = 32,
            Layers = 1,
            Heads = 4,
        };
        var world = new PenaltyWorld(engine.CreatePolicy(shape, Stream.Fork("policy")));
        try
        {
            new Pretrainer(new() { Steps = 200, BatchSize = 32 }).Train(
                world._policy, world._language, Stream.Fork("windows"), cancellationToken: cancellation);
            var sampler = new BestOfNSampler(
                world._policy, world._language.Tokenizer, new() { ResponseLength = ResponseLength });
            var prompts = world._language.Prompts(1024, PromptLength, Stream.Fork("scale prompts"));
            var pool = await sampler.SamplePoolAsync(prompts, 1, Stream.Fork("scale"), cancellationToken: cancellation);
            var style = new TokenStyle(16, Stream.Fork("style"));
            var scale = await RewardModelNormalization.MeasureAsync(style, pool.Rollouts, cancellationToken: cancellation);
            world._proxy = scale.Apply(style);
            world._gold = new ModeratedRewardModel(world._proxy, limit: 1.6, fall: 1);
            return world;
        }
        catch
        {
            world.Dispose();
            throw;
        }
    }

    /// <summary>One run of PPO for each seed; the seeds are the same for every penalty, so that runs can be paired. Its label is
    /// the penalty.</summary>
    public async Task<IReadOnlyList<RewardCurve>> RunAsync(double penalty, int seeds, CancellationToken cancellation)
    {
        var options = new PpoOptions
        {
            RolloutsPerStep = 96,
            Epochs = 1,
            Minibatches = 2,
            LearningRate = 1e-3,
            WarmUpSteps = 0,
            MaximumSteps = 60,
            KlCoefficient = penalty,
        };
        var curves = new List<RewardCurve>();
        for (int seed = 0; seed < seeds; seed++)
        {
            using var result = await new PpoTrainer(options).TrainAsync(
                new()
                {
                    InitialPolicy = _policy,
                    Proxy = _proxy,
                    Tokenizer = _language.Tokenizer,
                    Prompts = stream => new(_language.TrainingWindow(PromptLength, stream), PromptLength),
                    ResponseLength = ResponseLength,
                    Label = FormattableString.Invariant($"penalty {penalty}"),
                },
                new()
                {
                    Gold = _gold,
                    Prompts = _language.Prompts(192, PromptLength, Stream.Fork("evaluation")),
                    Schedule = new() { MaximumStepsBetween = 2 },
                    CrossCheckKl = false,
                },
                Stream.Fork("runs").Fork(seed), cancellationToken: cancellation);
            curves.Add(result.Curve);
        }
        return curves;
    }

    public void Dispose() => _policy.Dispose();
}
