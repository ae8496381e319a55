using RewardScaling.Models;

namespace RewardScaling.Studies.Cells;

/// <summary>A cell that leaves something that scores rollouts: gold or a proxy.</summary>
internal interface IScorerCell
{
    /// <summary>The size of its network; null for a model of the caller's.</summary>
    NetworkSize? ScorerSize { get; }

    /// <summary>Loads it, on the scale of the study; the caller disposes of it. The cell is whole.</summary>
    /// <param name="run">The study.</param>
    /// <param name="folder">Where the cell lies.</param>
    /// <param name="keeper">The cell that is being made with it, which keeps the scores a server has given; null for none.</param>
    LoadedScorer Load(StudyRun run, StudyFolder folder, StudyCell? keeper = null);
}

/// <summary>A reward model of a study and the networks to dispose of when it has done its work.</summary>
internal sealed record LoadedScorer(IRewardModel Scorer, params IReadOnlyList<IDisposable?> Networks) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var network in Networks) network?.Dispose();
    }
}
