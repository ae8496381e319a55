using RewardScaling.Models;
using RewardScaling.Numerics;

namespace RewardScaling.Studies;

/// <summary>What a proxy begins as: a network of a size with random weights, or the policy's trunk under a new head.</summary>
/// <param name="Size">The size; the policy's for its trunk.</param>
/// <param name="FrozenBlocks">How many of the trunk's lower blocks are kept; null for a network of its own.</param>
internal sealed record ProxyBody(NetworkSize Size, int? FrozenBlocks)
{
    /// <summary>The bodies of a grid's proxies: sizes, then trunks, whose size is the policy's.</summary>
    public static IEnumerable<ProxyBody> Of(StudyGrid grid, NetworkSize policy) =>
    [
        .. grid.ProxySizes.Select(static size => new ProxyBody(size, null)),
        .. grid.ProxyTrunks.Select(frozen => new ProxyBody(policy, frozen)),
    ];

    /// <summary>A name for files, of a proxy with this body.</summary>
    public string Key(int comparisons, int seed) => FormattableString.Invariant(
        $"{(FrozenBlocks is { } frozen ? $"trunk{frozen}" : $"w{Size.Width}-l{Size.Layers}")}-c{comparisons}-s{seed}");

    /// <summary>A network of its own that is still to be trained.</summary>
    public ITrainableRewardModel Create(StudyRun run, RandomStream weights) =>
        run.Engine.CreateRewardModel(Size.Shape(run.Vocabulary, run.Context), weights);

    /// <summary>The trunk of a policy under a new head, still to be trained.</summary>
    public static ITrainableRewardModel OnTrunk(StudyRun run, INetwork policy, int frozen, RandomStream weights)
    {
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
