using RewardScaling.Models;
using RewardScaling.Numerics;

namespace RewardScaling.Studies;

/// <summary>The prompts of a study as tokens: those that best-of-n and PPO are evaluated on, and those everything else draws
/// from.</summary>
internal abstract class StudyPrompts
{
    /// <summary>What they are, for reports.</summary>
    public abstract string Description { get; }

    /// <summary>A hash of all that prompts are drawn from.</summary>
    public abstract string ContentHash { get; }

    /// <summary>Whether so few prompts are drawn so often that one of them has many responses.</summary>
    public abstract bool Repeat { get; }

    /// <summary>The prompts to evaluate on.</summary>
    /// <param name="stream">What the choice depends on, alone.</param>
    public abstract TokenBatch Evaluation(RandomStream stream);

    /// <summary>One of the prompts to train on.</summary>
    /// <param name="stream">What the draw depends on, alone.</param>
    public abstract TokenSequence Next(RandomStream stream);

    /// <summary>Some of the prompts to train on.</summary>
    /// <param name="count">How many, at least 1.</param>
    /// <param name="stream">Prompt i is drawn from <c>stream.Fork(i)</c>.</param>
    public TokenBatch Draw(int count, RandomStream stream) =>
        new([.. Enumerable.Range(0, count).Select(i => Next(stream.Fork(i)))]);
}
