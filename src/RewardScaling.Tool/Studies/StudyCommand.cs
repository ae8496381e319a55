using System.CommandLine;
using System.Text.Json;
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
        var engine = surroundings.Engine(arguments.Device, arguments.Threads);
        var sources = new StudySources(arguments, output);
        var study = new OveroptimizationStudy(sources.Plan, engine, sources.Corpus, sources.Gold, sources.Policy,
            sources.Prompts);
        output.WriteLine($"Study '{arguments.Plan}', seed {arguments.Seed}, on {engine.Description}, into {arguments.Out}");
        var result = await study.RunAsync(arguments.Out, progress, cancellation);
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
