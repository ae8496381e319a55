using RewardScaling.BestOfN;
using RewardScaling.Models;
using RewardScaling.Numerics;

namespace RewardScaling.Studies;

/// <summary>What the cells of one study seed share: plan, inputs, random numbers, and the engine that a cell is made
/// with.</summary>
/// <param name="plan">The plan, with the seed of this study.</param>
/// <param name="inputs">What it works on.</param>
/// <param name="engine">What makes and runs the networks.</param>
internal sealed class StudyRun(StudyPlan plan, StudyInputs inputs, IEngine engine)
{
    public StudyPlan Plan { get; } = plan;

    public StudyInputs Inputs { get; } = inputs;

    public IEngine Engine { get; } = engine;

    public ITokenizer Tokenizer => Inputs.Tokenizer;

    public StudyPrompts Prompts => Inputs.Prompts;

    public int Context => Plan.PromptLength + Plan.ResponseLength;

    public int Vocabulary => Tokenizer.VocabularySize;

    public SamplingOptions Sampling => Plan.PolicyServer?.Sampling(Plan.ResponseLength, Inputs.EndToken)
        ?? new() { ResponseLength = Plan.ResponseLength, EndToken = Inputs.EndToken };

    /// <summary>The prompts best-of-n and PPO are evaluated on; neither trains on them.</summary>
    public TokenBatch EvaluationPrompts => Prompts.Evaluation(Stream("evaluation prompts"));

    /// <summary>The random numbers of one purpose.</summary>
    public RandomStream Stream(string purpose) => RandomStream.FromSeed(Plan.Seed).Fork(purpose);

    /// <summary>Samples and scores with the policy.</summary>
    public BestOfNSampler Sampler(IPolicy policy) => new(policy, Tokenizer, Sampling);

    /// <summary>The same on another engine: cells side by side have one each.</summary>
    public StudyRun On(IEngine other) => ReferenceEquals(other, Engine) ? this : new(Plan, Inputs, other);
}
