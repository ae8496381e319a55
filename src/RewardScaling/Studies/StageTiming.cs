namespace RewardScaling.Studies;

/// <summary>How long a stage took when it ran; a stage taken up from an earlier run keeps the time it took then.</summary>
/// <param name="Stage">The stage.</param>
/// <param name="Seconds">Wall-clock seconds.</param>
public sealed record StageTiming(string Stage, double Seconds)
{
    /// <summary>
    /// What computed it: the arithmetic of the engine (<see cref="Models.IEngine.Arithmetic"/>) and the version of this library,
    /// for instance "CPU, 8 x float32, RewardScaling 1.0.0". More than one where another engine took the stage up.
    /// </summary>
    public IReadOnlyList<string> MadeBy { get; init; } = [];

    /// <summary>The stage, how long it took and what computed it.</summary>
    public override string ToString() => FormattableString.Invariant($"{Stage}: {Seconds:G4} s{(MadeBy.Count == 0 ? "" : " on ")}{string.Join(" and ", MadeBy)}");
}
