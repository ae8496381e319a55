namespace RewardScaling.Numerics;

/// <summary>
/// Something that was made and is kept: a value, the files beside it, and what it was made from, all held by hashes. So nothing
/// that a later step relies on can be changed, swapped or taken from elsewhere without its reader's knowledge.
/// </summary>
/// <typeparam name="T">What the value is.</typeparam>
/// <param name="Name">Its name; a document under another name is a fault.</param>
/// <param name="Value">The value.</param>
internal sealed record Artifact<T>(string Name, T Value)
{
    /// <summary>The <see cref="Hash"/> of everything it was made from, by name.</summary>
    public IReadOnlyDictionary<string, string> Parents { get; init; } = new Dictionary<string, string>();

    /// <summary>The SHA-256 of the files beside its document, by name.</summary>
    public IReadOnlyDictionary<string, string> Files { get; init; } = new Dictionary<string, string>();

    /// <summary>What computed it, in words; more than one where another took it up.</summary>
    public IReadOnlyList<string> MadeBy { get; init; } = [];

    /// <summary>How long it took.</summary>
    public double Seconds { get; init; }

    /// <summary>
    /// The SHA-256 of name, parents, files and value: what was made, and not when or by whom. The same work again has the same.
    /// Filled in where the artifact is written or read.
    /// </summary>
    public string Hash { get; init; } = "";
}
