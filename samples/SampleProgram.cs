using System.CommandLine;
using RewardScaling.Ppo;

namespace RewardScaling.Samples;

/// <summary>What the programs of the samples have in common: bad input is one line, and Ctrl-C is heard.</summary>
internal static class SampleProgram
{
    // After Ctrl-C: work ends its piece, which on a slow machine takes longer than the two seconds that are usual.
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);

    /// <summary>Reads the command line and runs the program.</summary>
    /// <typeparam name="TArguments">What the command line says.</typeparam>
    /// <param name="args">The command line.</param>
    /// <param name="command">The command that reads it.</param>
    /// <param name="run">The program; it gives its exit code.</param>
    /// <param name="stopped">What is said after Ctrl-C; null for that alone.</param>
    /// <param name="output">Where help goes; null for the console.</param>
    /// <param name="error">Where faults go; null for the console.</param>
    /// <returns>The program's exit code, 2 for bad input, 130 where it was stopped by Ctrl-C; a fault of the program is
    /// thrown.</returns>
    public static async Task<int> RunAsync<TArguments>(
        string[] args, Func<Func<TArguments, CancellationToken, Task<int>>, RootCommand> command,
        Func<TArguments, CancellationToken, Task<int>> run, Func<TArguments, string>? stopped = null,
        TextWriter? output = null, TextWriter? error = null)
    {
        error ??= Console.Error;
        // A training works without ever waiting: only on a thread of its own does it leave this one free to hear Ctrl-C.
        var parsed = command((arguments, cancellation) => Task.Run(async () =>
        {
            try
            {
                return await run(arguments, cancellation);
            }
            catch (OperationCanceledException)
            {
                error.WriteLine();
                error.WriteLine($"Stopped. {stopped?.Invoke(arguments)}".TrimEnd());
                return 130;
            }
            catch (Exception fault) when (IsDocumented(fault))
            {
                error.WriteLine(Words(fault));
                return 2;
            }
        }, CancellationToken.None)).Parse(args);
        if (parsed.Errors.Count == 0)
        {
            return await parsed.InvokeAsync(new()
            {
                Output = output ?? Console.Out,
                Error = error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = s_patience,
            });
        }
        foreach (var fault in parsed.Errors) error.WriteLine(fault.Message);
        error.WriteLine("--help lists the options.");
        return 2;
    }

    // What the library's documentation says of bad input, disks and trainings that leave the real line; all else is a fault of
    // the program.
    private static bool IsDocumented(Exception fault) => fault is ArgumentException or IOException or InvalidDataException
        or UnauthorizedAccessException or PpoFaultException or NotFiniteNumberException;

    // ".. (Parameter 'x')", and on a line of its own the value once more, are for programmers.
    private static string Words(Exception fault) =>
        fault is ArgumentException { ParamName: { } name }
        && fault.Message.IndexOf($" (Parameter '{name}')", StringComparison.Ordinal) is > 0 and var end
            ? fault.Message[..end] : fault.Message;
}
