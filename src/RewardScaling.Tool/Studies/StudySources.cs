using RewardScaling.HuggingFace;
using RewardScaling.Models;
using RewardScaling.Parquet;
using RewardScaling.Policies;
using RewardScaling.RewardModels;
using RewardScaling.Studies;

namespace RewardScaling.Tool.Studies;

/// <summary>What a study works on, as the command line names it. Files and folders are read here; whether they fit each other
/// and the plan, the study says.</summary>
internal sealed class StudySources
{
    // Of a response asked by text: most words take fewer, and what is longer is cut and counted.
    private const int BytesPerToken = 8;

    private readonly PlanArguments _arguments;
    private readonly StudyPlan? _file;
    private readonly HuggingFaceTokenizer? _tokens;

    /// <summary>Reads them.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="output">Where it is said what was left out.</param>
    public StudySources(PlanArguments arguments, TextWriter output)
    {
        _arguments = arguments;
        _file = arguments.IsFile ? StudyPlan.FromFile(arguments.Plan) : null;
        RequireSense();
        bool isJudged = arguments.Gold is { } named && Directory.Exists(named);
        string? file = arguments.Preferences ?? (isJudged || ServerText.Is(arguments.Gold) ? null : arguments.Gold);
        var reading = new PreferenceFileOptions { Reading = arguments.Reading };
        var preferences = file is null ? null
            : File.Exists(file) && ParquetTable.Is(file) ? ParquetPreferences.Read(file, reading)
            : PreferenceFile.Read(file, reading);
        foreach (string note in preferences?.Notes ?? []) output.WriteLine($"{file}: {note}");
        if (IsServed)
        {
            if (arguments.Tokenizer is { } given)
            {
                _tokens = HuggingFaceTokenizer.FromFile(given);
                Policy = PolicySource.OfServer(_tokens, arguments.EndToken);
            }
        }
        else if (arguments.Policy is { } folder)
        {
            _tokens = Tokens(folder);
            Policy = PolicySource.FromFolder(folder, _tokens, arguments.EndToken);
        }
        Gold = preferences is not null ? GoldSource.FromPreferences(file!, preferences) : isJudged ? Judge(arguments.Gold!)
            : GoldSource.Teacher;
        bool isGiven = _tokens is not null || IsServed;
        IReadOnlyList<string>? prompts = null;
        string name = arguments.Prompts ?? $"The prompts of {file}";
        if (arguments.Prompts is not null) prompts = Policies.Prompts.Read(arguments.Prompts);
        else if (arguments.Corpus is null && preferences is not null && isGiven)
            prompts = Policies.Prompts.Of(preferences);
        if (arguments.Corpus is not null) Corpus = TextCorpus.FromFile(arguments.Corpus, _tokens);
        else if (preferences is not null && !isGiven)
            Corpus = TextCorpus.FromText(string.Join('\n', Policies.Prompts.Of(preferences)), $"The prompts of {file}");
        Plan = Served(PlanOf(isText: Corpus is not null || prompts is not null), output);
        if (prompts is null) return;
        var lengths = prompts.Select(Length).ToArray();
        if (arguments.LongestPrompt is { } longest)
        {
            var kept = prompts.Where((_, i) => lengths[i] <= longest).ToArray();
            if (kept.Length < prompts.Count)
                output.WriteLine($"{name}: {prompts.Count - kept.Length} of {prompts.Count} prompts have more than {longest} tokens and are left out.");
            (prompts, lengths) = (kept, [.. lengths.Where(length => length <= longest)]);
        }
        Prompts = PromptSource.From(name, prompts);
        int most = lengths.DefaultIfEmpty(1).Max();
        Plan = Plan with { PromptLength = most, GoldContext = Math.Max(Plan.GoldContext, most + Plan.ResponseLength) };
    }

    /// <summary>The plan that was named, shaped by the texts.</summary>
    public StudyPlan Plan { get; }

    /// <summary>The corpus, if one is read.</summary>
    public Corpus? Corpus { get; }

    /// <summary>Where gold comes from.</summary>
    public GoldSource Gold { get; }

    /// <summary>Where the policy comes from.</summary>
    public PolicySource Policy { get; } = PolicySource.Pretrained;

    /// <summary>Where prompts come from.</summary>
    public PromptSource Prompts { get; } = PromptSource.Corpus;

    /// <summary>The study.</summary>
    public OveroptimizationStudy On(IEngine engine) => new(Plan, engine, Corpus, Gold, Policy, Prompts);

    private void RequireSense()
    {
        if (_arguments is { Gold: not null, Preferences: not null })
            throw new ArgumentException("--gold and --preferences both say what gold is; give one of them.");
        if (_arguments is { EndToken: not null, Policy: null } && !IsServed)
            throw new ArgumentException("--end-token is for --policy; a policy that the study trains ends nowhere.");
        if (_arguments.Tokenizer is not null && !IsServed)
            throw new ArgumentException("--tokenizer is for a --policy behind a server; a folder brings its own.");
        if (_arguments is { KeyVariable: not null, ProxyServers: null }
            && !ServerText.Is(_arguments.Policy) && !ServerText.Is(_arguments.Gold))
            throw new ArgumentException("--key-variable is for servers, and --policy, --gold and --proxy-servers name none; a plan's file says keyVariable of each of its own.");
        if (IsServed && _arguments is { EndToken: not null, Tokenizer: null })
            throw new ArgumentException("--end-token is a token, and a server is asked by token only with --tokenizer DIR.");
        bool hasPreferences = _arguments.Preferences is not null || File.Exists(_arguments.Gold);
        if (_arguments is { Prompts: not null, Corpus: null, Policy: null } && !hasPreferences && !IsServed)
            throw new ArgumentException("--prompts needs a policy that can read them: give --policy DIR, or --corpus FILE to train one on.");
        if (_arguments is { Prompts: null, Corpus: null, Policy: not null } && !hasPreferences)
            throw new ArgumentException("--policy needs prompts: give --prompts FILE, or --corpus FILE whose windows they are.");
    }

    // By the command line or by the plan's file.
    private bool IsServed => ServerText.Is(_arguments.Policy) || (_arguments.Policy is null && _file?.PolicyServer is not null);

    private int Length(string prompt) =>
        (_tokens?.EncodePrompt(prompt) ?? (Corpus?.Tokenizer ?? new ByteTokenizer()).EncodePrompt(prompt)).Length;

    // A tokenizer is read for its model: some models have more tokens than texts.
    private static HuggingFaceTokenizer Tokens(string path)
    {
        using var folder = ModelFolder.Open(path);
        return HuggingFaceTokenizer.FromFile(path, folder.Shape.Vocabulary);
    }

    // One that brings no tokenizer, or the policy's own, reads the policy's tokens.
    private GoldSource Judge(string path)
    {
        string own = Path.Combine(path, "tokenizer.json"), policys = Path.Combine(_arguments.Tokenizer ?? _arguments.Policy ?? "", "tokenizer.json");
        bool isSame = !File.Exists(own)
            || (_tokens is not null && File.ReadAllBytes(own).AsSpan().SequenceEqual(File.ReadAllBytes(policys)));
        return GoldSource.FromFolder(path, isSame ? null : Tokens(path));
    }

    // A plan of the library has PPO in it, which a policy behind a server cannot do; a plan's file says what it means.
    private StudyPlan Served(StudyPlan plan, TextWriter output)
    {
        string? key = _arguments.KeyVariable;
        if (_arguments.ProxyServers is { } proxies)
        {
            string[] named = proxies.Split(',', StringSplitOptions.TrimEntries);
            plan = plan with { ProxyServers = [.. named.Select(text => ServerText.Reward(text, "--proxy-servers", key))] };
        }
        if (ServerText.Is(_arguments.Gold)) plan = plan with { GoldServer = ServerText.Reward(_arguments.Gold!, "--gold", key) };
        if (!ServerText.Is(_arguments.Policy)) return plan;
        plan = plan with { PolicyServer = ServerText.Policy(_arguments.Policy!, "--policy", key) };
        if (_arguments is { ResponseTokens: { } tokens, Tokenizer: null })
        {
            plan = plan with
            {
                PolicyServer = plan.PolicyServer with { MaxTokens = tokens },
                ResponseLength = checked(BytesPerToken * tokens),
            };
            plan = plan with { GoldContext = Math.Max(plan.GoldContext, plan.PromptLength + plan.ResponseLength) };
        }
        if (_file is null && plan.Optimizers.Contains(StudyOptimizer.Ppo))
        {
            output.WriteLine("The policy is behind a server, which gives no gradients: best-of-n is run, and PPO is not.");
            plan = plan with { Optimizers = [StudyOptimizer.BestOfN] };
        }
        return plan;
    }

    private StudyPlan PlanOf(bool isText)
    {
        var arguments = _arguments;
        var plan = _file ?? (arguments.Plan, isText) switch
        {
            ("quick", false) => StudyPlan.Quick,
            ("quick", true) => StudyPlan.QuickText,
            ("paper", _) => StudyPlan.Paper,
            ("paper-scale", _) => StudyPlan.PaperScale,
            (_, false) => StudyPlan.Full,
            _ => StudyPlan.FullText,
        };
        plan = plan with
        {
            Seed = arguments.Seed ?? _file?.Seed ?? 1,
            ResponseLength = arguments.ResponseTokens ?? plan.ResponseLength,
        };
        return arguments.Proxies is { } proxies ? ProxyList.Read(proxies, plan) : plan;
    }
}
