using System.Runtime.InteropServices;
using System.Security.Cryptography;
using RewardScaling.Models;
using RewardScaling.Numerics;
using RewardScaling.Policies;

namespace RewardScaling.Studies;

/// <summary>Prompts that were given, each as long as it is; those to evaluate on are never trained on.</summary>
internal sealed class ListedPrompts : StudyPrompts
{
    // Held-out comparisons are of prompts that are not trained on, so there must be one of each.
    private const int FewestToTrainOn = 2;

    private readonly TokenBatch _prompts;
    private readonly int[] _order;
    private readonly int _evaluation;

    /// <summary>Reads them as tokens.</summary>
    /// <exception cref="ArgumentException">Too few of them, or one that is too long.</exception>
    public ListedPrompts(TextPrompts source, ITokenizer tokenizer, StudyPlan plan)
    {
        if (source.Texts.Count < plan.EvaluationPrompts + FewestToTrainOn)
        {
            throw new ArgumentException(FormattableString.Invariant(
                $"{source.Name} has {source.Texts.Count} different prompts; the plan evaluates on {plan.EvaluationPrompts} and needs {FewestToTrainOn} or more besides. Give more prompts, or a plan with fewer EvaluationPrompts."));
        }
        try
        {
            _prompts = Prompts.Encode(source.Texts, tokenizer, plan.PromptLength);
        }
        catch (ArgumentException fault)
        {
            throw new ArgumentException($"{source.Name}: {fault.Message}", fault);
        }
        _evaluation = plan.EvaluationPrompts;
        _order = RandomStream.FromSeed(plan.Seed).Fork("listed prompts").Permutation(_prompts.Count);
        Description = FormattableString.Invariant(
            $"{source.Name} ({_prompts.Count:N0} prompts, {_prompts.Count - _evaluation:N0} of them to train on)");
    }

    public override string Description { get; }

    public override string ContentHash => field ??= Hash();

    public override bool Repeat => true;

    public override TokenBatch Evaluation(RandomStream stream) => _prompts.Select(_order.AsSpan(0, _evaluation));

    public override TokenSequence Next(RandomStream stream) =>
        _prompts[_order[_evaluation + stream.Below(0, _order.Length - _evaluation)]];

    private string Hash()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (int i = 0; i < _prompts.Count; i++)
        {
            hash.AppendData(BitConverter.GetBytes(_prompts.Sequence(i).Length));
            hash.AppendData(MemoryMarshal.AsBytes(_prompts.Sequence(i)));
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
