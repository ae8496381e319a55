namespace RewardScaling.ExtensionsAI;

/// <summary>What a judge is told and how it is asked.</summary>
public sealed record ChatJudgeOptions
{
    /// <summary>What a good response is, in words: the judge's instructions. The scale and the form of its answer are
    /// added.</summary>
    public required string Rubric { get; init; }

    /// <summary>The worst score.</summary>
    /// <value>Default 1.</value>
    public double Lowest { get; init; } = 1;

    /// <summary>The best score.</summary>
    /// <value>Default 10: a coarse scale ties many samples, and best-of-n then has a smaller KL than ln n - (n - 1)/n.</value>
    public double Highest { get; init; } = 10;

    /// <summary>The temperature of the judge.</summary>
    /// <value>Default 0, so that a score comes the same again where the client can do so.</value>
    public double Temperature { get; init; }

    /// <summary>The most tokens of its answer; null for the client's own limit.</summary>
    /// <value>Default null.</value>
    public int? MaxOutputTokens { get; init; }

    /// <summary>How often a judge is asked that answers without a score; at least 1.</summary>
    /// <value>Default 3.</value>
    public int Attempts { get; init; } = 3;

    /// <summary>How many calls may be under way; at least 1.</summary>
    /// <value>Default 8, as that of <see cref="RewardModels.RewardModel"/>.</value>
    public int CallsAtOnce { get; init; } = 8;

    /// <summary>Faults options that cannot be followed.</summary>
    /// <exception cref="ArgumentException">The first fault.</exception>
    public void Validate()
    {
        string? fault = string.IsNullOrWhiteSpace(Rubric) ? "Rubric is empty; it must say what a good response is."
            : !(Lowest < Highest && double.IsFinite(Lowest) && double.IsFinite(Highest)) ? FormattableString.Invariant($"Lowest = {Lowest} must be below Highest = {Highest}, both finite.")
            : !(Temperature >= 0 && double.IsFinite(Temperature)) ? FormattableString.Invariant($"Temperature = {Temperature} must be at least 0.")
            : MaxOutputTokens < 1 ? FormattableString.Invariant($"MaxOutputTokens = {MaxOutputTokens} must be at least 1, or null.")
            : Attempts < 1 ? FormattableString.Invariant($"Attempts = {Attempts} must be at least 1.")
            : CallsAtOnce < 1 ? FormattableString.Invariant($"CallsAtOnce = {CallsAtOnce} must be at least 1.") : null;
        if (fault is not null) throw new ArgumentException($"ChatJudgeOptions: {fault}");
    }
}
