using RewardScaling.Models;
using RewardScaling.Numerics;
using RewardScaling.Policies;

namespace RewardScaling.Studies;

/// <summary>Prompts that are windows of a corpus; there are so many that those to evaluate on need not be kept apart.</summary>
internal sealed class WindowPrompts(Corpus corpus, StudyPlan plan) : StudyPrompts
{
    public override string Description => corpus.Description;

    public override string ContentHash => corpus.ContentHash;

    public override bool Repeat => false;

    public override TokenBatch Evaluation(RandomStream stream) => Draw(plan.EvaluationPrompts, stream);

    public override TokenSequence Next(RandomStream stream) =>
        new(corpus.TrainingWindow(plan.PromptLength, stream), plan.PromptLength);
}
