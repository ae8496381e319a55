namespace RewardScaling.Tool.Studies;

/// <summary>What <c>study</c> is to do with a plan.</summary>
internal enum StudyAction
{
    /// <summary>Run it and write its report.</summary>
    Run,

    /// <summary>Make some cells.</summary>
    Cells,

    /// <summary>Say what it will cost.</summary>
    DryRun,
}
