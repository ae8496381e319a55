using RewardScaling.BestOfN;
using RewardScaling.Models;
using RewardScaling.Numerics;
using RewardScaling.Policies;

namespace RewardScaling.Studies;

/// <summary>What the stages of one run share: the plan, the engine, the corpus, the folder, the clock and whom to tell.</summary>
internal sealed class StudyRun(
    StudyPlan plan, IEngine engine, Corpus corpus, StudyFolder folder, TimeProvider time, IProgress<StudyProgress>? progress,
        CancellationToken cancellation)
{
    public StudyPlan Plan { get; } = plan;

    public IEngine Engine { get; } = engine;

    public Corpus Corpus { get; } = corpus;

    public StudyFolder Folder { get; } = folder;

    public CancellationToken Cancellation { get; } = cancellation;

    public int Context => Plan.PromptLength + Plan.ResponseLength;

    public int Vocabulary => Corpus.Tokenizer.VocabularySize;

    public SamplingOptions Sampling => new() { ResponseLength = Plan.ResponseLength };

    /// <summary>The prompts best-of-n and PPO are evaluated on; neither trains on them.</summary>
    public TokenBatch EvaluationPrompts => Corpus.Prompts(Plan.EvaluationPrompts, Plan.PromptLength, Stream("evaluation prompts"));

    /// <summary>The random numbers of one purpose.</summary>
    public RandomStream Stream(string purpose) => RandomStream.FromSeed(Plan.Seed).Fork(purpose);

    /// <summary>Samples and scores with the policy.</summary>
    public BestOfNOptimizer Sampler(IPolicy policy) => new(policy, Corpus.Tokenizer, Sampling);

    /// <summary>What a stage took.</summary>
    public static StageTiming Timing(string stage, params IReadOnlyCollection<StudyCell> cells) =>
        new(stage, cells.Sum(static cell => cell.Seconds))
        {
            MadeBy = [.. cells.SelectMany(static cell => cell.MadeBy).Distinct()],
        };

    /// <summary>A reporter for one stage.</summary>
    public StageReporter Begin(StudyStage stage) => new(stage, time, progress);
}
