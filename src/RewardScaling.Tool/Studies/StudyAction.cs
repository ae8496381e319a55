namespace RewardScaling.Tool.Studies;

/// <summary>What <c>study</c> is to do with a plan.</summary>
internal enum StudyAction
{
    /// <summary>Run it and write its report.</summary>
    Run,

    /// <summary>Make one cell.</summary>
    Cell,

    /// <summary>Say what it will cost.</summary>
    DryRun,

    /// <summary>Say how far it has come.</summary>
    Status,

    /// <summary>Say which cells may run when.</summary>
    Levels,

    /// <summary>Print it.</summary>
    PrintPlan,

    /// <summary>Print what plans may say.</summary>
    Schema,
}
