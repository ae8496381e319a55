using System.CommandLine;
using RewardScaling.Reports.Drawing;
using RewardScaling.Runs;

namespace RewardScaling.Samples.AnalyseRun;

/// <summary>What the command line may say.</summary>
internal sealed record AnalyseRunArguments(
    string File, string Out, RunColumns Columns, KlLogging? Kl, NonFiniteRule NonFinite, bool? StartsAtZero, AxisScale Axis,
    IReadOnlyList<string> Where)
{
    private static readonly Argument<string> FileArgument = new("FILE")
    {
        Description = "A training log (JSON lines, CSV, trainer_state.json, printed metrics), best-of-n results, scored samples, or coefficients by size.",
    };
    private static readonly Option<string> OutOption = Named("--out", "The page to write; its plots go beside it as .svg.", "FILE", "report.html");
    private static readonly Option<string> KlOption = Named("--kl", "Column of the KL from the initial policy. Default: by known names.", "COLUMN");
    private static readonly Option<string> ProxyOption = Named("--proxy", "Column of the score that was optimised. Default: by known names.", "COLUMN");
    private static readonly Option<string> GoldOption = Named("--gold", "Column of what counts. Default: by known names.", "COLUMN");
    private static readonly Option<string> StepOption = Named("--step", "Column of the step, or of n. Default: by known names.", "COLUMN");
    private static readonly Option<string> LengthOption = Named("--length", "Column of the mean response length in tokens. Default: by known names.", "COLUMN");
    private static readonly Option<string> PromptOption = Named("--prompt", "Column of the prompt of a scored sample. Default: by known names.", "COLUMN");
    private static readonly Option<string> KlIsOption = Named("--kl-is", "What the KL column holds, where the tool is not known or did not keep its defaults.", "KIND", "known");
    private static readonly Option<string> OffsetOption = Named("--offset", "Whether gold of the initial policy is estimated (free) or 0 by definition (zero).", "RULE", "known");
    private static readonly Option<string> AxisOption = Named("--axis", "The scale of the plot's KL axis.", "SCALE", "sqrt");
    private static readonly Option<bool> SkipOption = new("--skip-nan") { Description = "Leave out lines with NaN or infinities and say how many." };
    private static readonly Option<string[]> WhereOption = new("--where")
    {
        Description = "Use only rows where a column has a value; may be given several times.",
        HelpName = "COLUMN=VALUE",
        DefaultValueFactory = static _ => [],
    };

    /// <summary>The command, with what it does once its arguments are read.</summary>
    public static RootCommand Command(Func<AnalyseRunArguments, int> run)
    {
        KlIsOption.AcceptOnlyFromAmong("known", "sequence", "token", "all-tokens");
        OffsetOption.AcceptOnlyFromAmong("known", "free", "zero");
        AxisOption.AcceptOnlyFromAmong("sqrt", "log", "linear");
        var command = new RootCommand("Fits the laws of reward-model overoptimization to somebody's run and says what the numbers are worth.")
        {
            FileArgument, OutOption, KlOption, ProxyOption, GoldOption, StepOption, LengthOption, PromptOption, KlIsOption,
                OffsetOption,
            AxisOption, SkipOption, WhereOption,
        };
        command.SetAction(parsed => run(new(
            parsed.GetValue(FileArgument)!, parsed.GetValue(OutOption)!,
            new()
            {
                Kl = parsed.GetValue(KlOption)!,
                Proxy = parsed.GetValue(ProxyOption)!,
                Gold = parsed.GetValue(GoldOption)!,
                Step = parsed.GetValue(StepOption)!,
                Length = parsed.GetValue(LengthOption)!,
                Prompt = parsed.GetValue(PromptOption)!,
            },
            parsed.GetValue(KlIsOption) switch
            {
                "sequence" => KlLogging.PerSequence("unknown"),
                "token" => new() { Averaging = KlAveraging.MeanPerToken, Estimator = "unknown" },
                "all-tokens" => new() { Averaging = KlAveraging.MeanOfAllTokens, Estimator = "unknown" },
                _ => null,
            },
            parsed.GetValue(SkipOption) ? NonFiniteRule.LeaveOut : NonFiniteRule.Fail,
            parsed.GetValue(OffsetOption) switch { "free" => false, "zero" => true, _ => null },
            parsed.GetValue(AxisOption) switch { "log" => AxisScale.Logarithmic, "linear" => AxisScale.Linear, _ => AxisScale.SquareRoot },
            parsed.GetValue(WhereOption)!)));
        return command;
    }

    private static Option<string> Named(string name, string description, string helpName, string preset = "") => new(name)
    {
        Description = description,
        HelpName = helpName,
        DefaultValueFactory = _ => preset,
    };
}
