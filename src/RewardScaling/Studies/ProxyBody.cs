using RewardScaling.Models;
using RewardScaling.Numerics;

namespace RewardScaling.Studies;

/// <summary>What a proxy begins as: a network of a size with random weights, or the policy's trunk under a new head.</summary>
/// <param name="Size">The size; the policy's for its trunk.</param>
/// <param name="FrozenBlocks">How many of the trunk's lower blocks are kept; null for a network of its own.</param>
internal sealed record ProxyBody(NetworkSize Size, int? FrozenBlocks)
{
    /// <summary>The proxies' bodies, in the order of the plan: sizes, then trunks.</summary>
    public static IEnumerable<ProxyBody> Of(StudyPlan plan, TransformerShape policy) =>
    [
        .. plan.ProxySizes.Select(static size => new ProxyBody(size, null)),
        .. plan.ProxyTrunks.Select(frozen => new ProxyBody(new(policy.Width, policy.Layers, policy.Heads), frozen)),
    ];

    /// <summary>A name for files, of a proxy with this body.</summary>
    public string Key(int comparisons, int seed) => FormattableString.Invariant(
        $"{(FrozenBlocks is { } frozen ? $"trunk{frozen}" : $"w{Size.Width}-l{Size.Layers}")}-c{comparisons}-s{seed}");

    /// <summary>A network that is still to be trained.</summary>
    public ITrainableRewardModel Create(StudyRun run, INetwork policy, RandomStream weights)
    {
        if (FrozenBlocks is not { } frozen) return run.Engine.CreateRewardModel(Size.Shape(run.Vocabulary, run.Context), weights);
        var network = run.Engine.CreateRewardModel(policy, weights);
        try
        {
            network.Freeze(frozen);
            return network;
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }
}
