namespace RewardScaling.Benchmarks;

/// <summary>What the command line of <c>claims</c> asks for.</summary>
internal sealed record ClaimsArguments
{
    public const string Help = """
        claims --folder DIR [--folder DIR ..]: what studies say of the papers' claims, as the table of docs/claims.md; folders of finished studies
        """;

    public IReadOnlyList<string> Folders { get; private init; } = [];

    /// <summary>Reads options.</summary>
    /// <exception cref="ArgumentException">An option that does not exist, or no folder.</exception>
    public static ClaimsArguments Parse(ReadOnlySpan<string> arguments)
    {
        var parsed = OptionReader.Read(arguments, new ClaimsArguments(), Help, static (parsed, option, value) => option switch
        {
            "--folder" => parsed with { Folders = [.. parsed.Folders, Directory.Exists(value) ? value : throw new ArgumentException($"{option} {value}: there is no such folder.")] },
            _ => null,
        });
        return parsed.Folders.Count > 0 ? parsed : throw new ArgumentException($"claims needs a --folder.\n{Help}");
    }
}
