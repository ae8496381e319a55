using RewardScaling.Cpu;
using RewardScaling.Policies;
using RewardScaling.Reports;
using RewardScaling.RewardModels;
using RewardScaling.Samples.Study;
using RewardScaling.Studies;

// Exit codes: 0 done, 1 a fault of the program, 2 bad input, 130 stopped by Ctrl-C.
var command = StudyArguments.Command(RunAsync);
var parsed = command.Parse(args);
if (parsed.Errors.Count > 0)
{
    foreach (var error in parsed.Errors) Console.Error.WriteLine(error.Message);
    Console.Error.WriteLine("--help lists the options.");
    return 2;
}
return await parsed.InvokeAsync();

static async Task<int> RunAsync(StudyArguments arguments, CancellationToken cancellation)
{
    try
    {
        var engine = new CpuEngine(arguments.Threads);
        var study = new OveroptimizationStudy(Plan(arguments), engine, Corpus(arguments), Gold(arguments));
        var progress = new ConsoleProgress(Console.Out, live: !Console.IsOutputRedirected);
        Console.WriteLine($"Study '{arguments.Plan}', seed {arguments.Seed}, on {engine.Description}, into {arguments.Out}");
        var result = await study.RunAsync(arguments.Out, progress, cancellation);
        result.SaveReportFiles(arguments.Out);
        Console.WriteLine();
        Findings.Print(result, Console.Out);
        Console.WriteLine($"Report: {Path.Combine(arguments.Out, "report.html")}");
        return 0;
    }
    catch (OperationCanceledException)
    {
        Console.Error.WriteLine();
        Console.Error.WriteLine($"Stopped. Finished stages are in {arguments.Out}; the same command goes on from there.");
        return 130;
    }
    catch (Exception fault)
        when (fault is ArgumentException or IOException or InvalidDataException or UnauthorizedAccessException)
    {
        Console.Error.WriteLine(fault.Message);
        return 2;
    }
}

static StudyPlan Plan(StudyArguments arguments)
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

static Corpus? Corpus(StudyArguments arguments)
{
    if (arguments.Corpus is not null) return TextCorpus.FromFile(arguments.Corpus);
    if (arguments.Preferences is null) return null;
    var prompts = PreferenceFile.Read(arguments.Preferences).Select(static preference => preference.Prompt).Distinct();
    return TextCorpus.FromText(string.Join('\n', prompts), $"The prompts of {arguments.Preferences}");
}

static GoldSource Gold(StudyArguments arguments) =>
    arguments.Preferences is null ? GoldSource.Teacher : GoldSource.FromPreferences(arguments.Preferences);
