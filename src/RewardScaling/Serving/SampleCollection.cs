using RewardScaling.BestOfN;

namespace RewardScaling.Serving;

/// <summary>Samples that were collected, with their scores.</summary>
public sealed record SampleCollection
{
    internal SampleCollection(string path, IReadOnlyList<ScoredPrompt> prompts, long found, long asked, TimeSpan elapsed) =>
        (Path, Prompts, Found, Asked, Elapsed) = (path, prompts, found, asked, elapsed);

    /// <summary>The file: JSON lines in the order of prompts and samples, for <c>analyse</c> and whoever reads JSON.</summary>
    public string Path { get; }

    /// <summary>The scores, for <see cref="BestOfNCurve"/>.</summary>
    public IReadOnlyList<ScoredPrompt> Prompts { get; }

    /// <summary>How many samples were there already.</summary>
    public long Found { get; }

    /// <summary>How many were drawn and scored now.</summary>
    public long Asked { get; }

    /// <summary>How long that took.</summary>
    public TimeSpan Elapsed { get; }

    /// <summary>How much there is.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"{Path}: {Found + Asked} samples of {Prompts.Count} prompts, {Found} found and {Asked} collected in {Elapsed.TotalSeconds:F1} s");
}
