namespace RewardScaling.Studies.Cells;

/// <summary>What all cells of one kind cost.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Cells">How many.</param>
/// <param name="Tokens">How many tokens their networks write, read or learn from.</param>
/// <param name="Operations">About how many floating-point operations these are, as in
/// <see cref="StudyPrice.Operations"/>.</param>
/// <param name="Seconds">How long one after the other.</param>
/// <param name="Disk">Bytes they leave.</param>
/// <param name="Memory">Bytes the largest of them holds while it is made.</param>
public sealed record StudyKindPrice(StudyCellKind Kind, int Cells, double Tokens, double Operations, double Seconds,
    double Disk, double Memory)
{
    /// <summary>The kind and its price.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"{Kind}: {Cells} cells, {Tokens:G3} tokens, {StudyPrice.Time(Seconds)}, {StudyPrice.Bytes(Disk)} on disk, {StudyPrice.Bytes(Memory)} in memory");
}
