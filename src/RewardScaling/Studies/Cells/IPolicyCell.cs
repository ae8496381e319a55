using RewardScaling.Models;

namespace RewardScaling.Studies.Cells;

/// <summary>A cell that leaves a policy: an initial one, or the one a run of PPO ended with.</summary>
internal interface IPolicyCell
{
    /// <summary>The size; null where it is not one of the plan's.</summary>
    NetworkSize? Size { get; }

    /// <summary>How many numbers it holds, known without making it.</summary>
    long Parameters(StudyFolder folder);

    /// <summary>Loads the policy; the caller disposes of it. The cell is whole.</summary>
    ITrainablePolicy Load(StudyRun run, StudyFolder folder);
}
