using RewardScaling.BestOfN;
using RewardScaling.Models;
using RewardScaling.Numerics;
using RewardScaling.Policies;
using RewardScaling.Ppo;
using RewardScaling.RewardModels;
using RewardScaling.TorchSharp;
using TorchSharp;
using static System.FormattableString;

namespace RewardScaling.Samples.OwnNetwork;

/// <summary>The whole way with recurrent networks in both roles: pre-training, comparisons, a proxy, best-of-n and PPO.</summary>
internal sealed class Experiment
{
    private const int PromptLength = 4, ResponseLength = 8;

    private readonly RandomStream _stream;
    private readonly SyntheticLanguage _language;
    private readonly TorchPolicy _policy;
    private readonly TorchRewardModel _proxy;
    private readonly TextWriter _output;

    private Experiment(RandomStream stream, TorchPolicy policy, TorchRewardModel proxy, TextWriter output)
    {
        (_stream, _policy, _proxy, _output) = (stream, policy, proxy, output);
        _language = new(stream.Fork("language"), letters: 16, sharpness: 1);
    }

    /// <summary>Runs it.</summary>
    /// <returns>The exit code: 0, or <see cref="OwnNetworkArguments.NotHere"/> where libtorch cannot be loaded.</returns>
    /// <exception cref="ArgumentException">There is no such device.</exception>
    public static async Task<int> RunAsync(
        OwnNetworkArguments arguments, TextWriter output, TextWriter error, CancellationToken cancellation)
    {
        TorchEngine engine;
        try
        {
            engine = new(arguments.Device, new() { Threads = arguments.Threads });
        }
        catch (InvalidOperationException fault)
        {
            error.WriteLine($"Nothing to show here: {fault.Message}");
            return OwnNetworkArguments.NotHere;
        }
        // The first weights of a module are its own, from the random numbers of libtorch.
        torch.random.manual_seed(unchecked((long)arguments.Seed));
        var stream = RandomStream.FromSeed(arguments.Seed).Fork("own network");
        var (policy, proxy) = Networks.Create(engine, stream);
        using (policy)
        using (proxy)
        {
            output.WriteLine($"On {engine.Description}");
            await new Experiment(stream, policy, proxy, output).RunAsync(cancellation);
        }
        return 0;
    }

    private async Task RunAsync(CancellationToken cancellation)
    {
        var text = new Pretrainer(new() { Steps = 200 }).Train(
            _policy, _language, _stream.Fork("windows"), cancellationToken: cancellation);
        Say($"policy, {_policy.ParameterCount} parameters: held-out loss {text.InitialHeldOutLoss.Value:F3} -> {text.HeldOutLoss.Value:F3} nats per token (entropy of the language {_language.EntropyRate:F3})");

        var sampler = new BestOfNSampler(_policy, _language.Tokenizer, new() { ResponseLength = ResponseLength });
        var pairs = await sampler.SamplePoolAsync(Prompts(3000, "pairs"), 2, _stream.Fork("pairs"), cancellationToken: cancellation);
        var gold = await GoldAsync(pairs.Rollouts, cancellation);
        var labeled = await PreferenceLabeler.LabelAsync(gold, pairs.Rollouts, cancellation);
        var comparisons = ComparisonSet.Split(labeled.Comparisons, _stream.Fork("split"));
        var trained = new RewardModelTrainer(new() { Epochs = 2 }).Train(
            _proxy, comparisons, _stream.Fork("order"), cancellationToken: cancellation);
        Say($"proxy, {_proxy.ParameterCount} parameters: prefers what gold prefers in {trained.HeldOut.Accuracy.Value:P1} of {trained.HeldOut.Comparisons} held-out comparisons");

        var scale = await RewardModelNormalization.MeasureAsync(_proxy, pairs.Rollouts, cancellationToken: cancellation);
        var proxy = scale.Apply(_proxy);
        var pool = await sampler.SamplePoolAsync(Prompts(128, "pool"), 64, _stream.Fork("pool"), cancellationToken: cancellation);
        double[] byProxy = await sampler.ScoreAsync(pool, proxy, cancellationToken: cancellation);
        double[] byGold = await sampler.ScoreAsync(pool, gold, cancellationToken: cancellation);
        var curve = BestOfNCurve.From(pool.Scored(byProxy, byGold), [1, 4, 16, 64]);
        foreach (var point in curve.Points)
            Say($"best of {point.Effort,2}: KL {point.Kl.Value,5:F2} nats, proxy {point.Proxy.Value,6:F2}, gold {point.Gold.Value,6:F2}");
        await ImproveAsync(proxy, gold, cancellation);
    }

    private async Task ImproveAsync(IRewardModel proxy, IRewardModel gold, CancellationToken cancellation)
    {
        var options = new PpoOptions
        {
            RolloutsPerStep = 64,
            MaximumSteps = 30,
            LearningRate = 2e-3,
            Minibatches = 2,
            WarmUpSteps = 0,
        };
        using var result = await new PpoTrainer(options).TrainAsync(
            new()
            {
                InitialPolicy = _policy,
                Proxy = proxy,
                Tokenizer = _language.Tokenizer,
                Prompts = stream => new(_language.TrainingWindow(PromptLength, stream), PromptLength),
                ResponseLength = ResponseLength,
            },
            new()
            {
                Gold = gold,
                Prompts = Prompts(256, "evaluation"),
                Schedule = new() { MaximumStepsBetween = 10 },
                CrossCheckKl = false,
            },
            _stream.Fork("ppo"), cancellationToken: cancellation);
        foreach (var point in result.Curve.Points)
            Say($"PPO step {point.Effort,2}: KL {point.Kl.Value,5:F2} nats, proxy {point.Proxy.Value,6:F2}, gold {point.Gold.Value,6:F2}");
    }

    // A style that is good up to a point, measured in deviations of what the policy writes.
    private async Task<IRewardModel> GoldAsync(Rollouts rollouts, CancellationToken cancellation)
    {
        var style = new TokenStyle(16, _stream.Fork("style"));
        var scale = await RewardModelNormalization.MeasureAsync(style, rollouts, cancellationToken: cancellation);
        return new ModeratedRewardModel(scale.Apply(style), limit: 1.6, fall: 1);
    }

    private TokenBatch Prompts(int count, string purpose) =>
        _language.Prompts(count, PromptLength, _stream.Fork(purpose).Fork("prompts"));

    private void Say(FormattableString line) => _output.WriteLine(Invariant(line));
}
