namespace RewardScaling.Studies;

/// <summary>The stages of a study in the order they run.</summary>
internal enum StudyStage
{
    Policy = 1,
    Gold,
    Comparisons,
    Proxies,
    BestOfN,
    Ppo,
}
