using System.CommandLine;
using RewardScaling.Studies;

namespace RewardScaling.Tool.Studies;

/// <summary><c>plan</c>: prints a plan, and what it comes to.</summary>
internal static class PlanCommand
{
    private static readonly Argument<string> s_plan = new("PLAN")
    {
        Description = "quick, full, paper (every experiment of the paper, hours), paper-scale (the same at its own size, to be priced), or a file of JSON.",
        DefaultValueFactory = static _ => "quick",
    };
    private static readonly Option<bool> s_schema = ToolOption.Flag("--schema", "Prints the JSON schema of plans.");
    private static readonly Option<bool> s_levels = ToolOption.Flag("--levels",
        "A line for each level of the graph of cells. A level may run when those before it are whole, its cells side by side.");
    private static readonly Option<bool> s_cells = ToolOption.Flag("--cells",
        "A line for each cell, with tabs between: number, level, kind, name, the numbers of what it is made from.");
    private static readonly Option<bool> s_price = ToolOption.Flag("--price",
        "Measures this machine for some seconds and says what the plan costs: cells, tokens, time, disk, memory.");

    /// <summary>The command.</summary>
    public static Command Create(Surroundings surroundings)
    {
        var command = new ToolCommand("plan", "Prints a plan with every default, as JSON that study --plan reads, or what it comes to.",
            ("plan > mine.json", "The quick plan with every default, to be changed and run by study --plan mine.json."),
            ("plan --schema > plan.schema.json", "What plans may say; editors know it by the member $schema of a plan."),
            ("plan paper --price --threads 1", "What the experiments of the paper cost on one thread of this machine."),
            ("plan mine.json --levels", "Which cells may run when."))
        { s_plan };
        foreach (var option in PlanArguments.Sources) command.Add(option);
        Option[] own = [s_schema, s_levels, s_cells, s_price, StudyArguments.ThreadsOption, StudyArguments.DeviceOption];
        foreach (var option in own) command.Add(option);
        return command.Running(static parsed => parsed, (parsed, cancellation) => RunAsync(parsed, surroundings, cancellation),
            error: surroundings.Error);
    }

    private static async Task<int> RunAsync(ParseResult parsed, Surroundings surroundings, CancellationToken cancellation)
    {
        var output = surroundings.Output;
        if (parsed.GetValue(s_schema))
        {
            output.WriteLine(StudyPlan.JsonSchema);
            return 0;
        }
        // What is to be said of the files is said where it cannot get into the plan.
        var sources = new StudySources(PlanArguments.Read(parsed, parsed.GetValue(s_plan)), surroundings.Error);
        var study = new Lazy<OveroptimizationStudy>(() => sources.On(surroundings.Engine(
            parsed.GetValue(StudyArguments.DeviceOption)!, parsed.GetValue(StudyArguments.ThreadsOption))));
        if (parsed.GetValue(s_levels)) PlanWords.Levels(study.Value.Graph, output);
        else if (parsed.GetValue(s_cells)) PlanWords.Cells(study.Value.Graph, output);
        else if (parsed.GetValue(s_price)) await PlanWords.PriceAsync(study.Value, null, 1, output, cancellation);
        else output.WriteLine(sources.Plan.ToJson());
        return 0;
    }
}
