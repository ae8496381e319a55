using RewardScaling.Cpu;
using RewardScaling.Divergence;
using RewardScaling.Studies;

namespace RewardScaling.Tests.Studies;

/// <summary>A study small enough to run whole in a test.</summary>
internal static class TinyStudy
{
    public static StudyPlan Plan { get; } = StudyPlan.Quick with
    {
        Name = "tiny",
        Policy = new(Width: 16, Layers: 1, Heads: 2),
        Pretraining = new() { Steps = 40, BatchSize = 16, HeldOutWindows = 16, StepsPerEvaluation = 20 },
        Gold = new(Width: 16, Layers: 1, Heads: 2),
        ProxySizes = [new(Width: 4, Layers: 1, Heads: 1), new(Width: 8, Layers: 1, Heads: 2)],
        Comparisons = [40, 120],
        ProxyTraining = new() { BatchSize = 16 },
        NormalizationRollouts = 128,
        EvaluationPrompts = 8,
        PoolSize = 16,
        BestOfN = [1, 2, 4, 8, 16],
        Ppo = new()
        {
            MaximumSteps = 6,
            RolloutsPerStep = 32,
            KlBudget = new KlNats(20),
            LearningRate = 1e-3,
            WarmUpSteps = 0,
            KlProbeRollouts = 16,
        },
        PpoSchedule = StudyPlan.Quick.PpoSchedule with { MaximumStepsBetween = 3 },
    };

    /// <summary>Runs the plan in a folder and gives study.json without what may differ: the times.</summary>
    public static async Task<string> RunAsync(StudyPlan plan, string folder, int threads = 1,
        IProgress<StudyProgress>? progress = null, int jobs = 1, CancellationToken cancellation = default)
    {
        var engine = new CpuEngine(threads);
        await new OveroptimizationStudy(plan, engine).RunAsync(folder, new StudyRunOptions { Jobs = jobs }, progress, cancellation);
        return await ReadAsync(folder);
    }

    /// <summary>What study.json says, without what may differ: the times.</summary>
    public static async Task<string> ReadAsync(string folder)
    {
        string json = await File.ReadAllTextAsync(Path.Combine(folder, "study.json"), CancellationToken.None);
        var tree = System.Text.Json.Nodes.JsonNode.Parse(json)!.AsObject();
        tree.Remove("timings");
        tree.Remove("engine");
        return tree.ToJsonString();
    }
}
