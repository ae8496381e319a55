#:project ../src/RewardScaling/RewardScaling.csproj
// A policy that writes like your own text, and the best of its answers by a reward model of your own.
//   dotnet run samples/own-text-policy.cs [book.txt]
using RewardScaling.BestOfN;
using RewardScaling.Cpu;
using RewardScaling.Models;
using RewardScaling.Numerics;
using RewardScaling.Policies;
using RewardScaling.RewardModels;

string[] lines = ["the cat sat on the mat.", "the dog ran to the cat.", "a bird sang to the dog.", "the cat saw a bird."];
RandomStream stream = RandomStream.FromSeed(1);
TextCorpus corpus = args.Length > 0 ? TextCorpus.FromFile(args[0]) : TextCorpus.FromText(
    string.Join(' ', Enumerable.Range(0, 600).Select(i => lines[stream.Fork("lines").Below((ulong)i, lines.Length)])), "cats and dogs");

// Tokens are bytes. A real tokenizer is HuggingFaceTokenizer.FromFile(folder), of the package RewardScaling.HuggingFace.
using ITrainablePolicy policy = new CpuEngine().CreatePolicy(
    new() { Vocabulary = corpus.Tokenizer.VocabularySize, Context = 48, Width = 48, Layers = 2, Heads = 4 }, stream.Fork("policy"));
var trained = new Pretrainer(new() { Steps = 200, BatchSize = 16 }).Train(policy, corpus, stream.Fork("windows"),
    progress: new Progress<PretrainingProgress>(at => { if (at.Step % 50 == 0) Console.WriteLine($"step {at.Step}: loss {at.Loss:F2}"); }));
Console.WriteLine($"held-out loss {trained.InitialHeldOutLoss:F2} -> {trained.HeldOutLoss:F2} nats per token");

// Of sixteen answers to each prompt, the one with the most dogs.
IRewardModel dogs = RewardModel.FromText(response => response.Split("dog").Length - 1);
var sampler = new BestOfNSampler(policy, corpus.Tokenizer, new SamplingOptions { ResponseLength = 32 });
TokenBatch prompts = Prompts.Encode(["the cat ", "a bird "], corpus.Tokenizer, longest: 16);
foreach (BestOfNChoice choice in await sampler.SelectAsync(prompts, n: 16, dogs, stream.Fork("answers")))
    Console.WriteLine(choice);

// Prints: ^held-out loss 5\.[0-9]+ .* -> [01]\.
// Prints: ^prompt 1: sample [0-9]+, score
