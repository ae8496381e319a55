namespace RewardScaling.Benchmarks;

/// <summary>What the command line of <c>tokenizers</c> asks for.</summary>
internal sealed record TokenizerArguments
{
    public const string Help = """
        tokenizers --folder DIR [--text FILE]: every tokenizer of a folder beside what the library tokenizers says of its texts
          --folder DIR         KIND.tokenizer.json and KIND.texts.jsonl, made by tests/RewardScaling.HuggingFace.Tests/ReferenceData/make_references.py
          --text FILE          also how many MB/s of this text (UTF-8) each of them encodes and decodes, line by line, on one core
        """;

    public string Folder { get; private init; } = "";

    public string? Text { get; private init; }

    /// <summary>Reads options.</summary>
    /// <exception cref="ArgumentException">An option that does not exist, or a folder or file that does not.</exception>
    public static TokenizerArguments Parse(ReadOnlySpan<string> arguments)
    {
        var parsed = OptionReader.Read(arguments, new TokenizerArguments(), Help, static (parsed, option, value) => option switch
        {
            "--folder" => parsed with { Folder = value },
            "--text" => parsed with { Text = OptionReader.ExistingFile(option, value) },
            _ => null,
        });
        return Directory.Exists(parsed.Folder) ? parsed : throw new ArgumentException($"--folder {parsed.Folder}: there is no such folder.\n{Help}");
    }
}
