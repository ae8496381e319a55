using System.ComponentModel;
using RewardScaling.Numerics;

namespace RewardScaling.Models;

/// <summary>
/// Networks that begin with another's trunk: embeddings, blocks and last normalisation, under heads of their own.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class Trunks
{
    /// <summary>A reward model with the trunk of another network and a new head, as Stiennon et al. 2020 (arXiv:2009.01325) start
    /// theirs from the supervised policy.</summary>
    /// <param name="engine">The engine of both.</param>
    /// <param name="trunk">The network whose trunk is copied; it is not changed.</param>
    /// <param name="initialization">Where the first values of the head come from: N(0, 1 / (width + 1)).</param>
    /// <param name="readout">Where the head is read.</param>
    public static ITrainableRewardModel CreateRewardModel(this IEngine engine, INetwork trunk, RandomStream initialization,
        RewardReadout readout = RewardReadout.LastToken)
    {
        ArgumentNullException.ThrowIfNull(engine);
        ArgumentNullException.ThrowIfNull(trunk);
        var model = engine.CreateRewardModel(trunk.Shape with { Readout = readout }, initialization);
        model.SetWeights(Of(trunk));
        return model;
    }

    /// <summary>The parameters of a network but for its heads.</summary>
    /// <param name="network">The network.</param>
    internal static IEnumerable<NamedTensor> Of(INetwork network)
    {
        var heads = NetworkParameter.PolicyHeads(network.Shape).Concat(NetworkParameter.RewardHeads).Select(static head =>
            head.Name + ".");
        return network.Weights().Where(tensor => !heads.Any(head => tensor.Name.StartsWith(head, StringComparison.Ordinal)));
    }
}
