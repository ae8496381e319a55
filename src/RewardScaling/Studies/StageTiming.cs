namespace RewardScaling.Studies;

/// <summary>How long a stage took when it ran; a stage taken up from an earlier run keeps the time it took then.</summary>
/// <param name="Stage">The stage.</param>
/// <param name="Seconds">Wall-clock seconds.</param>
public sealed record StageTiming(string Stage, double Seconds);
