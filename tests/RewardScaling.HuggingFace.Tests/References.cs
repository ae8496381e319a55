using RewardScaling.Benchmarks;
using RewardScaling.Tests;

namespace RewardScaling.HuggingFace.Tests;

/// <summary>Small tokenizers with the settings of well-known families, and what tokenizers 0.23.1 says of some texts.</summary>
internal static class References
{
    private static readonly Dictionary<string, Lazy<TokenizerReference>> Read = Kinds().ToDictionary(
        static kind => kind, static kind => new Lazy<TokenizerReference>(() => TokenizerReference.Read(Folder, kind)));

    /// <summary>Their kinds.</summary>
    public static IReadOnlyList<string> Kinds() => TokenizerReference.Kinds(Folder);

    /// <summary>One of them.</summary>
    public static TokenizerReference Of(string kind) => Read[kind].Value;

    private static string Folder => Path.Combine(Repository.Root, "tests/RewardScaling.HuggingFace.Tests/ReferenceData");
}
