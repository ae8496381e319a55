#:project ../src/RewardScaling/RewardScaling.csproj
// Does an ensemble of proxies resist better than one of them? Three proxies that saw different comparisons, and the worst case
// of the three (Coste et al. 2024, arXiv:2310.02743).
//   dotnet run samples/ensemble.cs
using RewardScaling.BestOfN;
using RewardScaling.Cpu;
using RewardScaling.Curves;
using RewardScaling.Models;
using RewardScaling.Numerics;
using RewardScaling.Policies;
using RewardScaling.RewardModels;

RandomStream stream = RandomStream.FromSeed(3);
var engine = new CpuEngine();
var language = new SyntheticLanguage(stream.Fork("language"), letters: 16, sharpness: 1);
using ITrainablePolicy policy = engine.CreatePolicy(Shape(32), stream.Fork("policy"));
new Pretrainer(new() { Steps = 150 }).Train(policy, language, stream.Fork("windows"));
var sampler = new BestOfNSampler(policy, language.Tokenizer, new() { ResponseLength = 12 });

// Gold is a fixed random network; it labels the comparisons that the proxies learn from.
using ITrainableRewardModel gold = engine.CreateRewardModel(Shape(64), stream.Fork("gold"), standardDeviation: 0.1);
var members = new List<IRewardModel>();
using var networks = new Trash();
for (int i = 0; i < 3; i++)
{
    TokenBatch asked = language.Prompts(300, 4, stream.Fork("asked").Fork(i));
    RolloutPool pairs = await sampler.SamplePoolAsync(asked, 2, stream.Fork("pairs").Fork(i));
    LabeledComparisons labels = await PreferenceLabeler.LabelAsync(gold, pairs.Rollouts);
    ITrainableRewardModel proxy = networks.Add(engine.CreateRewardModel(Shape(16), stream.Fork("proxy").Fork(i)));
    var comparisons = ComparisonSet.Split(labels.Comparisons, stream.Fork("split"));
    var trained = new RewardModelTrainer(new() { Epochs = 4 }).Train(proxy, comparisons, stream.Fork("order"));
    Console.WriteLine($"proxy {i}: {trained.HeldOut}");
    members.Add((await RewardModelNormalization.MeasureAsync(proxy, pairs.Rollouts)).Apply(proxy));   // one scale for all
}

RolloutPool pool = await sampler.SamplePoolAsync(language.Prompts(200, 4, stream.Fork("prompts")), 128, stream.Fork("pool"));
double[] good = await sampler.ScoreAsync(pool, gold);
(string Name, IRewardModel Model)[] choices = [("one", members[0]), ("mean", EnsembleRewardModel.Mean([.. members])),
    ("worst case", EnsembleRewardModel.WorstCase([.. members])), ("mean - variance", EnsembleRewardModel.UncertaintyWeighted([.. members], 0.5))];
foreach (var (name, model) in choices)
{
    RewardCurve curve = BestOfNCurve.From(pool.Scored(await sampler.ScoreAsync(pool, model), good), [1, 8, 128]);
    Console.WriteLine($"{name,-16} gold at n = 1, 8, 128: {string.Join(", ", curve.Points.Select(point => $"{point.Gold:F3}"))}");
}

static TransformerShape Shape(int width) => new() { Vocabulary = 16, Context = 16, Width = width, Layers = 1, Heads = 4 };

internal sealed class Trash : List<IDisposable>, IDisposable
{
    public T Add<T>(T item) where T : IDisposable { base.Add(item); return item; }
    public void Dispose() => ForEach(item => item.Dispose());
}

// Prints: ^worst case +gold at n = 1, 8, 128: -?[0-9.]+ ± [0-9.]+, 
