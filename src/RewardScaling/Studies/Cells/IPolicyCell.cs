using RewardScaling.Models;

namespace RewardScaling.Studies.Cells;

/// <summary>A cell that leaves a policy: an initial one, or the one a run of PPO ended with.</summary>
internal interface IPolicyCell
{
    /// <summary>The size; null where it is not one of the plan's.</summary>
    NetworkSize? Size { get; }

    /// <summary>How many numbers it holds, known without making it.</summary>
    long Parameters(StudyFolder folder);

    /// <summary>Loads the network; the caller disposes of it. The cell is whole.</summary>
    /// <exception cref="InvalidOperationException">The policy is behind a server, which gives no network.</exception>
    ITrainablePolicy Load(StudyRun run, StudyFolder folder);

    /// <summary>What answers prompts for a cell that is being made, which keeps what a server has answered; the caller disposes
    /// of it. The cell is whole.</summary>
    LoadedPolicy Open(CellWork work);
}
