using System.Security.Cryptography;
using RewardScaling.Cpu;
using RewardScaling.Curves;
using RewardScaling.Models;
using RewardScaling.Numerics;
using RewardScaling.Policies;
using RewardScaling.Ppo;
using RewardScaling.RewardModels;

namespace RewardScaling.Interrupted;

/// <summary>A policy learns a language, a reward model comparisons, and PPO raises the one by the other.</summary>
/// <param name="folder">Where checkpoints and networks are kept.</param>
/// <param name="begun">Called after the first step made in this process.</param>
public sealed class Trainings(string folder, Action begun) : IDisposable
{
    private const int Letters = 6, PromptLength = 3, ResponseLength = 5, Context = PromptLength + ResponseLength;

    private static readonly RandomStream Stream = RandomStream.FromSeed(41);

    private readonly SyntheticLanguage _language = new(Stream.Fork("language"), Letters);
    private readonly CpuEngine _engine = new(threads: 1);
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private bool _begun;

    /// <summary>Runs what is not finished yet; gives a digest of weights, moments, curve and metrics.</summary>
    public async Task<string> RunAsync()
    {
        Directory.CreateDirectory(folder);
        using var policy = _engine.CreatePolicy(Shape(width: 16), Stream.Fork("policy"));
        Pretrain(policy);
        using var proxy = _engine.CreateRewardModel(Shape(width: 8), Stream.Fork("proxy"));
        Teach(proxy);
        await TrainAsync(policy, proxy);
        return Convert.ToHexStringLower(_hash.GetHashAndReset());
    }

    public void Dispose() => _hash.Dispose();

    private static TransformerShape Shape(int width) =>
        new() { Vocabulary = Letters, Context = Context, Width = width, Layers = 1, Heads = 2 };

    private CheckpointOptions Checkpoints(string name) => new() { Folder = Path.Combine(folder, name), StepsBetween = 1 };

    private void Pretrain(ITrainablePolicy policy)
    {
        var options = new PretrainingOptions { Steps = 20, BatchSize = 8, HeldOutWindows = 8, StepsPerEvaluation = 6 };
        var result = new Pretrainer(options).Train(policy, _language, Stream.Fork("windows"), Checkpoints("policy"),
            new Begun<PretrainingProgress>(this));
        Digest(policy.SaveTraining);
        Digest($"{result.InitialHeldOutLoss} {result.HeldOutLoss} {result.Tokens} {string.Join(' ', result.Losses.Select(Bits))}");
    }

    private void Teach(ITrainableRewardModel model)
    {
        var comparisons = new List<Comparison>();
        for (int i = 0; i < 120; i++)
        {
            int[] better = _language.TrainingWindow(Context, Stream.Fork("comparisons").Fork(i)), worse = [.. better];
            worse[^1] = (worse[^1] + 1) % Letters;
            comparisons.Add(new(new(better, PromptLength), new(worse, PromptLength)));
        }
        var options = new RewardModelTrainingOptions { BatchSize = 16, Epochs = 3, StepsPerEvaluation = 4, Patience = 3 };
        var result = new RewardModelTrainer(options).Train(model, ComparisonSet.Split(comparisons, Stream), Stream.Fork("order"),
            Checkpoints("proxy"), new Begun<RewardModelTrainingProgress>(this));
        Digest(model.SaveTraining);
        Digest($"{result.HeldOut.Loss} {string.Join(' ', result.Losses.Select(Bits))} {string.Join(' ', result.HeldOutLosses)}");
    }

    private async Task TrainAsync(ITrainablePolicy policy, ITrainableRewardModel proxy)
    {
        var options = new PpoOptions
        {
            RolloutsPerStep = 16,
            MaximumSteps = 20,
            LearningRate = 3e-3,
            KlCoefficient = 0.05,
            KlController = new AdaptiveKlController { Target = new(0.5), Horizon = 200 },
            ScoreScaling = ScoreScaling.InitialDeviation,
            KlProbeRollouts = 8,
        };
        using var result = await new PpoTrainer(options).TrainAsync(
            new()
            {
                InitialPolicy = policy,
                Proxy = proxy,
                Tokenizer = _language.Tokenizer,
                Prompts = stream => new(_language.TrainingWindow(PromptLength, stream), PromptLength),
                ResponseLength = ResponseLength,
            },
            new()
            {
                Gold = RewardModel.FromText(static text => text.Count(static letter => letter == 'a')),
                Prompts = _language.Prompts(8, PromptLength, Stream.Fork("evaluation")),
                Schedule = new() { DenseStep = 0.05, MaximumStepsBetween = 5 },
            },
            Stream.Fork("ppo"), Checkpoints("ppo"), new Begun<PpoProgress>(this));
        Digest(result.Policy.SaveTraining);
        foreach (RewardPoint point in result.Curve.Points)
            Digest($"{point.Effort} {Bits(point.Kl.Value)} {Bits(point.Proxy.Value)} {Bits(point.Gold.StandardError)}");
        foreach (PpoStepMetrics step in result.Metrics) Digest($"{step with { TokensPerSecond = 0 }} {Bits(step.KlCoefficient)}");
    }

    private static string Bits(double value) => BitConverter.DoubleToInt64Bits(value).ToString("x16");

    private void Digest(string text) => _hash.AppendData(System.Text.Encoding.UTF8.GetBytes(text));

    private void Digest(Action<string> save)
    {
        string path = Path.Combine(folder, "digest.safetensors");
        save(path);
        _hash.AppendData(File.ReadAllBytes(path));
    }

    private sealed class Begun<T>(Trainings trainings) : IProgress<T>
    {
        public void Report(T value)
        {
            if (trainings._begun) return;
            trainings._begun = true;
            trainings.ToldBegun();
        }
    }

    private void ToldBegun() => begun();
}
