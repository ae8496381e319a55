using System.Text.Json;
using RewardScaling.Cpu;
using RewardScaling.Studies;
using RewardScaling.Studies.Cells;

namespace RewardScaling.Benchmarks;

/// <summary>One kind of work that a stage of a study does, in the units of a workload of the comparison.</summary>
/// <param name="Stage">The stage, as study.json names it.</param>
/// <param name="Workload">The workload whose rate prices it: sft, sample and score count tokens, rm counts pairs.</param>
/// <param name="Units">How many.</param>
/// <param name="Parameters">Parameters of the network that does it.</param>
internal sealed record StudyWork(string Stage, string Workload, double Units, long Parameters);

/// <summary>All work of a study, counted from its study.json.</summary>
/// <param name="SequenceLength">Tokens of a prompt and its response.</param>
/// <param name="Works">The work, in the order of the stages.</param>
/// <param name="Seconds">How long each stage took.</param>
internal sealed record StudyWorks(int SequenceLength, IReadOnlyList<StudyWork> Works, IReadOnlyDictionary<string, double> Seconds)
{
    /// <summary>Reads a study.json.</summary>
    /// <exception cref="ArgumentException">The file is no study.json, or of a study whose work is not known.</exception>
    public static StudyWorks Read(string path)
    {
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllText(path));
            return Of(json.RootElement);
        }
        catch (Exception fault) when (fault is JsonException or KeyNotFoundException or InvalidOperationException
            or InvalidDataException or FormatException)
        {
            throw new ArgumentException($"{path} is no study.json: {fault.Message}", fault);
        }
    }

    /// <summary>Counts the work of a study of the library's own policy, gold and proxies, cell by cell as the library prices
    /// them; runs of PPO to the step they made.</summary>
    public static StudyWorks Of(JsonElement study)
    {
        var plan = StudyPlan.FromJson(study.GetProperty("plan").GetRawText());
        if (plan.Pretraining.Patience > 0 || plan.ProxyTraining.Patience > 0)
            throw new ArgumentException("Where a training may stop early, its study.json does not say how many steps it made.");
        var graph = new OveroptimizationStudy(plan, new CpuEngine(1)).Graph;
        var curves = study.GetProperty("curves").EnumerateArray().ToArray();
        if (curves.Length != graph.Curves.Count)
            throw new ArgumentException($"The study has {curves.Length} curves and its plan {graph.Curves.Count}: it is not finished, or had proxies of its caller's.");
        var policy = (PolicyCell)graph.Nodes[0];
        RequireOwn(study.GetProperty("policy"), CellCosts.Parameters(policy.Run, plan.Policy, isPolicy: true), "policy");
        RequireOwn(study.GetProperty("gold"), CellCosts.Parameters(policy.Run, plan.Gold, isPolicy: false), "gold");
        // In the order of the plan, as the curves of the document are.
        var made = graph.Curves.Zip(curves).Where(static pair => pair.First.Cell is PpoCell).ToDictionary(static pair => pair.First.Cell,
            static pair => pair.Second.GetProperty("points").EnumerateArray().Last().GetProperty("step").GetInt32());
        StudyWork[] works = [.. graph.Nodes.SelectMany(cell => (cell is PpoCell run ? run.CostTo(made[run]) : cell.Cost).Works
            .Where(static work => work.Tokens > 0).Select(work => Of(cell, work)))];
        return new(plan.PromptLength + plan.ResponseLength, works, study.GetProperty("timings").EnumerateArray().ToDictionary(
            static timing => timing.GetProperty("stage").GetString()!,
            static timing => timing.GetProperty("seconds").GetDouble()));
    }

    private static StudyWork Of(Cell cell, Work work)
    {
        string workload = (work.Kind, work.IsPolicy) switch
        {
            (WorkKind.Sample, _) => "sample",
            (WorkKind.Read, _) => "score",
            (_, true) => "sft",
            _ => "rm",
        };
        // The comparison counts pairs where the library counts the tokens of both.
        double units = workload == "rm" ? work.Tokens / (2.0 * cell.Run.Context) : work.Tokens;
        return new(StudyStages.Name(StudyStages.Of(cell.Kind)), workload, units,
            CellCosts.Parameters(cell.Run, work.Size!, work.IsPolicy));
    }

    // A corpus, policy or gold of the caller's is not in the plan.
    private static void RequireOwn(JsonElement network, long parameters, string what)
    {
        long there = network.GetProperty("parameters").GetInt64();
        if (there != parameters || network.TryGetProperty("heldOut", out _))
            throw new ArgumentException(FormattableString.Invariant($"The study's {what} has {there} parameters and that of its plan alone {parameters}: only a study of the synthetic language, its own policy and a random teacher can be priced."));
    }
}
