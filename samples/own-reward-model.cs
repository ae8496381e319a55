#:project ../src/RewardScaling/RewardScaling.csproj
// A reward model of your own, optimised by best-of-n and by PPO to a KL budget, with another one looking on as gold.
//   dotnet run samples/own-reward-model.cs
using RewardScaling.BestOfN;
using RewardScaling.Cpu;
using RewardScaling.Curves;
using RewardScaling.Divergence;
using RewardScaling.Models;
using RewardScaling.Numerics;
using RewardScaling.Policies;
using RewardScaling.Ppo;
using RewardScaling.RewardModels;

// What is optimised, and what counts: the proxy likes 'a' without end, gold likes three of them.
IRewardModel proxy = RewardModel.FromText(response => response.Count(c => c == 'a'));
IRewardModel gold = RewardModel.FromText(response => -Math.Abs(response.Count(c => c == 'a') - 3));

RandomStream stream = RandomStream.FromSeed(1);
var language = new SyntheticLanguage(stream.Fork("language"), letters: 12, sharpness: 1);
using ITrainablePolicy policy = new CpuEngine().CreatePolicy(
    new() { Vocabulary = 12, Context = 16, Width = 32, Layers = 1, Heads = 2 }, stream.Fork("policy"));
Console.WriteLine(new Pretrainer(new() { Steps = 150 }).Train(policy, language, stream.Fork("windows")));

// Best-of-n: a pool of 64 answers to each prompt, scored by both.
var sampler = new BestOfNSampler(policy, language.Tokenizer, new() { ResponseLength = 12 });
TokenBatch prompts = language.Prompts(200, 4, stream.Fork("prompts"));
RolloutPool pool = await sampler.SamplePoolAsync(prompts, samplesPerPrompt: 64, stream.Fork("pool"));
RewardCurve best = BestOfNCurve.From(
    pool.Scored(await sampler.ScoreAsync(pool, proxy), await sampler.ScoreAsync(pool, gold)), n: [1, 4, 16, 64]);

// PPO until the policy is 6 nats from where it began, or after 60 steps.
var options = new PpoOptions { KlBudget = new KlNats(6), MaximumSteps = 60, RolloutsPerStep = 64, LearningRate = 1e-3 };
using PpoResult result = await new PpoTrainer(options).TrainAsync(
    new()
    {
        InitialPolicy = policy,                  // a copy is trained
        Proxy = proxy,
        Tokenizer = language.Tokenizer,
        Prompts = draw => new(language.TrainingWindow(4, draw), promptLength: 4),
        ResponseLength = 12,
    },
    new() { Gold = gold, Prompts = prompts }, stream.Fork("ppo"));

foreach (RewardPoint point in best.Points) Show($"best of {point.Effort}", point);
foreach (RewardPoint point in result.Curve.Points) Show($"PPO step {point.Effort}", point);
Console.WriteLine($"Best-of-n: {MeasuredPeak.Of(best)}");
Console.WriteLine($"PPO ({result.Stop}): {MeasuredPeak.Of(result.Curve)}");

static void Show(string what, RewardPoint point) =>
    Console.WriteLine($"{what,-12} KL {point.Kl.Value:F2} nats, proxy {point.Proxy:F2}, gold {point.Gold:F2}");

// Prints: ^best of 64 +KL 3\.17
// Prints: ^PPO \(KlBudget\)
