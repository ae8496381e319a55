using System.CommandLine;

namespace RewardScaling.Tool.Studies;

/// <summary>What the command line of <c>study</c> may say.</summary>
internal sealed record StudyArguments(
    PlanArguments Study, string Out, int Threads, int Jobs, string Device, StudyAction Action, IReadOnlyList<int> Cells,
    bool KeepGoing, bool Json)
{
    public static readonly Option<string?> OutOption = ToolOption.Of<string?>("--out", "DIR",
        "Where everything is written. A second run in the same folder takes up finished stages. Default: runs/PLAN-SEED.");
    private static readonly Option<int> JobsOption = ToolOption.Of("--jobs", "N",
        "How many cells to make side by side, each with its share of the threads; the result does not depend on it. Memory is at most that of so many of the largest cells (--dry-run says how much).", 1).AtLeast(1);
    private static readonly Option<bool> DryRunOption = ToolOption.Flag("--dry-run",
        "Measures this machine for some seconds and says what is left to do will cost: cells, tokens, time, disk, memory.");
    private static readonly Option<IReadOnlyList<int>?> CellsOption = new("--cells", "--cell")
    {
        Description = "Makes some cells by their numbers, such as 7 or 3-5,9, as a scheduler does; what they are made from must be whole or among them.",
        HelpName = "LIST",
        CustomParser = CellNumbers.Read,
    };
    private static readonly Option<bool> KeepGoingOption = ToolOption.Flag("--keep-going",
        "A cell that fails stops only what is made from it; the command fails all the same when the rest is done.");
    public static readonly Option<int> ThreadsOption = ToolOption.Of("--threads", "N",
        "How many threads to work with; the result does not depend on it.", Environment.ProcessorCount).AtLeast(1);
    public static readonly Option<string> DeviceOption = ToolOption.Of("--device", "DEVICE",
        "Where to compute: cpu; samples/TorchStudy, the same program on libtorch, also knows cuda and cuda:N.", "cpu");
    private static readonly Option<bool> JsonOption = ToolOption.Flag("--json",
        "Print an object of JSON a line, progress and at last the result, instead of words.");

    /// <summary>The command and its options.</summary>
    public static Command Command()
    {
        var command = new ToolCommand("study",
            "Runs a reward-model overoptimization study: policy, gold, proxies, best-of-n, PPO, laws, report.",
            ("study", "The quick plan into runs/quick-1; the same line again goes on where it was stopped."),
            ("study --corpus book.txt --seed 2", "A policy that writes like your own text."),
            ("study --preferences pairs.jsonl --out runs/pairs", "Gold is a reward model trained on your own preferences."),
            ("study --policy models/pythia-70m --prompts prompts.txt --proxies trunk,48x2x2", "A policy that is there already, as transformers keeps it."),
            ("study --policy llamacpp+http://127.0.0.1:8080 --prompts prompts.txt", "A policy behind a server; docs/servers.md says what else a plan may name."),
            ("study --plan mine.json --dry-run --jobs 2", "What it will cost on this machine with two cells side by side."),
            ("study --json > study.jsonl", "For programs: progress and result as lines of JSON."));
        foreach (var option in PlanArguments.All) command.Add(option);
        Option[] own =
            [OutOption, ThreadsOption, JobsOption, DeviceOption, DryRunOption, CellsOption, KeepGoingOption, JsonOption];
        foreach (var option in own) command.Add(option);
        return command;
    }

    /// <summary>Reads them.</summary>
    public static StudyArguments Read(ParseResult parsed)
    {
        var study = PlanArguments.Read(parsed);
        var cells = parsed.GetValue(CellsOption);
        StudyAction action = parsed.GetValue(DryRunOption) ? StudyAction.DryRun
            : cells is not null ? StudyAction.Cells : StudyAction.Run;
        return new(study, OutOf(parsed, study), parsed.GetValue(ThreadsOption), parsed.GetValue(JobsOption),
            parsed.GetValue(DeviceOption)!, action, cells ?? [], parsed.GetValue(KeepGoingOption), parsed.GetValue(JsonOption));
    }

    /// <summary>The folder of the run.</summary>
    public static string OutOf(ParseResult parsed, PlanArguments study) =>
        parsed.GetValue(OutOption) ?? Path.Combine("runs", study.Name);
}
