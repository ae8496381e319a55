namespace RewardScaling.Benchmarks;

/// <summary>What the command line of <c>scaling</c> asks for.</summary>
internal sealed record ScalingArguments
{
    public const string Help = """
        scaling [options]: time per token of the CPU engine against width, layers, context, batch and threads, with exponents
          --seconds S          seconds of each point (default 1)
          --svg FILE           writes the plots
        """;

    public double Seconds { get; private init; } = 1;

    public string? Svg { get; private init; }

    /// <summary>Reads options.</summary>
    /// <exception cref="ArgumentException">An option that does not exist, or a value that does not fit it.</exception>
    public static ScalingArguments Parse(ReadOnlySpan<string> arguments) => OptionReader.Read(
        arguments, new ScalingArguments(), Help, static (parsed, option, value) => option switch
        {
            "--seconds" => parsed with { Seconds = OptionReader.Seconds(option, value) },
            "--svg" => parsed with { Svg = value },
            _ => null,
        });
}
