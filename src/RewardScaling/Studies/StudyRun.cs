using RewardScaling.BestOfN;
using RewardScaling.Models;
using RewardScaling.Numerics;

namespace RewardScaling.Studies;

/// <summary>What the stages of one run share: the plan, the engine, the inputs, the folder, the clock and whom to tell.</summary>
internal sealed class StudyRun(
    StudyPlan plan, IEngine engine, StudyInputs inputs, StudyFolder folder, TimeProvider time, IProgress<StudyProgress>? progress,
        CancellationToken cancellation)
{
    public StudyPlan Plan { get; } = plan;

    public IEngine Engine { get; } = engine;

    public StudyInputs Inputs { get; } = inputs;

    public ITokenizer Tokenizer => Inputs.Tokenizer;

    public StudyPrompts Prompts => Inputs.Prompts;

    public StudyFolder Folder { get; } = folder;

    public CancellationToken Cancellation { get; } = cancellation;

    public int Context => Plan.PromptLength + Plan.ResponseLength;

    public int Vocabulary => Tokenizer.VocabularySize;

    public SamplingOptions Sampling => new() { ResponseLength = Plan.ResponseLength, EndToken = Inputs.EndToken };

    /// <summary>The prompts best-of-n and PPO are evaluated on; neither trains on them.</summary>
    public TokenBatch EvaluationPrompts => Prompts.Evaluation(Stream("evaluation prompts"));

    /// <summary>The random numbers of one purpose.</summary>
    public RandomStream Stream(string purpose) => RandomStream.FromSeed(Plan.Seed).Fork(purpose);

    /// <summary>Samples and scores with the policy.</summary>
    public BestOfNOptimizer Sampler(IPolicy policy) => new(policy, Tokenizer, Sampling);

    /// <summary>What a stage took.</summary>
    public static StageTiming Timing(string stage, params IReadOnlyCollection<StudyCell> cells) =>
        new(stage, cells.Sum(static cell => cell.Seconds))
        {
            MadeBy = [.. cells.SelectMany(static cell => cell.MadeBy).Distinct()],
        };

    /// <summary>A reporter for one stage.</summary>
    public StageReporter Begin(StudyStage stage) => new(stage, time, progress);
}
