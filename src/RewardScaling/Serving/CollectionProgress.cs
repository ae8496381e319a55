namespace RewardScaling.Serving;

/// <summary>How far a collection is.</summary>
/// <param name="Done">Samples that are in the file.</param>
/// <param name="Total">Samples there will be.</param>
/// <param name="Elapsed">How long this process has been at it.</param>
/// <param name="Left">How long the rest will take, at the pace since this process began; null before its first samples.</param>
public readonly record struct CollectionProgress(long Done, long Total, TimeSpan Elapsed, TimeSpan? Left)
{
    /// <summary>In words.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"{Done} of {Total} samples after {Elapsed:hh\\:mm\\:ss}{(Left is { } left ? FormattableString.Invariant($", {left:hh\\:mm\\:ss} left") : "")}");
}
