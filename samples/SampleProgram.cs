using System.CommandLine;

namespace RewardScaling.Samples;

/// <summary>What the programs of the samples have in common: bad input is one line, and Ctrl-C is heard.</summary>
internal static class SampleProgram
{
    /// <summary>Reads the command line and runs the program.</summary>
    /// <typeparam name="TArguments">What the command line says.</typeparam>
    /// <param name="args">The command line.</param>
    /// <param name="command">The command that reads it.</param>
    /// <param name="run">The program; it gives its exit code.</param>
    /// <returns>The program's exit code, 2 for bad input, 130 where it was stopped by Ctrl-C.</returns>
    public static async Task<int> RunAsync<TArguments>(
        string[] args, Func<Func<TArguments, CancellationToken, Task<int>>, RootCommand> command,
        Func<TArguments, CancellationToken, Task<int>> run)
    {
        // A training works without ever waiting: only on a thread of its own does it leave this one free to hear Ctrl-C.
        var parsed = command((arguments, cancellation) =>
            Task.Run(() => GuardedAsync(() => run(arguments, cancellation)), CancellationToken.None)).Parse(args);
        if (parsed.Errors.Count == 0) return await parsed.InvokeAsync();
        foreach (var error in parsed.Errors) Console.Error.WriteLine(error.Message);
        Console.Error.WriteLine("--help lists the options.");
        return 2;
    }

    private static async Task<int> GuardedAsync(Func<Task<int>> run)
    {
        try
        {
            return await run();
        }
        catch (OperationCanceledException)
        {
            Console.Error.WriteLine("Stopped.");
            return 130;
        }
        catch (Exception fault) when (fault is ArgumentException or IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine(fault.Message);
            return 2;
        }
    }
}
