namespace RewardScaling.Tool;

/// <summary>The program. Exit codes: 0 done, 1 a fault of the program, 2 bad input, 130 stopped by Ctrl-C.</summary>
internal static class Program
{
    private static Task<int> Main(string[] args) =>
        CommandLine.RunAsync(args, new(Console.Out, Console.Error) { Live = !Console.IsOutputRedirected });
}
