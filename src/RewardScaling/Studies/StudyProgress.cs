namespace RewardScaling.Studies;

/// <summary>Where a study stands.</summary>
/// <param name="Stage">The stage, such as "train the proxies": all cells that make the same kind of thing.</param>
/// <param name="StageNumber">The stage's number, from 1.</param>
/// <param name="Stages">How many stages there are.</param>
/// <param name="Fraction">How much of the stage is done, in [0, 1], by work and not by cells.</param>
/// <param name="Detail">What can be said of it now, such as a loss or a rate; may be empty.</param>
public sealed record StudyProgress(string Stage, int StageNumber, int Stages, double Fraction, string Detail)
{
    /// <summary>How much of the whole study is done, in [0, 1], by work.</summary>
    public double StudyFraction { get; init; }

    /// <summary>How long the rest of the study will take at the pace of this run so far; null where that is not known
    /// yet.</summary>
    public TimeSpan? TimeLeft { get; init; }

    /// <summary>The cell this is about.</summary>
    public string Cell { get; init; } = "";

    /// <summary>How many cells are whole.</summary>
    public int CellsWhole { get; init; }

    /// <summary>How many cells there are.</summary>
    public int Cells { get; init; }

    /// <summary>Whether the stage is finished.</summary>
    public bool IsFinished => Fraction >= 1;

    /// <summary>The stage and what it says.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"[{StudyFraction,4:P0}] {Stage} {Fraction:P0}  {Detail}");
}
