namespace RewardScaling.Studies;

/// <summary>Where a study stands.</summary>
/// <param name="Stage">The stage, such as "pre-train the policy".</param>
/// <param name="StageNumber">The stage's number, from 1.</param>
/// <param name="Stages">How many stages there are.</param>
/// <param name="Fraction">How much of the stage is done, in [0, 1].</param>
/// <param name="Detail">What can be said of it now, such as a loss or a rate; may be empty.</param>
public sealed record StudyProgress(string Stage, int StageNumber, int Stages, double Fraction, string Detail)
{
    /// <summary>Whether the stage is finished.</summary>
    public bool IsFinished => Fraction >= 1;
}
