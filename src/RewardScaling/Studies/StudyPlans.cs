using RewardScaling.Divergence;
using RewardScaling.Ppo;

namespace RewardScaling.Studies;

/// <summary>The plans that come with the library.</summary>
internal static class StudyPlans
{
    public static StudyPlan Quick { get; } = new()
    {
        Name = "quick",
        PromptLength = 4,
        ResponseLength = 12,
        Policy = new(Width: 64, Layers: 2, Heads: 4),
        Pretraining = new() { Steps = 300, BatchSize = 64 },
        Gold = new(Width: 64, Layers: 3, Heads: 4),
        LanguageSharpness = 1,
        ProxySizes = [new(Width: 16, Layers: 1, Heads: 2), new(Width: 48, Layers: 2, Heads: 2)],
        Comparisons = [300, 2200, 16000],
        ProxyTraining = new() { Epochs = 8, BatchSize = 32, LearningRate = new() { Peak = 3e-3 } },
        EvaluationPrompts = 320,
        PoolSize = 512,
        BestOfN = PowersOfTwo(512),
        Ppo = new()
        {
            RolloutsPerStep = 320,
            Epochs = 1,
            Minibatches = 2,
            LearningRate = 2e-4,
            MaximumSteps = 200,
            KlBudget = new KlNats(45),
            ScoreScaling = ScoreScaling.InitialDeviation,
        },
        PpoSchedule = new() { DenseStep = 0.2, DistanceStep = 0.4, MaximumStepsBetween = 100 },
        PpoRolloutsPerPrompt = 1,
    };

    public static StudyPlan QuickText { get; } = Quick with
    {
        Name = "quick-text",
        PromptLength = 16,
        ResponseLength = 32,
        Policy = new(Width: 96, Layers: 2, Heads: 4),
        Pretraining = new() { Steps = 1500, BatchSize = 64, Patience = 3 },
        Comparisons = [300, 1400, 6400],
        EvaluationPrompts = 64,
        PpoRolloutsPerPrompt = 2,
        PoolSize = 256,
        BestOfN = PowersOfTwo(256),
        Ppo = Quick.Ppo with { RolloutsPerStep = 128, LearningRate = 1.5e-4, MaximumSteps = 80 },
        PpoSchedule = Quick.PpoSchedule with { MaximumStepsBetween = 40 },
    };

    public static StudyPlan Full { get; } = Quick with
    {
        Name = "full",
        ProxySizes =
        [
            new(Width: 8, Layers: 1, Heads: 2), new(Width: 16, Layers: 1, Heads: 2), new(Width: 32, Layers: 2, Heads: 2),
            new(Width: 48, Layers: 2, Heads: 2),
        ],
        Comparisons = [250, 500, 1000, 2000, 4000, 8000, 16000, 32000],
        ProxySeeds = 3,
        EvaluationPrompts = 512,
        PpoRolloutsPerPrompt = 2,
        PoolSize = 4096,
        BestOfN = PowersOfTwo(4096),
    };

    public static StudyPlan FullText { get; } = QuickText with
    {
        Name = "full-text",
        ProxySizes = Full.ProxySizes,
        Comparisons = Full.Comparisons,
        ProxySeeds = Full.ProxySeeds,
        Pretraining = new() { Steps = 6000, BatchSize = 64, Patience = 5 },
        Policy = new(Width: 128, Layers: 3, Heads: 4),
        Ppo = Full.Ppo,
        PpoSchedule = Full.PpoSchedule,
        EvaluationPrompts = 256,
        PoolSize = 2048,
        BestOfN = PowersOfTwo(2048),
    };

    private static readonly int[] s_paperCounts = [500, 1000, 2000, 4000, 8000, 16_000, 32_000, 64_000, 90_000];

    /// <summary>The sizes and experiments of the paper at the scale of a laptop: seeds of whole studies, and each further axis at
    /// one size and number of comparisons.</summary>
    public static StudyPlan Paper { get; } = Full with
    {
        Name = "paper",
        StudySeeds = 3,
        ProxySeeds = 1,
        EvaluationPrompts = 320,
        PpoRolloutsPerPrompt = 1,
        PoolSize = 1024,
        BestOfN = PowersOfTwo(1024),
        Experiments =
        [
            new() { Name = "policy size", Policies = [Quick.Policy, new(96, 2, 4)], ProxySizes = [new(16, 1, 2), new(48, 2, 2)],
                Comparisons = [2000] },
            new()
            {
                Name = "KL penalty",
                ProxySizes = [new(48, 2, 2)],
                Comparisons = [2000],
                Optimizers = [StudyOptimizer.Ppo],
                KlPenalties = [new(0), new(0.01), new(0.05), new(0.2)],
            },
            new() { Name = "label noise", ProxySizes = [new(16, 1, 2), new(48, 2, 2)], Comparisons = [2000], LabelNoise = [0, 0.25] },
            new()
            {
                Name = "ensembles",
                ProxySizes = [new(16, 1, 2)],
                Comparisons = [2000],
                LabelNoise = [0, 0.25],
                ProxySeeds = 5,
                Ensembles = [new(EnsembleKind.Mean, 5), new(EnsembleKind.WorstCase, 5),
                    new(EnsembleKind.UncertaintyWeighted, 5, 0.5)],
            },
            new()
            {
                Name = "iterated",
                ProxySizes = [new(48, 2, 2)],
                Comparisons = [2000],
                Optimizers = [StudyOptimizer.Ppo],
                Rounds = new() { Count = 3, Reference = RoundReference.Previous },
            },
        ],
    };

    /// <summary>The paper's experiments at its own scale (Gao et al. 2022, section 2, appendix C and the legends of figures 1 and
    /// 10), to be priced. Sizes are shapes of GPT-3's series with about the parameters that are named. What the paper does not
    /// state is chosen here: the length of prompts, SFT's batches, prompts of the evaluation, numbers of comparisons but the
    /// largest, penalties, steps of PPO.</summary>
    public static StudyPlan PaperScale { get; } = new()
    {
        Name = "paper-scale",
        PromptLength = 256,
        ResponseLength = 256,
        Policy = new(2048, 24, 16),
        Pretraining = new() { Steps = 800, BatchSize = 32 },
        Gold = new(4096, 32, 32),
        ProxySizes =
        [
            new(256, 4, 4), new(512, 4, 8), new(512, 8, 8), new(768, 6, 12), new(768, 12, 12), new(1024, 24, 16),
                new(1536, 24, 16),
            new(2048, 24, 16), new(2560, 32, 32),
        ],
        Comparisons = [90_000],
        ProxyTraining = new() { Epochs = 1, BatchSize = 64 },
        EvaluationPrompts = 1000,
        PoolSize = 60_000,
        BestOfN = [.. PowersOfTwo(32_768), 60_000],
        Ppo = new()
        {
            RolloutsPerStep = 256,
            Epochs = 1,
            Minibatches = 128,
            MaximumSteps = 2000,
            KlBudget = new KlNats(100),
            ScoreScaling = ScoreScaling.InitialDeviation,
        },
        PpoRolloutsPerPrompt = 1,
        Experiments =
        [
            new() { Name = "comparisons", Comparisons = s_paperCounts, Optimizers = [StudyOptimizer.BestOfN] },
            new() { Name = "comparisons under PPO", ProxySizes = [new(512, 4, 8)], Comparisons = s_paperCounts, Optimizers = [StudyOptimizer.Ppo] },
            new() { Name = "policy size", Policies = [new(2048, 24, 16), new(4096, 32, 32)],
                ProxySizes = [new(512, 4, 8), new(2560, 32, 32)] },
            new()
            {
                Name = "KL penalty",
                ProxySizes = [new(2048, 24, 16)],
                Optimizers = [StudyOptimizer.Ppo],
                KlPenalties = [new(0), new(0.01), new(0.05), new(0.2)],
            },
        ],
    };

    private static int[] PowersOfTwo(int largest) =>
        [.. Enumerable.Range(0, int.Log2(largest) + 1).Select(static power => 1 << power)];
}
