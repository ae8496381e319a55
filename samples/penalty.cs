#:project ../src/RewardScaling/RewardScaling.csproj
// What a KL penalty does to PPO: it stops the run earlier, on the same frontier of gold against KL. samples/Penalty tests that
// over seeds.
//   dotnet run samples/penalty.cs
using RewardScaling.BestOfN;
using RewardScaling.Cpu;
using RewardScaling.Curves;
using RewardScaling.Models;
using RewardScaling.Numerics;
using RewardScaling.Policies;
using RewardScaling.Ppo;
using RewardScaling.Reports;
using RewardScaling.RewardModels;

RandomStream stream = RandomStream.FromSeed(0);
var language = new SyntheticLanguage(stream.Fork("language"), letters: 16, sharpness: 1);
using ITrainablePolicy policy = new CpuEngine().CreatePolicy(
    new() { Vocabulary = 16, Context = 16, Width = 32, Layers = 1, Heads = 4 }, stream.Fork("policy"));
new Pretrainer(new() { Steps = 200 }).Train(policy, language, stream.Fork("windows"));

// The proxy is a style without end; gold is the same style up to a point, and bad beyond it.
var sampler = new BestOfNSampler(policy, language.Tokenizer, new() { ResponseLength = 12 });
RolloutPool pool = await sampler.SamplePoolAsync(language.Prompts(1024, 4, stream.Fork("scale")), 1, stream.Fork("pool"));
var style = new TokenStyle(16, stream.Fork("style"));
IRewardModel proxy = (await RewardModelNormalization.MeasureAsync(style, pool.Rollouts)).Apply(style);
IRewardModel gold = new ModeratedRewardModel(proxy, limit: 1.6, fall: 1);

var curves = new List<PlottedCurve>();
foreach (double penalty in new[] { 0, 0.15, 0.4 })
{
    var options = new PpoOptions
    {
        KlCoefficient = penalty, MaximumSteps = 50, RolloutsPerStep = 96, Epochs = 1, Minibatches = 2, LearningRate = 1e-3,
        WarmUpSteps = 0,
    };
    using PpoResult result = await new PpoTrainer(options).TrainAsync(
        new()
        {
            InitialPolicy = policy, Proxy = proxy, Tokenizer = language.Tokenizer, ResponseLength = 12, Label = $"penalty {penalty}",
            Prompts = draw => new(language.TrainingWindow(4, draw), promptLength: 4),
        },
        new() { Gold = gold, Prompts = language.Prompts(192, 4, stream.Fork("evaluation")) }, stream.Fork("ppo"));
    RewardPoint last = result.Curve.Points[^1];
    Console.WriteLine($"penalty {penalty,-4}: ends at KL {last.Kl.Value:F1} nats, proxy {last.Proxy:F2}, gold {last.Gold:F2}; {MeasuredPeak.Of(result.Curve)}");
    curves.Add(new(result.Curve));
}
CurveFigure.Of(curves, title: "PPO under three penalties").Save("penalty.svg");

// Prints: ^penalty 0\.4 : ends at KL [0-9.]+
