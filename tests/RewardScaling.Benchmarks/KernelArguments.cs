
namespace RewardScaling.Benchmarks;

/// <summary>What the command line of <c>kernels</c> asks for.</summary>
internal sealed record KernelArguments
{
    public const string Help = """
        kernels [options]: matrix products of both shapes in GFLOP/s and as a share of the peak measured in the same run, one thread
          --seconds S          seconds of each product (default 0.5)
        """;

    public double Seconds { get; private init; } = 0.5;

    /// <summary>Reads options.</summary>
    /// <exception cref="ArgumentException">An option that does not exist, or a value that does not fit it.</exception>
    public static KernelArguments Parse(ReadOnlySpan<string> arguments) => OptionReader.Read(
        arguments, new KernelArguments(), Help, static (parsed, option, value) => option switch
        {
            "--seconds" => parsed with { Seconds = OptionReader.Seconds(option, value) },
            _ => null,
        });
}
