using System.CommandLine;

namespace RewardScaling.Tool.Studies;

/// <summary>What the command line may say.</summary>
internal sealed record StudyArguments(
    string? Corpus, string? Preferences, string Out, string Plan, ulong? Seed, int Threads, int Jobs, string Device,
    StudyAction Action, int Cell, bool Json)
{
    private static readonly Option<string?> PolicyOption = new("--policy")
    {
        Description = "A folder with a language model and its tokenizer.json: the initial policy as it stands. Or a server as KIND+URL#MODEL, "
            + "KIND openai, chat, vllm, sglang or llamacpp: then best-of-n alone is run. Default: one is trained on the corpus.",
        HelpName = "DIR|SERVER",
    };
    private static readonly Option<string?> GoldOption = new("--gold")
    {
        Description = "A folder with a reward model (a classifier of sequences with one label), a file as for --preferences, or a server as "
            + "KIND+URL#MODEL, KIND plain, vllm-score, vllm-classify, vllm-pooling or tei.",
        HelpName = "DIR|FILE|SERVER",
    };
    private static readonly Option<string?> PromptsOption = new("--prompts")
    {
        Description = "Prompts, one on each line or JSON lines with the field prompt. Default: windows of the corpus, or the prompts of the preferences.",
        HelpName = "FILE",
    };
    private static readonly Option<int?> LongestPromptOption = new("--longest-prompt")
    {
        Description = "Prompts of more tokens are left out, and counted.",
        HelpName = "N",
    };
    private static readonly Option<int?> ResponseTokensOption = new("--response-tokens")
    {
        Description = "Tokens of a response, at most. Default: the plan's.",
        HelpName = "N",
    };
    private static readonly Option<int?> EndTokenOption = new("--end-token")
    {
        Description = "The token that ends a response of --policy. Default: the one its config.json names.",
        HelpName = "N",
    };
    private static readonly Option<string?> ProxiesOption = new("--proxies")
    {
        Description = "Proxies with a comma between them: trunk (the policy's, under a new head), trunk:N (its N lower blocks kept as they are) "
            + "or WIDTHxLAYERSxHEADS. Default: the plan's.",
        HelpName = "LIST",
    };
    private static readonly Option<string?> ProxyServersOption = new("--proxy-servers")
    {
        Description = "Servers with reward models that are optimised against beside the proxies that are trained, with a comma between them, each as for --gold.",
        HelpName = "LIST",
    };
    private static readonly Option<string?> TokenizerOption = new("--tokenizer")
    {
        Description = "The folder with the tokenizer.json of a --policy behind a server, which is then asked by token. Default: it is asked by text, and lengths are bytes.",
        HelpName = "DIR",
    };
    private static readonly Option<string?> KeyVariableOption = new("--key-variable")
    {
        Description = "The environment variable that holds the key for the servers named here. The key itself is never given nor written.",
        HelpName = "NAME",
    };
    private static readonly Option<string?> CorpusOption = new("--corpus")
    {
        Description = "Any file; its bytes are what the policy learns to write. Default: a small synthetic language.",
        HelpName = "FILE",
    };
    private static readonly Option<string?> PreferencesOption = new("--preferences")
    {
        Description = "Preferences to train the gold reward model on: JSON lines, JSON, CSV or Parquet (prompt, chosen, rejected, and the other forms that docs/reward-models.md lists). "
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
        Description = "How much to do: quick, full, paper (every experiment of the paper, hours), or a file of JSON (--print-plan shows one, --schema what it may say).",
        DefaultValueFactory = static _ => "quick",
        HelpName = "PLAN",
    };
    private static readonly Option<ulong?> SeedOption = new("--seed")
    {
        Description = "Every random number follows from it. Default: 1; of a file its own.",
        HelpName = "N",
    };
    private static readonly Option<int> JobsOption = new Option<int>("--jobs")
    {
        Description = "How many cells to make side by side, each with its share of the threads; the result does not depend on it. Memory is at most that of so many of the largest cells (--dry-run says how much).",
        DefaultValueFactory = static _ => 1,
        HelpName = "N",
    }.AtLeast(1);
    private static readonly Option<bool> DryRunOption = new("--dry-run")
    {
        Description = "Measures this machine for some seconds and says what is left to do will cost: cells, tokens, time, disk, memory.",
    };
    private static readonly Option<bool> StatusOption = new("--status") { Description = "Says which cells are whole." };
    private static readonly Option<bool> LevelsOption = new("--levels")
    {
        Description = "A line for each level of the graph: the numbers of its first and last cell. A level may run when those before it are whole.",
    };
    private static readonly Option<bool> PrintPlanOption = new("--print-plan") { Description = "Prints the plan with every default." };
    private static readonly Option<bool> SchemaOption = new("--schema") { Description = "Prints the JSON schema of plans." };
    private static readonly Option<int?> CellOption = new("--cell")
    {
        Description = "Makes one cell by its number, as a scheduler does; what it is made from must be whole.",
        HelpName = "N",
    };
    private static readonly Option<int> ThreadsOption = new Option<int>("--threads")
    {
        Description = "How many threads to work with; the result does not depend on it.",
        DefaultValueFactory = static _ => Environment.ProcessorCount,
        HelpName = "N",
    }.AtLeast(1);
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

    /// <summary>The servers of proxies, as <see cref="ServerText"/> reads them.</summary>
    public string? ProxyServers { get; init; }

    /// <summary>The folder of the tokenizer of a policy behind a server.</summary>
    public string? Tokenizer { get; init; }

    /// <summary>The environment variable that holds the key.</summary>
    public string? KeyVariable { get; init; }

    /// <summary>The folder or the server of the initial policy.</summary>
    public string? Policy { get; init; }

    /// <summary>The folder of gold, a preference file, or a server.</summary>
    public string? Gold { get; init; }

    /// <summary>The file of prompts.</summary>
    public string? Prompts { get; init; }

    /// <summary>The most tokens of a prompt that is not left out.</summary>
    public int? LongestPrompt { get; init; }

    /// <summary>The most tokens of a response.</summary>
    public int? ResponseTokens { get; init; }

    /// <summary>What ends a response.</summary>
    public int? EndToken { get; init; }

    /// <summary>The proxies, as <see cref="ProxyList"/> reads them.</summary>
    public string? Proxies { get; init; }

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
            ("study --plan quick --print-plan > mine.json", "A plan with every default, to be changed and run by --plan mine.json."),
            ("study --plan mine.json --dry-run --jobs 2", "What it will cost on this machine with two cells side by side."),
            ("study --json > study.jsonl", "For programs: progress and result as lines of JSON."))
        {
            PolicyOption, GoldOption, PromptsOption, CorpusOption, PreferencesOption, ProxiesOption, ProxyServersOption,
            TokenizerOption, KeyVariableOption, LongestPromptOption, ResponseTokensOption, EndTokenOption, OutOption, PlanOption, SeedOption, ThreadsOption, JobsOption, DeviceOption,
            DryRunOption, StatusOption, LevelsOption, PrintPlanOption, SchemaOption, CellOption, JsonOption,
        };
        return command;
    }

    /// <summary>Reads them.</summary>
    public static StudyArguments Read(ParseResult parsed)
    {
        string plan = parsed.GetValue(PlanOption)!;
        ulong? seed = parsed.GetValue(SeedOption);
        int? cell = parsed.GetValue(CellOption);
        StudyAction action = parsed.GetValue(DryRunOption) ? StudyAction.DryRun
            : parsed.GetValue(StatusOption) ? StudyAction.Status
            : parsed.GetValue(LevelsOption) ? StudyAction.Levels
            : parsed.GetValue(PrintPlanOption) ? StudyAction.PrintPlan
            : parsed.GetValue(SchemaOption) ? StudyAction.Schema
            : cell is not null ? StudyAction.Cell : StudyAction.Run;
        string name = IsFile(plan) ? Path.GetFileNameWithoutExtension(plan) + (seed is null ? "" : $"-{seed}") : $"{plan}-{seed ?? 1}";
        return new(parsed.GetValue(CorpusOption), parsed.GetValue(PreferencesOption),
            parsed.GetValue(OutOption) ?? Path.Combine("runs", name), plan, seed, parsed.GetValue(ThreadsOption),
            parsed.GetValue(JobsOption), parsed.GetValue(DeviceOption)!, action, cell ?? 0, parsed.GetValue(JsonOption))
        {
            Policy = parsed.GetValue(PolicyOption),
            Gold = parsed.GetValue(GoldOption),
            Prompts = parsed.GetValue(PromptsOption),
            LongestPrompt = parsed.GetValue(LongestPromptOption),
            ResponseTokens = parsed.GetValue(ResponseTokensOption),
            EndToken = parsed.GetValue(EndTokenOption),
            Proxies = parsed.GetValue(ProxiesOption),
            ProxyServers = parsed.GetValue(ProxyServersOption),
            Tokenizer = parsed.GetValue(TokenizerOption),
            KeyVariable = parsed.GetValue(KeyVariableOption),
        };
    }

    /// <summary>Whether a plan is a file and not one of the library's.</summary>
    public static bool IsFile(string plan) => plan is not ("quick" or "full" or "paper");
}
