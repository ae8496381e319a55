using RewardScaling.Cpu;
using RewardScaling.Models;
using RewardScaling.Policies;
using RewardScaling.Reports;
using RewardScaling.RewardModels;
using RewardScaling.Studies;

namespace RewardScaling.Samples.Study;

/// <summary>The program: runs a study, writes its report and says what it found.</summary>
internal static class StudyCommand
{
    /// <summary>Runs it.</summary>
    /// <param name="args">The command line.</param>
    /// <param name="output">Where progress and findings go.</param>
    /// <param name="error">Where faults go.</param>
    /// <param name="live">Whether progress renews one line instead of adding lines.</param>
    /// <param name="engine">The engine for a device and a number of threads; null for the library's own.</param>
    /// <returns>0 done, 2 bad input, 130 stopped by Ctrl-C; a fault of the program is thrown.</returns>
    public static Task<int> RunAsync(string[] args, TextWriter output, TextWriter error, bool live = false,
        Func<string, int, IEngine>? engine = null) =>
        SampleProgram.RunAsync<StudyArguments>(args, StudyArguments.Command,
            (arguments, cancellation) => RunAsync(arguments, engine ?? Managed, output, live, cancellation),
            static arguments => $"Finished stages are in {arguments.Out}; the same command goes on from there.", output, error);

    private static async Task<int> RunAsync(
        StudyArguments arguments, Func<string, int, IEngine> create, TextWriter output, bool live, CancellationToken cancellation)
    {
        var engine = create(arguments.Device, arguments.Threads);
        var preferences = arguments.Preferences is null ? null : PreferenceFile.Read(arguments.Preferences);
        foreach (string note in preferences?.Notes ?? []) output.WriteLine($"{arguments.Preferences}: {note}");
        var study = new OveroptimizationStudy(Plan(arguments), engine, Corpus(arguments, preferences), Gold(arguments));
        output.WriteLine($"Study '{arguments.Plan}', seed {arguments.Seed}, on {engine.Description}, into {arguments.Out}");
        var result = await study.RunAsync(arguments.Out, new ConsoleProgress(output, live), cancellation);
        output.WriteLine();
        ConsoleFindings.Print(result, output);
        // Last: whatever becomes of the files, a finished study in a folder that cannot be written has been read.
        result.SaveReportFiles(arguments.Out);
        output.WriteLine($"Report: {Path.Combine(arguments.Out, "report.html")}");
        return 0;
    }

    private static CpuEngine Managed(string device, int threads) => device == "cpu" ? new(threads)
        : throw new ArgumentException($"--device {device} needs libtorch, which samples/TorchStudy brings; this program computes on cpu.");

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
