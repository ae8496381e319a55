using System.CommandLine;
using System.Diagnostics;
using RewardScaling.Tool.Studies;

namespace RewardScaling.Tool.Scheduling;

/// <summary><c>submit</c>: writes a study as scripts for a scheduler and runs the one that submits them.</summary>
internal static class SubmitCommand
{
    // Scripts can be run by whoever can read the folder, as its other files.
    private const UnixFileMode Executable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    /// <summary>The command.</summary>
    public static Command Create(Surroundings surroundings) => SubmitArguments.Create().Running(SubmitArguments.Read,
        (arguments, cancellation) => RunAsync(arguments, surroundings, cancellation), error: surroundings.Error);

    private static async Task<int> RunAsync(SubmitArguments arguments, Surroundings surroundings, CancellationToken cancellation)
    {
        arguments.RequireSense();
        var sources = new StudySources(arguments.Study, surroundings.Error);
        // What has a time limit, or needs none, is not measured: the machine that submits may have no such device.
        bool isTimed = arguments.Slurm.Minutes is null && (arguments.IsSlurm || arguments.CellsPerTask is null);
        var study = sources.On(isTimed ? surroundings.Engine(arguments.Device, arguments.Cpus) : surroundings.Engine("cpu", 1));
        var price = await study.PriceAsync(arguments.Out, measure: isTimed, cancellationToken: cancellation);
        if (isTimed && arguments.IsSlurm && !price.IsComplete)
            throw new ArgumentException("Models of your own, and from folders, are not timed: say how many minutes a task may take with --time.");
        if (price.Cells == 0)
        {
            surroundings.Output.WriteLine($"Every cell is whole; {CommandLine.Name} study with the same plan and folder writes the report.");
            return 0;
        }
        // From here on the folder is that of this study, and says how far it is.
        await study.RunCellsAsync(arguments.Out, [], cancellationToken: cancellation);
        string folder = NewFolder(Path.Combine(arguments.Out, arguments.IsSlurm ? "slurm" : "kubernetes"));
        var scheduled = new ScheduledStudy(ShellText.Name($"{sources.Plan.Name}-{sources.Plan.Seed}"), arguments.Out,
            arguments.Command ?? $"{(arguments.IsSlurm ? string.Join(' ', surroundings.Program.Select(ShellText.Quote)) : CommandLine.Name)} study",
            arguments.Study.SourceWords, arguments.Device, arguments.Cpus, arguments.AtOnce,
            TaskLevel.Of(study.Graph, price.ByCell, arguments.CellsPerTask, arguments.SecondsPerTask));
        var files = arguments.Kubernetes is { } pods ? new KubernetesManifests(scheduled, pods, folder).Files
            : new SlurmScripts(scheduled, arguments.Slurm, folder).Files;
        foreach (var (name, text) in files.Append((ScheduledStudy.PlanFile, sources.Plan.ToJson())))
            Write(Path.Combine(folder, name), text);
        foreach (var level in scheduled.Levels) surroundings.Output.WriteLine(ScheduledStudy.Words(level, isTimed));
        string script = Path.Combine(folder, SlurmScripts.Submit);
        if (arguments.DryRun)
        {
            surroundings.Output.WriteLine($"Nothing was submitted; bash {ShellText.Quote(script)} does it.");
            return 0;
        }
        return await SubmitAsync(script, surroundings, cancellation);
    }

    private static async Task<int> SubmitAsync(string script, Surroundings surroundings, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo("bash", [script]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)
            ?? throw new IOException($"bash does not start; {script} is written.");
        try
        {
            await Task.WhenAll(CopyAsync(process.StandardOutput, surroundings.Output),
                CopyAsync(process.StandardError, surroundings.Error));
            await process.WaitForExitAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
        if (process.ExitCode == 0) return 0;
        surroundings.Error.WriteLine($"{script} ended with {process.ExitCode}; it may be run by hand where the scheduler's commands are.");
        return 2;

        async Task CopyAsync(StreamReader from, TextWriter to)
        {
            while (await from.ReadLineAsync(cancellation) is { } line) to.WriteLine(line);
        }
    }

    // Tasks that wait in a queue read the lists of their own submission.
    private static string NewFolder(string parent)
    {
        Directory.CreateDirectory(parent);
        for (int number = 1; ; number++)
        {
            string folder = Path.Combine(parent, FormattableString.Invariant($"{number}"));
            if (Directory.Exists(folder)) continue;
            Directory.CreateDirectory(folder);
            return folder;
        }
    }

    private static void Write(string path, string text)
    {
        File.WriteAllText(path, text.ReplaceLineEndings("\n"));
        if (!OperatingSystem.IsWindows() && path.EndsWith(".sh", StringComparison.Ordinal)) File.SetUnixFileMode(path, Executable);
    }
}
