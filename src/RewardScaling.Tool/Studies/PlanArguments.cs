using System.CommandLine;
using RewardScaling.Runs;

namespace RewardScaling.Tool.Studies;

/// <summary>What the command line says a study is: its plan and what it works on.</summary>
internal sealed record PlanArguments
{
    private static readonly Option<string?> PolicyOption = ToolOption.Of<string?>("--policy", "DIR|SERVER",
        "A folder with a language model and its tokenizer.json: the initial policy as it stands. Or a server as KIND+URL#MODEL, "
            + "KIND openai, chat, vllm, sglang or llamacpp: then best-of-n alone is run. Default: one is trained on the corpus.");
    private static readonly Option<string?> GoldOption = ToolOption.Of<string?>("--gold", "DIR|FILE|SERVER",
        "A folder with a reward model (a classifier of sequences with one label), a file as for --preferences, or a server as "
            + "KIND+URL#MODEL, KIND plain, vllm-score, vllm-classify, vllm-pooling or tei.");
    private static readonly Option<string?> PromptsOption = ToolOption.Of<string?>("--prompts", "FILE",
        "Prompts, one on each line or JSON lines with the field prompt. Default: windows of the corpus, or the prompts of the preferences.");
    private static readonly Option<int?> LongestPromptOption = ToolOption.Of<int?>("--longest-prompt", "N",
        "Prompts of more tokens are left out, and counted.");
    private static readonly Option<int?> ResponseTokensOption = ToolOption.Of<int?>("--response-tokens", "N",
        "Tokens of a response, at most. Default: the plan's.");
    private static readonly Option<int?> EndTokenOption = ToolOption.Of<int?>("--end-token", "N",
        "The token that ends a response of --policy. Default: the one its config.json names.");
    private static readonly Option<string?> ProxiesOption = ToolOption.Of<string?>("--proxies", "LIST",
        "Proxies with a comma between them: trunk (the policy's, under a new head), trunk:N (its N lower blocks kept as they are) "
            + "or WIDTHxLAYERSxHEADS. Default: the plan's.");
    private static readonly Option<string?> ProxyServersOption = ToolOption.Of<string?>("--proxy-servers", "LIST",
        "Servers with reward models that are optimised against beside the proxies that are trained, with a comma between them, each as for --gold.");
    private static readonly Option<string?> TokenizerOption = ToolOption.Of<string?>("--tokenizer", "DIR",
        "The folder with the tokenizer.json of a --policy behind a server, which is then asked by token. Default: it is asked by text, and lengths are bytes.");
    private static readonly Option<string?> KeyVariableOption = ToolOption.Of<string?>("--key-variable", "NAME",
        "The environment variable that holds the key for the servers named here. The key itself is never given nor written.");
    private static readonly Option<string?> CorpusOption = ToolOption.Of<string?>("--corpus", "FILE",
        "Any file; its bytes are what the policy learns to write. Default: a small synthetic language.");
    private static readonly Option<string?> PreferencesOption = ToolOption.Of<string?>("--preferences", "FILE",
        "Preferences to train the gold reward model on: JSON lines, JSON, CSV or Parquet (prompt, chosen, rejected, and the other forms that docs/reward-models.md lists). "
            + "Its prompts are the corpus unless --corpus names one. Default: a fixed random teacher is gold.");
    private static readonly Option<long> MaxOption = ReadingOption.Create();
    private static readonly Option<string> PlanOption = ToolOption.Of("--plan", "PLAN",
        "How much to do: quick, full, paper (every experiment of the paper, hours), paper-scale (the same at its own size, for --dry-run), or a file of JSON (rewardscaling plan prints one).", "quick");
    private static readonly Option<ulong?> SeedOption = ToolOption.Of<ulong?>("--seed", "N",
        "Every random number follows from it. Default: 1; of a file its own.");

    // What names files and folders, which must be found from elsewhere too.
    private static readonly Option<string?>[] s_paths =
        [PolicyOption, GoldOption, PromptsOption, CorpusOption, PreferencesOption, TokenizerOption];

    /// <summary>What a study works on; the commands that take a study have these options.</summary>
    public static IReadOnlyList<Option> Sources { get; } =
        [
            .. s_paths, MaxOption, ProxiesOption, ProxyServersOption, KeyVariableOption, LongestPromptOption,
            ResponseTokensOption, EndTokenOption, SeedOption,
        ];

    /// <summary>The same, and the plan.</summary>
    public static IReadOnlyList<Option> All { get; } = [PlanOption, .. Sources];

    /// <summary>A name of a plan, or a file.</summary>
    public string Plan { get; private init; } = "quick";

    /// <summary>The seed, where one is named.</summary>
    public ulong? Seed { get; private init; }

    /// <summary>The file of the corpus.</summary>
    public string? Corpus { get; private init; }

    /// <summary>The file of preferences that gold is trained on.</summary>
    public string? Preferences { get; private init; }

    /// <summary>The servers of proxies, as <see cref="ServerText"/> reads them.</summary>
    public string? ProxyServers { get; private init; }

    /// <summary>The folder of the tokenizer of a policy behind a server.</summary>
    public string? Tokenizer { get; private init; }

    /// <summary>The environment variable that holds the key.</summary>
    public string? KeyVariable { get; private init; }

    /// <summary>The folder or the server of the initial policy.</summary>
    public string? Policy { get; private init; }

    /// <summary>The folder of gold, a preference file, or a server.</summary>
    public string? Gold { get; private init; }

    /// <summary>The file of prompts.</summary>
    public string? Prompts { get; private init; }

    /// <summary>The most tokens of a prompt that is not left out.</summary>
    public int? LongestPrompt { get; private init; }

    /// <summary>The most tokens of a response.</summary>
    public int? ResponseTokens { get; private init; }

    /// <summary>What ends a response.</summary>
    public int? EndToken { get; private init; }

    /// <summary>The proxies, as <see cref="ProxyList"/> reads them.</summary>
    public string? Proxies { get; private init; }

    /// <summary>How much may be read of the preferences.</summary>
    public RunReadOptions Reading { get; private init; } = new();

    /// <summary>The options that say the same in another folder to a study whose plan is in a file, which the seed, the
    /// proxies and the servers are part of: the files it works on, by their whole paths.</summary>
    public IReadOnlyList<string> SourceWords { get; private init; } = [];

    /// <summary>A name for the folder of a run.</summary>
    public string Name => IsFile ? Path.GetFileNameWithoutExtension(Plan) + (Seed is null ? "" : $"-{Seed}") : $"{Plan}-{Seed ?? 1}";

    /// <summary>Whether the plan is a file and not one of the library's.</summary>
    public bool IsFile => Plan is not ("quick" or "full" or "paper" or "paper-scale");

    /// <summary>Reads them.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="plan">The plan, where it is no option.</param>
    public static PlanArguments Read(ParseResult parsed, string? plan = null) => new()
    {
        Plan = plan ?? parsed.GetValue(PlanOption)!,
        Seed = parsed.GetValue(SeedOption),
        Corpus = parsed.GetValue(CorpusOption),
        Preferences = parsed.GetValue(PreferencesOption),
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
        Reading = ReadingOption.Read(parsed.GetValue(MaxOption)),
        SourceWords =
        [
            .. s_paths.Where(option => parsed.GetValue(option) is { } path && !ServerText.Is(path))
                .SelectMany(option => new[] { option.Name, Path.GetFullPath(parsed.GetValue(option)!) }),
            .. new[] { LongestPromptOption, EndTokenOption }.Where(option => parsed.GetValue(option) is not null)
                .SelectMany(option => new[] { option.Name, FormattableString.Invariant($"{parsed.GetValue(option)}") }),
            .. parsed.GetResult(MaxOption) is { Implicit: false }
                ? [MaxOption.Name, FormattableString.Invariant($"{parsed.GetValue(MaxOption)}")] : Array.Empty<string>(),
        ],
    };
}
