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
    private static readonly Option<string> SampledByOption = Named("--sampled-by", "For token log-probabilities: whether samples are of the policy, or of what a cut (top-p, top-k) left of it.", "WHOM", "the-policy")
        .Among("the-policy", "its-cut");
    private static readonly Option<string> OutOption = Named("--out", "The page to write; its plots go beside it as .svg.", "FILE", "report.html");
    private static readonly Option<string> KlOption = Named("--kl", "Column of the KL from the initial policy. Default: by known names.", "COLUMN");
    private static readonly Option<string> ProxyOption = Named("--proxy", "Column of the score that was optimised. Default: by known names.", "COLUMN");
    private static readonly Option<string> GoldOption = Named("--gold", "Column of what counts. Default: by known names.", "COLUMN");
    private static readonly Option<string> StepOption = Named("--step", "Column of the step, or of n. Default: by known names.", "COLUMN");
    private static readonly Option<string> LengthOption = Named("--length", "Column of the mean response length in tokens. Default: by known names.", "COLUMN");
    private static readonly Option<string> PromptOption = Named("--prompt", "Column of the prompt of a scored sample. Default: by known names.", "COLUMN");
    private static readonly Option<string> KlIsOption = Named("--kl-is", "What the KL column holds, where the tool is not known or did not keep its defaults.", "KIND", "known")
        .Among("known", "sequence", "token", "all-tokens");
    private static readonly Option<string> MethodOption = Named("--method", "How the policy was optimised. Default: by the numbers.", "METHOD", "known")
        .Among("known", "best-of-n", "rl");
    private static readonly Option<string> GoldAtOption = Named("--gold-at", "Which line of training a gold score belongs to: that of its own step, or the last one before.", "RULE", "same-step")
        .Among("same-step", "nearest-earlier");
    private static readonly Option<bool> LowerOption = new("--lower-is-better") { Description = "Gold is better when lower, such as a perplexity." };
    private static readonly Option<string> RunOption = Named("--run", "Keep one of several runs, by the name that the report gives it. Default: each by itself.", "NAME");
    private static readonly Option<bool> TogetherOption = new("--together") { Description = "Fit one law through the points of all runs of the file." };
    private static readonly Option<string> OffsetOption = Named("--offset", "Whether gold of the initial policy is estimated (free) or 0 by definition (zero).", "RULE", "known")
        .Among("known", "free", "zero");
    private static readonly Option<string> AxisOption = Named("--axis", "The scale of the plot's KL axis.", "SCALE", "sqrt")
        .Among("sqrt", "log", "linear");
    private static readonly Option<bool> SkipOption = new("--skip-nan") { Description = "Leave out lines with NaN or infinities and say how many." };
    private static readonly Option<long> MaxOption = ReadingOption.Create();
    private static readonly Option<string[]> WhereOption = new("--where")
    {
        Description = "Use only rows where a column has a value; may be given several times.",
        HelpName = "COLUMN=VALUE",
        DefaultValueFactory = static _ => [],
    };

    private static readonly Option<bool> JsonOption = new("--json")
    {
        Description = "Print what was found as one line of JSON instead of words.",
    };

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

    private static Option<string> Named(string name, string description, string helpName, string preset = "") => new(name)
    {
        Description = description,
        HelpName = helpName,
        DefaultValueFactory = _ => preset,
    };
}
