using RewardScaling.Models;
using RewardScaling.Numerics;

namespace RewardScaling.Ppo;

/// <summary>
/// What PPO optimises: a policy, from where it starts, against a proxy. There is no gold reward in it: see <see
/// cref="PpoEvaluation"/>.
/// </summary>
public sealed record PpoProblem
{
    /// <summary>
    /// π_init: where the run starts and, without a <see cref="Reference"/>, what KL is measured from. A copy is trained; this
    /// one's weights are not touched. Runs side by side need one each (<see cref="ITrainablePolicy.Clone"/>): a network answers
    /// one call at a time.
    /// </summary>
    public required ITrainablePolicy InitialPolicy { get; init; }

    /// <summary>
    /// What KL is measured from, in penalty, budget, schedule and curve, where that is another policy than the one the run starts
    /// from: a later round of iterated RLHF (Gao et al. 2022, section 4.3) measured from the policy of the first. Null for
    /// <see cref="InitialPolicy"/>. Its weights are not touched.
    /// </summary>
    public ITrainablePolicy? Reference { get; init; }

    internal ITrainablePolicy ReferencePolicy => Reference ?? InitialPolicy;

    /// <summary>The reward model whose score is raised; the only one the optimizer sees.</summary>
    public required IRewardModel Proxy { get; init; }

    /// <summary>What reward models read the rollouts with.</summary>
    public required ITokenizer Tokenizer { get; init; }

    /// <summary>Where the training prompts come from.</summary>
    public required PromptSampler Prompts { get; init; }

    /// <summary>How many tokens a response has, at most where there is an end token; at least 1.</summary>
    public required int ResponseLength { get; init; }

    /// <summary>The token that ends a response, its last; null where every response has the full length.</summary>
    public int? EndToken { get; init; }

    /// <summary>
    /// A network whose value head is trained instead of the policy's; a copy is trained. Null for the head on the policy's trunk.
    /// It may start from the reward model: <see cref="PpoCritic.FromRewardModel"/>.
    /// </summary>
    public ITrainablePolicy? Critic { get; init; }

    /// <summary>The name of the curve, such as "1.2k parameters, 500 comparisons".</summary>
    public string Label { get; init; } = "PPO";

    /// <summary>Faults problems that cannot be posed.</summary>
    /// <exception cref="ArgumentException">One line for every fault.</exception>
    internal void Validate()
    {
        var faults = new Faults(nameof(PpoProblem));
        faults.Require(InitialPolicy is not null, nameof(InitialPolicy), "null", "given");
        faults.Require(Proxy is not null, nameof(Proxy), "null", "given");
        faults.Require(Tokenizer is not null, nameof(Tokenizer), "null", "given");
        faults.Require(Prompts is not null, nameof(Prompts), "null", "given");
        faults.Require(Label is not null, nameof(Label), "null", "given");
        faults.Require(ResponseLength >= 1, nameof(ResponseLength), ResponseLength, "at least 1");
        bool fits = InitialPolicy is null || ResponseLength < InitialPolicy.ContextLength;
        faults.Require(fits, nameof(ResponseLength), ResponseLength,
            $"below the policy's context, {InitialPolicy?.ContextLength}, so that a prompt fits too");
        faults.Require(EndToken is null || (EndToken >= 0 && EndToken < (InitialPolicy?.VocabularySize ?? int.MaxValue)),
            nameof(EndToken), EndToken ?? 0, $"null or a token in [0, {InitialPolicy?.VocabularySize - 1}]");
        faults.Require(Reference is null || InitialPolicy is null || Reference.VocabularySize == InitialPolicy.VocabularySize,
            "Reference.VocabularySize", Reference?.VocabularySize ?? 0, $"the policy's, {InitialPolicy?.VocabularySize}");
        faults.Require(Reference is null || InitialPolicy is null || Reference.ContextLength >= InitialPolicy.ContextLength,
            "Reference.ContextLength", Reference?.ContextLength ?? 0, $"at least the policy's, {InitialPolicy?.ContextLength}");
        faults.Require(Critic is null || InitialPolicy is null || Critic.VocabularySize == InitialPolicy.VocabularySize,
            "Critic.VocabularySize", Critic?.VocabularySize ?? 0, $"the policy's, {InitialPolicy?.VocabularySize}");
        faults.Require(Critic is null || InitialPolicy is null || Critic.ContextLength >= InitialPolicy.ContextLength,
            "Critic.ContextLength", Critic?.ContextLength ?? 0, $"at least the policy's, {InitialPolicy?.ContextLength}");
        faults.ThrowIfAny();
    }
}
