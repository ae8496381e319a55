using System.CommandLine;
using RewardScaling.Numerics;

namespace RewardScaling.Tool;

/// <summary>How every command is run: bad input is one line, and Ctrl-C is heard.</summary>
internal static class CommandRun
{
    // After Ctrl-C: work ends its piece, which on a slow machine takes longer than the two seconds that are usual.
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);

    /// <summary>Reads the command line and runs what it names.</summary>
    /// <param name="command">The command, with its own.</param>
    /// <param name="args">The command line.</param>
    /// <param name="output">Where help goes; null for the console.</param>
    /// <param name="error">Where faults go; null for the console.</param>
    /// <returns>The exit code of the command, 2 for bad input.</returns>
    public static async Task<int> RunAsync(
        Command command, string[] args, TextWriter? output = null, TextWriter? error = null)
    {
        error ??= Console.Error;
        var parsed = command.Parse(args);
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

    /// <summary>Says what a command does once its arguments are read.</summary>
    /// <typeparam name="TCommand">The kind of command.</typeparam>
    /// <typeparam name="TArguments">What the command line says.</typeparam>
    /// <param name="command">The command.</param>
    /// <param name="read">Reads the arguments.</param>
    /// <param name="run">What it does; it gives its exit code.</param>
    /// <param name="stopped">What is said after Ctrl-C; null for that alone.</param>
    /// <param name="error">Where faults go; null for the console.</param>
    /// <returns>The command. It gives 2 for bad input and 130 where it was stopped by Ctrl-C; a fault of the program is
    /// thrown.</returns>
    public static TCommand Running<TCommand, TArguments>(
        this TCommand command, Func<ParseResult, TArguments> read, Func<TArguments, CancellationToken, Task<int>> run,
        Func<TArguments, string>? stopped = null, TextWriter? error = null)
        where TCommand : Command
    {
        // A training works without ever waiting: only on a thread of its own does it leave this one free to hear Ctrl-C.
        command.SetAction((parsed, cancellation) => Task.Run(async () =>
        {
            var arguments = read(parsed);
            TextWriter faults = error ?? Console.Error;
            try
            {
                return await run(arguments, cancellation);
            }
            catch (OperationCanceledException)
            {
                faults.WriteLine();
                faults.WriteLine($"Stopped. {stopped?.Invoke(arguments)}".TrimEnd());
                return 130;
            }
            catch (Exception fault) when (IsDocumented(fault))
            {
                faults.WriteLine(Words(fault));
                return 2;
            }
        }, CancellationToken.None));
        return command;
    }

    /// <summary>A fault as a person reads it: names of parameters, and on a line of its own the value once more, are for
    /// programmers.</summary>
    public static string Words(Exception fault) =>
        fault is ArgumentException { ParamName: { } name }
        && fault.Message.IndexOf($" (Parameter '{name}')", StringComparison.Ordinal) is > 0 and var end
            ? fault.Message[..end] : fault.Message;

    // What the library's documentation says of bad input, disks and trainings that leave the real line; all else is a fault of
    // the program.
    private static bool IsDocumented(Exception fault) => fault is ArgumentException or IOException or InvalidDataException
        or UnauthorizedAccessException or RewardScalingException or NotFiniteNumberException;
}
