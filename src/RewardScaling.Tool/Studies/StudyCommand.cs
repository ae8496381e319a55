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
        if (arguments.Action == StudyAction.Schema)
        {
            surroundings.Output.WriteLine(StudyPlan.JsonSchema);
            return 0;
        }
        // A program reads lines of JSON and nothing else.
        TextWriter output = arguments.Json ? TextWriter.Null : surroundings.Output;
        IProgress<StudyProgress> progress = arguments.Json ? new ProgressLine.Writer(surroundings.Output, surroundings.Clock)
            : new ConsoleProgress(surroundings.Output, surroundings.Live, surroundings.Clock);
        // What is to be said of the files is said where it cannot get into a plan or into lines of JSON.
        var sources = new StudySources(arguments, surroundings.Error);
        if (arguments.Action == StudyAction.PrintPlan)
        {
            surroundings.Output.WriteLine(sources.Plan.ToJson());
            return 0;
        }
        // Cells side by side have an engine each, so that none waits for the threads of another.
        IEngine Create() => surroundings.Engine(arguments.Device, Math.Max(1, arguments.Threads / arguments.Jobs));
        var engine = Create();
        var study = new OveroptimizationStudy(sources.Plan, engine, sources.Corpus, sources.Gold, sources.Policy,
            sources.Prompts);
        if (arguments.Action is not (StudyAction.Run or StudyAction.Cell))
            return await SayAsync(study, arguments, surroundings.Output, cancellation);
        if (arguments.Action == StudyAction.Cell)
        {
            try
            {
                await study.RunCellAsync(arguments.Out, arguments.Cell, progress, cancellation);
                return 0;
            }
            catch (InvalidOperationException fault)
            {
                // Something it is made from is still to be made.
                surroundings.Error.WriteLine(fault.Message);
                return 2;
            }
        }
        output.WriteLine($"Study '{sources.Plan.Name}', seed {sources.Plan.Seed}, on {engine.Description}, into {arguments.Out}");
        var result = await study.RunAsync(arguments.Out,
            new StudyRunOptions { Jobs = arguments.Jobs, Engines = Create }, progress, cancellation);
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

    // What a study would do, or has done, without doing any of it.
    private static async Task<int> SayAsync(
        OveroptimizationStudy study, StudyArguments arguments, TextWriter output, CancellationToken cancellation)
    {
        switch (arguments.Action)
        {
            case StudyAction.Status:
                output.WriteLine(study.Status(arguments.Out));
                break;
            case StudyAction.Levels:
                foreach (var level in study.Graph.Levels) output.WriteLine($"{level[0]} {level[^1]}");
                break;
            default:
                output.WriteLine(study.Graph);
                var price = await study.PriceAsync(arguments.Out, arguments.Jobs, cancellation);
                output.WriteLine(price);
                string jobs = arguments.Jobs == 1 ? "" : FormattableString.Invariant($"With {arguments.Jobs} jobs {price.SecondsWithJobs / 60:F0} min at best. ");
                output.WriteLine($"{jobs}Trainings and runs of PPO are counted to their last step; a run that reaches its KL budget before ends sooner.");
                break;
        }
        return 0;
    }
}
