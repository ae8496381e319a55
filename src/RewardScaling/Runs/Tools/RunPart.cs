namespace RewardScaling.Runs.Tools;

/// <summary>The rows of one run.</summary>
/// <param name="Label">What tells it from the other runs of its file; empty for the only one.</param>
/// <param name="Table">Its rows.</param>
/// <param name="Notes">What was left out or put together, a sentence each.</param>
internal sealed record RunPart(string Label, RunTable Table, IReadOnlyList<string> Notes)
{
    /// <summary>How to keep this part alone, for a message.</summary>
    public string Choice { get; init; } = "";

    public RunPart Named(string label, string choice) => this with
    {
        Label = Label.Length == 0 ? label : $"{Label}, {label}",
        Choice = string.Join(' ', new[] { Choice, choice }.Where(static one => one.Length > 0)),
    };
}
