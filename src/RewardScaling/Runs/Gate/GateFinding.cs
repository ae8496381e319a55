namespace RewardScaling.Runs;

/// <summary>One thing that the gate found.</summary>
/// <param name="Subject">What it is about.</param>
/// <param name="Ruling">What follows from it.</param>
/// <param name="Sentence">What was found and what to do, in one sentence that ends in a full stop.</param>
public sealed record GateFinding(GateSubject Subject, GateRuling Ruling, string Sentence)
{
    /// <summary>The points it is about, from 0 in the run's order.</summary>
    /// <value>Default empty: all of them.</value>
    public IReadOnlyList<int> Points { get; init; } = [];

    /// <summary>The sentence.</summary>
    public override string ToString() => Sentence;
}
