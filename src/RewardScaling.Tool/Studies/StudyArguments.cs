using System.CommandLine;

namespace RewardScaling.Tool.Studies;

/// <summary>What the command line may say.</summary>
internal sealed record StudyArguments(
    string? Corpus, string? Preferences, string Out, string Plan, ulong Seed, int Threads, string Device, bool Json)
{
    private static readonly Option<string?> CorpusOption = new("--corpus")
    {
        Description = "Any file; its bytes are what the policy learns to write. Default: a small synthetic language.",
        HelpName = "FILE",
    };
    private static readonly Option<string?> PreferencesOption = new("--preferences")
    {
        Description = "JSON lines (prompt, chosen, rejected) to train the gold reward model on. "
            + "Its prompts are the corpus unless --corpus names one. Default: a fixed random teacher is gold.",
        HelpName = "FILE",
    };
    private static readonly Option<string?> OutOption = new("--out")
    {
        Description = "Where everything is written. A second run in the same folder takes up finished stages. Default: runs/PLAN-SEED.",
        HelpName = "DIR",
    };
    private static readonly Option<string> PlanOption = new("--plan")
    {
        Description = "How much to do.",
        DefaultValueFactory = static _ => "quick",
    };
    private static readonly Option<ulong> SeedOption = new("--seed")
    {
        Description = "Every random number follows from it.",
        DefaultValueFactory = static _ => 1,
        HelpName = "N",
    };
    private static readonly Option<int> ThreadsOption = new("--threads")
    {
        Description = "How many threads to work with; the result does not depend on it.",
        DefaultValueFactory = static _ => Environment.ProcessorCount,
        HelpName = "N",
    };
    private static readonly Option<string> DeviceOption = new("--device")
    {
        Description = "Where to compute: cpu; samples/TorchStudy, the same program on libtorch, also knows cuda and cuda:N.",
        DefaultValueFactory = static _ => "cpu",
        HelpName = "DEVICE",
    };

    private static readonly Option<bool> JsonOption = new("--json")
    {
        Description = "Print an object of JSON a line, progress and at last the result, instead of words.",
    };

    /// <summary>The command and its options.</summary>
    public static Command Command()
    {
        PlanOption.AcceptOnlyFromAmong("quick", "full");
        ThreadsOption.Validators.Add(static result =>
        {
            if (result.Tokens.Count == 1 && int.TryParse(result.Tokens[0].Value, out int threads) && threads < 1)
                result.AddError($"--threads {threads} must be at least 1.");
        });
        var command = new ToolCommand("study",
            "Runs a reward-model overoptimization study: policy, gold, proxies, best-of-n, PPO, laws, report.",
            ("study", "The quick plan into runs/quick-1; the same line again goes on where it was stopped."),
            ("study --corpus book.txt --seed 2", "A policy that writes like your own text."),
            ("study --preferences pairs.jsonl --out runs/pairs", "Gold is a reward model trained on your own preferences."),
            ("study --json > study.jsonl", "For programs: progress and result as lines of JSON."))
        {
            CorpusOption, PreferencesOption, OutOption, PlanOption, SeedOption, ThreadsOption, DeviceOption, JsonOption,
        };
        return command;
    }

    /// <summary>Reads them.</summary>
    public static StudyArguments Read(ParseResult parsed) => new(
        parsed.GetValue(CorpusOption), parsed.GetValue(PreferencesOption),
        parsed.GetValue(OutOption) ?? Path.Combine("runs", $"{parsed.GetValue(PlanOption)}-{parsed.GetValue(SeedOption)}"),
        parsed.GetValue(PlanOption)!, parsed.GetValue(SeedOption), parsed.GetValue(ThreadsOption),
        parsed.GetValue(DeviceOption)!, parsed.GetValue(JsonOption));
}
