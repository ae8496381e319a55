#:project ../src/RewardScaling/RewardScaling.csproj
#:project ../src/RewardScaling.HuggingFace/RewardScaling.HuggingFace.csproj
// A real model folder (config.json, *.safetensors, tokenizer.json), as transformers saves it: loaded, sampled, saved again.
//   dotnet run samples/model-folder.cs [models/pythia-70m]      without a folder: a small one that is made here
using RewardScaling.BestOfN;
using RewardScaling.Cpu;
using RewardScaling.HuggingFace;
using RewardScaling.Models;
using RewardScaling.Numerics;
using RewardScaling.Policies;
using RewardScaling.RewardModels;

var engine = new CpuEngine();
RandomStream stream = RandomStream.FromSeed(1);
string folder = args.Length > 0 ? args[0] : Toy();
using (ModelFolder opened = ModelFolder.Open(folder)) Console.WriteLine(opened);
ITokenizer tokenizer = File.Exists(Path.Combine(folder, "tokenizer.json")) ? HuggingFaceTokenizer.FromFile(folder) : new ByteTokenizer();

using ITrainablePolicy policy = engine.LoadPolicy(folder);
Console.WriteLine($"{policy.ParameterCount:N0} parameters, context {policy.ContextLength}");
TokenBatch prompts = Prompts.Encode(["The capital of France is"], tokenizer, longest: 64);
IRewardModel brevity = RewardModel.FromText(response => -response.Trim().Length);
var sampler = new BestOfNSampler(policy, tokenizer, new() { ResponseLength = 16 });
foreach (BestOfNChoice choice in await sampler.SelectAsync(prompts, n: 4, brevity, stream.Fork("answers")))
    Console.WriteLine($"score {choice.Score} of sample {choice.Sample}");

// A reward model with the same trunk and a new head is what one trains on preferences (docs/models.md).
using ITrainableRewardModel model = engine.CreateRewardModel(policy, stream.Fork("head"));
string saved = Path.Combine(Path.GetTempPath(), $"reward-scaling-{Environment.ProcessId}");
ModelFolder.Save(policy, saved);                 // transformers loads it again
Console.WriteLine($"saved: {string.Join(", ", Directory.GetFiles(saved).Select(Path.GetFileName).Order())}");
Directory.Delete(saved, recursive: true);
if (args.Length == 0) Directory.Delete(folder, recursive: true);

string Toy()
{
    string path = Directory.CreateTempSubdirectory("toy-model-").FullName;
    using ITrainablePolicy toy = engine.CreatePolicy(
        new() { Vocabulary = 256, Context = 64, Width = 32, Layers = 2, Heads = 2, Biases = new() { Head = false } },
        stream.Fork("toy"));
    ModelFolder.Save(toy, path);
    return path;
}

// Prints: parameters, context 64
// Prints: ^score -?[0-9]+ of sample [0-3]
// Prints: ^saved: config\.json, model\.safetensors
