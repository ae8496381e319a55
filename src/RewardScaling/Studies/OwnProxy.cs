using RewardScaling.Models;
using RewardScaling.Numerics;

namespace RewardScaling.Studies;

/// <summary>A proxy of the caller's, optimised against beside the trained ones: a heuristic, a model from elsewhere.</summary>
/// <param name="Name">Its name in reports; a run folder knows it by that alone.</param>
/// <param name="Model">The model; the same rollout must always get the same score. With cells side by side it is asked from
/// several threads.</param>
public sealed record OwnProxy(string Name, IRewardModel Model)
{
    /// <summary>A proxy behind a server of the plan.</summary>
    internal OwnProxy(RewardServer server, IRewardModel model) : this(server.ToString(), model) => Server = server;

    /// <summary>The server, where it is one of the plan's.</summary>
    internal RewardServer? Server { get; }

    internal void Require(Faults faults, string name)
    {
        faults.Require(!string.IsNullOrEmpty(Name), $"{name}.{nameof(Name)}", $"'{Name}'", "a name");
        faults.Require(Model is not null, $"{name}.{nameof(Model)}", "null", "given");
    }
}
