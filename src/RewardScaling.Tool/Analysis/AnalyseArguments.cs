using System.CommandLine;
using RewardScaling.Curves;
using RewardScaling.Reports.Drawing;
using RewardScaling.Runs;

namespace RewardScaling.Tool.Analysis;

/// <summary>What the command line may say.</summary>
internal sealed record AnalyseArguments(
    IReadOnlyList<string> Paths, string Out, RunLogOptions Run, bool? StartsAtZero, AxisScale Axis, IReadOnlyList<string> Where,
    string RunName, bool Together, SampledBy SampledBy, RunReadOptions Reading, bool Json)
{
    private static readonly Argument<string[]> FileArgument = new("FILE-OR-FOLDER")
    {
        Description = "Training logs, folders of checkpoints or event files, results of best-of-n, scored samples, rollouts by step, token log-probabilities, or coefficients by size. Several are joined by step.",
        Arity = ArgumentArity.OneOrMore,
    };
    private static readonly Option<string> SampledByOption = ToolOption.Of("--sampled-by", "WHOM", "For token log-probabilities: whether samples are of the policy, or of what a cut (top-p, top-k) left of it.", "the-policy")
        .Among("the-policy", "its-cut");
    private static readonly Option<string> OutOption = ToolOption.Of("--out", "FILE", "The page to write; its plots go beside it as .svg.", "report.html");
    private static readonly Option<string> KlOption = ToolOption.Of("--kl", "COLUMN", "Column of the KL from the initial policy. Default: by known names.", "");
    private static readonly Option<string> ProxyOption = ToolOption.Of("--proxy", "COLUMN", "Column of the score that was optimised. Default: by known names.", "");
    private static readonly Option<string> GoldOption = ToolOption.Of("--gold", "COLUMN", "Column of what counts. Default: by known names.", "");
    private static readonly Option<string> StepOption = ToolOption.Of("--step", "COLUMN", "Column of the step, or of n. Default: by known names.", "");
    private static readonly Option<string> LengthOption = ToolOption.Of("--length", "COLUMN", "Column of the mean response length in tokens. Default: by known names.", "");
    private static readonly Option<string> PromptOption = ToolOption.Of("--prompt", "COLUMN", "Column of the prompt of a scored sample. Default: by known names.", "");
    private static readonly Option<string> KlIsOption = ToolOption.Of("--kl-is", "KIND", "What the KL column holds, where the tool is not known or did not keep its defaults.", "known")
        .Among("known", "sequence", "token", "all-tokens");
    private static readonly Option<string> MethodOption = ToolOption.Of("--method", "METHOD", "How the policy was optimised. Default: by the numbers.", "known")
        .Among("known", "best-of-n", "rl");
    private static readonly Option<string> GoldAtOption = ToolOption.Of("--gold-at", "RULE", "Which line of training a gold score belongs to: that of its own step, or the last one before.", "same-step")
        .Among("same-step", "nearest-earlier");
    private static readonly Option<bool> LowerOption = ToolOption.Flag("--lower-is-better",
        "Gold is better when lower, such as a perplexity.");
    private static readonly Option<string> RunOption = ToolOption.Of("--run", "NAME", "Keep one of several runs, by the name that the report gives it. Default: each by itself.", "");
    private static readonly Option<bool> TogetherOption = ToolOption.Flag("--together",
        "Fit one law through the points of all runs of the file.");
    private static readonly Option<string> OffsetOption = ToolOption.Of("--offset", "RULE", "Whether gold of the initial policy is estimated (free) or 0 by definition (zero).", "known")
        .Among("known", "free", "zero");
    private static readonly Option<string> AxisOption = ToolOption.Of("--axis", "SCALE", "The scale of the plot's KL axis.", "sqrt")
        .Among("sqrt", "log", "linear");
    private static readonly Option<bool> SkipOption = ToolOption.Flag("--skip-nan",
        "Leave out lines with NaN or infinities and say how many.");
    private static readonly Option<long> MaxOption = ReadingOption.Create();
    private static readonly Option<string[]> WhereOption = ToolOption.Of<string[]>("--where", "COLUMN=VALUE",
        "Use only rows where a column has a value; may be given several times.", []);

    private static readonly Option<bool> JsonOption = ToolOption.Flag("--json",
        "Print what was found as one line of JSON instead of words.");

    /// <summary>The command and its options.</summary>
    public static Command Command()
    {
        var command = new ToolCommand("analyse",
            "Fits the laws of reward-model overoptimization to somebody's run and says what the numbers are worth.",
            ("analyse train.jsonl", "A log of TRL, OpenRLHF, verl or another trainer."),
            ("analyse train.csv evaluation.csv --gold accuracy", "Gold from a second file, joined by step."),
            ("analyse scored.jsonl --prompt question", "Scored samples: the best-of-n curve with its law."),
            ("analyse checkpoints/ --out page.html", "A folder of checkpoints or event files."))
        {
            FileArgument, OutOption, KlOption, ProxyOption, GoldOption, StepOption, LengthOption, PromptOption, KlIsOption,
            MethodOption, GoldAtOption, LowerOption, OffsetOption, AxisOption, SkipOption, WhereOption, RunOption,
            TogetherOption, SampledByOption, MaxOption, JsonOption,
        };
        return command;
    }

    /// <summary>Reads them.</summary>
    public static AnalyseArguments Read(ParseResult parsed) => new(
        parsed.GetValue(FileArgument)!, parsed.GetValue(OutOption)!,
        new()
        {
            Columns = new()
            {
                Kl = parsed.GetValue(KlOption)!,
                Proxy = parsed.GetValue(ProxyOption)!,
                Gold = parsed.GetValue(GoldOption)!,
                Step = parsed.GetValue(StepOption)!,
                Length = parsed.GetValue(LengthOption)!,
                Prompt = parsed.GetValue(PromptOption)!,
            },
            Kl = parsed.GetValue(KlIsOption) switch
            {
                "sequence" => KlLogging.PerSequence("unknown"),
                "token" => new() { Averaging = KlAveraging.MeanPerToken, Estimator = "unknown" },
                "all-tokens" => new() { Averaging = KlAveraging.MeanOfAllTokens, Estimator = "unknown" },
                _ => null,
            },
            Method = parsed.GetValue(MethodOption) switch
            {
                "best-of-n" => OptimizationMethod.BestOfN,
                "rl" => OptimizationMethod.ReinforcementLearning,
                _ => null,
            },
            NonFinite = parsed.GetValue(SkipOption) ? NonFiniteRule.LeaveOut : NonFiniteRule.Fail,
            GoldStep = parsed.GetValue(GoldAtOption) == "nearest-earlier" ? GoldStep.NearestEarlier : GoldStep.Same,
            LowerIsBetter = parsed.GetValue(LowerOption) ? true : null,
        },
        parsed.GetValue(OffsetOption) switch { "free" => false, "zero" => true, _ => null },
        parsed.GetValue(AxisOption) switch { "log" => AxisScale.Logarithmic, "linear" => AxisScale.Linear, _ => AxisScale.SquareRoot },
        parsed.GetValue(WhereOption)!, parsed.GetValue(RunOption)!, parsed.GetValue(TogetherOption),
        parsed.GetValue(SampledByOption) == "its-cut" ? SampledBy.ItsCut : SampledBy.ThePolicy,
        ReadingOption.Read(parsed.GetValue(MaxOption)), parsed.GetValue(JsonOption));
}
