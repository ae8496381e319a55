using RewardScaling.Cpu;
using RewardScaling.Models;
using RewardScaling.Numerics;
using RewardScaling.Studies;

namespace RewardScaling.Tests.Studies;

/// <summary>A study of a person's folders, small enough to run whole in a test: two random models that speak different tokens.</summary>
internal static class TinyFolders
{
    /// <summary>One that the policy says often.</summary>
    public const int EndToken = 'H';

    public static StudyPlan Plan { get; } = TinyStudy.Plan with
    {
        Name = "tiny folders",
        PromptLength = 5,
        ResponseLength = 7,
        ProxySizes = [new(Width: 4, Layers: 1, Heads: 1)],
        ProxyTrunks = [0, 1],
        Comparisons = [40],
        NormalizationRollouts = 64,
        EvaluationPrompts = 8,
        PoolSize = 8,
        BestOfN = [1, 2, 4, 8],
        Ppo = TinyStudy.Plan.Ppo with { MaximumSteps = 4, RolloutsPerStep = 16 },
    };

    /// <summary>Prompts of 1 to 5 tokens.</summary>
    public static IReadOnlyList<string> Prompts { get; } = [.. Enumerable.Range(0, 24).Select(static i => new string((char)('a' + i), 1 + i % 5))];

    /// <summary>The tokens of the policy: bytes, of which the model knows the first 128.</summary>
    public static ITokenizer PolicyTokens { get; } = new AsciiTokenizer();

    /// <summary>The tokens of gold.</summary>
    public static ITokenizer GoldTokens { get; } = new ByteTokenizer();

    /// <summary>Writes the policy's folder: a Qwen2 with a tied head, more than likely to say what it has said.</summary>
    public static string WritePolicy(string folder, ulong seed = 3, int context = 16)
    {
        using var policy = new CpuEngine(1).CreatePolicy(Shape(128, context) with { TiesHead = true }, RandomStream.FromSeed(seed));
        // Random weights of the usual size would say everything alike, and no proxy would have anything to find.
        policy.SetWeights([.. policy.Weights().Select(static tensor => new NamedTensor(tensor.Name, tensor.Shape.ToArray(),
            Array.ConvertAll(tensor.Values.ToArray(), value => tensor.Name == "embedding.token.weight" ? 20 * value : value)))]);
        ModelFolder.Save(policy, folder);
        return folder;
    }

    /// <summary>Writes gold's folder.</summary>
    public static string WriteGold(string folder, int context = 24, int vocabulary = 256)
    {
        using var gold = new CpuEngine(1).CreateRewardModel(Shape(vocabulary, context), RandomStream.FromSeed(4), standardDeviation: 0.3);
        ModelFolder.Save(gold, folder);
        return folder;
    }

    public static OveroptimizationStudy Study(IEngine engine, string policy, string gold) => new(Plan, engine,
        gold: GoldSource.FromFolder(gold, GoldTokens), policy: PolicySource.FromFolder(policy, PolicyTokens, EndToken),
        prompts: PromptSource.From("24 prompts", Prompts));

    private static TransformerShape Shape(int vocabulary, int context) => new()
    {
        Vocabulary = vocabulary,
        Context = context,
        Width = 8,
        Layers = 2,
        Heads = 4,
        KeyValueHeads = 2,
        FeedForwardWidth = 12,
        Activation = Activation.Silu,
        IsGated = true,
        Normalization = new(NormalizationKind.RootMeanSquare, 1e-6),
        Rotary = new() { Width = 2 },
        Biases = Biases.Nowhere with { QueryKeyValue = true },
    };

    private sealed class AsciiTokenizer : ITokenizer
    {
        public int VocabularySize => 128;

        public int[] Encode(string text) => [.. text.Select(static letter => (int)letter)];

        public string Decode(ReadOnlySpan<int> tokens) => string.Concat(tokens.ToArray().Select(static token => (char)token));
    }
}
