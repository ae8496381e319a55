using RewardScaling.BestOfN;
using RewardScaling.Numerics;
using RewardScaling.Runs.Formats;
using RewardScaling.Runs.Tools;
using static System.FormattableString;

namespace RewardScaling.Runs;

/// <summary>
/// Scored samples of many training steps, or of rounds or arms: of each a pool of its own, as no two are draws from one policy.
/// Best-of-n within each shows how trust in the proxy shrinks as the policy moves.
/// </summary>
/// <remarks>
/// Known: the completions of TRL (one column for each reward function), verl's rollout_data_dir (input, output, score, step and
/// extras such as acc), ms-swift's completions.jsonl (a line is a dictionary of lists). Any table with a prompt, a step and two
/// scores will do.
/// </remarks>
public sealed class StepRollouts
{
    private static readonly string[] s_prompt = ["prompt", "prompt_id", "prompt_idx", "question", "instruction", "query", "problem", "problem_id", "task_id", "input", "uid", "messages"];
    private static readonly string[] s_step = ["step", "global_step", "training_step", "gen_step", "round", "iteration", "iter", "checkpoint", "arm"];
    private static readonly string[] s_gold = ["gold", "gold_score", "gold_reward", "correct", "is_correct", "accuracy", "acc", "true_reward"];
    private static readonly string[] s_proxy = ["proxy", "proxy_score", "proxy_reward", "rm_score", "reward_model", "reward", "rewards", "score"];
    private static readonly string[] s_noScore = ["advantage", "advantages", "epoch", "length", "response_length", "completion_length", "tokens", "index", "idx", "sample", "sample_id", "seed", "generation", "num_tokens"];

    private StepRollouts(RunTable table, RunColumns columns, IReadOnlyList<StepPool> steps) =>
        (Table, Columns, Steps) = (table, columns, steps);

    /// <summary>The file or files.</summary>
    public RunTable Table { get; }

    /// <summary>The columns that are used: prompt, step, proxy and gold.</summary>
    public RunColumns Columns { get; }

    /// <summary>The pools, by step.</summary>
    public IReadOnlyList<StepPool> Steps { get; }

    /// <summary>Whether a table holds samples of several steps: a prompt, a step with two values at least, a score, no KL, and
    /// several samples of a prompt at some step.</summary>
    /// <param name="table">The rows.</param>
    /// <param name="columns">Which columns hold what; null to find all by known names.</param>
    public static bool Fits(RunTable table, RunColumns? columns = null)
    {
        ArgumentNullException.ThrowIfNull(table);
        columns ??= new();
        if (columns.Kl.Length > 0 || ColumnNames.Find(table,
            [.. ColumnNames.KlPerSequence, .. ColumnNames.Kl]) is not null) return false;
        if (Find(table, columns.Prompt, s_prompt) is not { } prompt
            || Find(table, columns.Step, s_step) is not { } step) return false;
        if (ValuesOf(table, step).Distinct().Take(2).Count() < 2 || Scores(table, prompt, step).Length < 2) return false;
        return ListLength(table, 0, prompt) > 1 || Scores(table, prompt, step).Any(column => ListLength(table, 0, column) > 1)
            || Enumerable.Range(0, table.RowCount).GroupBy(row => (table.Raw(row, prompt), table.Raw(row, step)))
                .Any(static group => group.Count() > 1);
    }

    /// <summary>Interprets a table.</summary>
    /// <param name="table">The rows.</param>
    /// <param name="columns">Which columns hold what; null to find all by known names.</param>
    /// <exception cref="InvalidDataException">A column or a score is missing; the message says which and what there is.</exception>
    public static StepRollouts From(RunTable table, RunColumns? columns = null)
    {
        ArgumentNullException.ThrowIfNull(table);
        columns ??= new();
        string prompt = Find(table, columns.Prompt, s_prompt) ?? throw Lacks(table, "prompt", "--prompt", table.Columns);
        string step = Find(table, columns.Step, s_step) ?? throw Lacks(table, "step", "--step", table.Columns);
        string[] scores = Scores(table, prompt, step);
        string gold = Find(table, columns.Gold, s_gold) ?? scores.SingleOrDefault(static name =>
            name.Contains("gold", StringComparison.OrdinalIgnoreCase))
            ?? throw Lacks(table, "gold", "--gold", scores);
        string[] others = [.. scores.Where(name => name != gold)];
        string proxy = Find(table, columns.Proxy, [.. s_proxy.Where(name => name != gold)]) ?? (others.Length == 1 ? others[0]
            : throw Lacks(table, "proxy", "--proxy", others));
        var pools = new Dictionary<string, Dictionary<string, (List<double> Proxy, List<double> Gold)>>(StringComparer.Ordinal);
        for (int row = 0; row < table.RowCount; row++)
        {
            if (table.IsMissing(row, prompt) || table.IsMissing(row, step)) continue;
            double[] proxies = Numbers(table, row, proxy), golds = Numbers(table, row, gold);
            if (proxies.Length != golds.Length) throw table.Fault(row, gold, Invariant($"there are {golds.Length} scores and of '{proxy}' {proxies.Length}; each sample needs both"));
            string[] prompts = Texts(table, row, prompt), steps = Texts(table, row, step);
            for (int i = 0; i < proxies.Length; i++)
            {
                string at = Pick(table, row, step, steps, i, proxies.Length);
                if (!pools.TryGetValue(at, out var pool)) pools.Add(at, pool = new(StringComparer.Ordinal));
                string of = Pick(table, row, prompt, prompts, i, proxies.Length);
                if (!pool.TryGetValue(of, out var lists)) pool.Add(of, lists = ([], []));
                lists.Proxy.Add(proxies[i]);
                lists.Gold.Add(golds[i]);
            }
        }
        StepPool[] all = [.. pools.Select((pool, index) => new StepPool(pool.Key,
            RunText.TryNumber(pool.Key, out double number) && double.IsFinite(number) ? number : index,
            [.. pool.Value.Select(static one => new ScoredPrompt(one.Key, [.. one.Value.Proxy], [.. one.Value.Gold]))]))];
        if (all.Length == 0) throw new InvalidDataException($"{table.Name}: no row has a prompt, '{step}', '{proxy}' and '{gold}'.");
        return new(table, new() { Prompt = prompt, Step = step, Proxy = proxy, Gold = gold },
            [.. all.OrderBy(static pool => pool.Step)]);
    }

    /// <summary>What was read: "4,096 samples of 16 steps".</summary>
    public override string ToString() =>
        Invariant($"{Table.Name}: {Steps.Sum(static pool => pool.Prompts.Sum(static prompt => prompt.SampleCount))} samples of {Steps.Count} steps ('{Columns.Step}'), prompt '{Columns.Prompt}', proxy '{Columns.Proxy}', gold '{Columns.Gold}'");

    private static IEnumerable<string?> ValuesOf(RunTable table, string step) => Enumerable.Range(0, table.RowCount)
        .Select(row => table.Raw(row, step));

    // Columns of numbers that may be what a sample is worth.
    private static string[] Scores(RunTable table, string prompt, string step) =>
        [.. table.Columns.Where(column => column != prompt && column != step
        && !s_noScore.Contains(column, StringComparer.OrdinalIgnoreCase)
            && !s_step.Contains(column, StringComparer.OrdinalIgnoreCase)
        && Enumerable.Range(0, Math.Min(20, table.RowCount)).Any(row => table.Finite(row, column) is not null
            || table.IsList(row, column)))];

    private static int ListLength(RunTable table, int row, string column) => !table.TryCell(row, column, out RunCell cell) ? 0
        : cell.Kind switch { RunCellKind.Numbers => cell.Numbers.Length, RunCellKind.Texts => cell.Texts.Length, _ => 1 };

    private static double[] Numbers(RunTable table, int row, string column) => Array.ConvertAll(table.IsList(row, column)
        ? table.Numbers(row, column) : [table.Number(row, column)], score => Errors.RequireSize(table, row, column, score));

    private static string[] Texts(RunTable table, int row, string column) => table.TryCell(row, column, out RunCell cell)
        && cell.Kind == RunCellKind.Texts
        ? cell.Texts : table.IsList(row, column) ? [.. table.Numbers(row, column)
            .Select(static number => Invariant($"{number:R}"))] : [table.Text(row, column)];

    // A value for all samples of a row, or a list with one for each.
    private static string Pick(RunTable table, int row, string column, string[] texts, int index, int samples) =>
        texts.Length == 1 ? texts[0]
        : texts.Length == samples ? texts[index] : throw table.Fault(row, column, Invariant($"there are {texts.Length} values and {samples} scores; each sample needs one"));

    private static string? Find(RunTable table, string mapped, string[] names) =>
        mapped.Length > 0 ? table.Has(mapped) ? mapped : throw Lacks(table, mapped, "", table.Columns)
            : names.FirstOrDefault(table.Has);

    private static InvalidDataException Lacks(RunTable table, string role, string option, IReadOnlyList<string> columns) =>
        new(option.Length == 0
        ? $"{table.Name} has no column '{role}'; it has {string.Join(", ", columns.Take(40).Select(Excerpt.Of))}."
        : $"{table.Name} holds samples of several steps, and no column has a known name for {role}; map one of {string.Join(", ", columns.Take(40).Select(Excerpt.Of))} ({option}).");
}
