using RewardScaling.Models;

namespace RewardScaling.Studies.Cells;

/// <summary>A policy that answers, and what to dispose of when it has done its work.</summary>
internal sealed record LoadedPolicy(IPolicy Policy, params IReadOnlyList<IDisposable?> Owned) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var one in Owned) one?.Dispose();
    }
}
