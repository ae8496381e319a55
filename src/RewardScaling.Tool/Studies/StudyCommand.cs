using System.CommandLine;
using System.Text.Json;
using RewardScaling.Policies;
using RewardScaling.Reports;
using RewardScaling.RewardModels;
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
        var preferences = arguments.Preferences is null ? null : PreferenceFile.Read(arguments.Preferences);
        foreach (string note in preferences?.Notes ?? []) output.WriteLine($"{arguments.Preferences}: {note}");
        var study = new OveroptimizationStudy(Plan(arguments), engine, Corpus(arguments, preferences), Gold(arguments));
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

    private static StudyPlan Plan(StudyArguments arguments)
    {
        bool text = arguments.Corpus is not null || arguments.Preferences is not null;
        var plan = (arguments.Plan, text) switch
        {
            ("quick", false) => StudyPlan.Quick,
            ("quick", true) => StudyPlan.QuickText,
            (_, false) => StudyPlan.Full,
            _ => StudyPlan.FullText,
        };
        return plan with { Seed = arguments.Seed };
    }

    private static TextCorpus? Corpus(StudyArguments arguments, PreferenceSet? preferences)
    {
        if (arguments.Corpus is not null) return TextCorpus.FromFile(arguments.Corpus);
        if (preferences is null) return null;
        var prompts = preferences.Select(static preference => preference.Prompt).Distinct();
        return TextCorpus.FromText(string.Join('\n', prompts), $"The prompts of {arguments.Preferences}");
    }

    private static GoldSource Gold(StudyArguments arguments) =>
        arguments.Preferences is null ? GoldSource.Teacher : GoldSource.FromPreferences(arguments.Preferences);
}
