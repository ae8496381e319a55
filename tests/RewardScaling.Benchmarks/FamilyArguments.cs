namespace RewardScaling.Benchmarks;

/// <summary>What the command line of <c>families</c> asks for.</summary>
internal sealed record FamilyArguments
{
    public const string Help = """
        families [options]: real families with random weights, float32: both engines here beside eager PyTorch, HF generate and llama.cpp;
                             training on 4 sequences of 64 tokens, drawing from 32 sequences
          --shapes NAMES       gpt2 (124 million parameters), qwen2 (0.5 billion) or both, separated by a comma (default both)
          --threads NUMBERS    threads of all, separated by a comma (default 1,2)
          --folder DIR         where the models are written, and read again by the next run (default families)
          --engines NAMES      of cpu, torch, and bf16 and torch-bf16, the same with weights in bfloat16, drawing only (default all)
          --python FILE        the interpreter that runs families_peer.py, with torch, transformers, gguf and llama-server (default none)
          --seen-as DIR        the folder as that interpreter sees it, where it runs in a root of its own; families_peer.py lies there
          --mode NAME          quick (default: 8 tokens to each sequence) or whole (64 tokens)
          --batches N          batches and training steps that are timed, at least, after one that is not (default 3)
          --seconds N          how long to go on with more of them (default 5)
        """;

    private static readonly string[] s_engines = ["cpu", "bf16", "torch", "torch-bf16"];

    public IReadOnlyList<FamilyShape> Shapes { get; private init; } = FamilyShape.All;

    public IReadOnlyList<int> Threads { get; private init; } = [1, 2];

    public string Folder { get; private init; } = "families";

    public IReadOnlyList<string> Engines { get; private init; } = s_engines;

    public string? Python { get; private init; }

    public string? SeenAs { get; private init; }

    public bool IsWhole { get; private init; }

    /// <summary>Tokens drawn for each sequence.</summary>
    public int Tokens => IsWhole ? 64 : 8;

    /// <summary>Batches that are timed, at least.</summary>
    public int Batches { get; private init; } = 3;

    /// <summary>How long to go on with more.</summary>
    public double Seconds { get; private init; } = 5;

    /// <summary>Reads options.</summary>
    /// <exception cref="ArgumentException">An option that does not exist, or a value that does not fit it.</exception>
    public static FamilyArguments Parse(ReadOnlySpan<string> arguments) => OptionReader.Read(
        arguments, new FamilyArguments(), Help, static (parsed, option, value) => option switch
        {
            "--shapes" => parsed with { Shapes = [.. value.Split(',').Select(FamilyShape.Of)] },
            "--threads" => parsed with { Threads = [.. value.Split(',').Select(number => OptionReader.Count(option, number))] },
            "--folder" => parsed with { Folder = value },
            "--engines" => parsed with { Engines = EnginesOf(value) },
            "--python" => parsed with { Python = OptionReader.ExistingFile(option, value) },
            "--seen-as" => parsed with { SeenAs = value },
            "--mode" => parsed with { IsWhole = ModeOf(value) },
            "--batches" => parsed with { Batches = OptionReader.Count(option, value) },
            "--seconds" => parsed with { Seconds = OptionReader.Seconds(option, value) },
            _ => null,
        });

    private static bool ModeOf(string value) => value switch
    {
        "quick" => false,
        "whole" => true,
        _ => throw new ArgumentException($"--mode {value} must be quick or whole."),
    };

    private static string[] EnginesOf(string value) => value.Split(',') is var names
        && names.All(s_engines.Contains) ? names
        : throw new ArgumentException($"--engines {value} must be of {string.Join(", ", s_engines)}.");
}
