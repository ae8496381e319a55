using RewardScaling.Studies.Cells;

namespace RewardScaling.Studies;

/// <summary>The six stages that people know a study by, and the kinds of cells in each.</summary>
internal static class StudyStages
{
    public const int Count = 6;

    /// <summary>The number of the stage a cell belongs to, from 1.</summary>
    public static int Of(StudyCellKind kind) => kind switch
    {
        StudyCellKind.Policy => 1,
        StudyCellKind.Gold => 2,
        StudyCellKind.Comparisons => 3,
        StudyCellKind.Proxy or StudyCellKind.Ensemble => 4,
        StudyCellKind.Ppo => 6,
        _ => 5,
    };

    /// <summary>The stage as something that is done.</summary>
    public static string Doing(int stage) => stage switch
    {
        1 => "make the initial policy",
        2 => "make the gold reward model",
        3 => "label comparisons by gold",
        4 => "train the proxies",
        5 => "best-of-n",
        _ => "PPO",
    };

    /// <summary>The stage as a name in documents.</summary>
    public static string Name(int stage) => stage switch
    {
        1 => "policy",
        2 => "gold",
        3 => "comparisons",
        4 => "proxies",
        5 => "best-of-n",
        _ => "ppo",
    };
}
