using System.CommandLine;
using System.Text.Json;
using RewardScaling.Models;
using RewardScaling.Reports;
using RewardScaling.Studies;

namespace RewardScaling.Tool.Studies;

/// <summary><c>study</c>: runs a study, writes its report and says what it found.</summary>
internal static class StudyCommand
{
    /// <summary>The command.</summary>
    public static Command Create(Surroundings surroundings) => StudyArguments.Command().Running(StudyArguments.Read,
        (arguments, cancellation) => RunAsync(arguments, surroundings, cancellation),
        static arguments => $"Finished stages are in {arguments.Out}; the same command goes on from there.", surroundings.Error);

    private static async Task<int> RunAsync(StudyArguments arguments, Surroundings surroundings, CancellationToken cancellation)
    {
        // A program reads lines of JSON and nothing else.
        TextWriter output = arguments.Json ? TextWriter.Null : surroundings.Output;
        IProgress<StudyProgress> progress = arguments.Json ? new ProgressLine.Writer(surroundings.Output, surroundings.Clock)
            : new ConsoleProgress(surroundings.Output, surroundings.Live, surroundings.Clock);
        // What is to be said of the files is said where it cannot get into lines of JSON.
        var sources = new StudySources(arguments.Study, surroundings.Error);
        // Cells side by side have an engine each, so that none waits for the threads of another; a cell alone has all threads.
        IEngine Create(int jobs) => surroundings.Engine(arguments.Device, Math.Max(1, arguments.Threads / jobs));
        var engine = Create(arguments.Action == StudyAction.DryRun ? arguments.Jobs : 1);
        var study = sources.On(engine);
        var options = new StudyRunOptions
        {
            Jobs = arguments.Jobs,
            Engines = () => Create(arguments.Jobs),
            KeepGoing = arguments.KeepGoing,
        };
        if (arguments.Action == StudyAction.DryRun)
        {
            await PlanWords.PriceAsync(study, arguments.Out, arguments.Jobs, surroundings.Output, cancellation);
            return 0;
        }
        if (arguments.Action == StudyAction.Cells)
        {
            try
            {
                await study.RunCellsAsync(arguments.Out, arguments.Cells, options, progress, cancellation);
                return 0;
            }
            catch (InvalidOperationException fault)
            {
                // Something they are made from is still to be made.
                surroundings.Error.WriteLine(fault.Message);
                return 2;
            }
        }
        output.WriteLine($"Study '{sources.Plan.Name}', seed {sources.Plan.Seed}, on {engine.Description}, into {arguments.Out}");
        var result = await study.RunAsync(arguments.Out, options, progress, cancellation);
        output.WriteLine();
        ConsoleFindings.Print(result, output);
        // Last: whatever becomes of the files, a finished study in a folder that cannot be written has been read.
        result.SaveReportFiles(arguments.Out);
        output.WriteLine($"Report: {Path.Combine(arguments.Out, "report.html")}");
        if (arguments.Json)
        {
            var line = StudyLine.Of(result, arguments.Out);
            surroundings.Output.WriteLine(JsonSerializer.Serialize(line, ToolJson.Lines.StudyLine));
        }
        return 0;
    }
}
