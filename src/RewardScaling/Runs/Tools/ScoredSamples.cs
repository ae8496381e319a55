using RewardScaling.BestOfN;
using RewardScaling.Numerics;
using RewardScaling.Runs.Tools;

namespace RewardScaling.Runs;

/// <summary>
/// Somebody's scored samples, by prompt: what a best-of-n curve is made of. A row is a sample (prompt, proxy, gold), or a prompt
/// with lists of scores, as llm_optimization writes them.
/// </summary>
/// <remarks>
/// A sample without a score (null, NaN, an infinity) is a fault: it cannot be ranked, and leaving it out favours the others.
/// It is left out when asked, and counted. Samples of several rounds, steps or policies are no draws from one policy, and are
/// refused until <see cref="RunTable.Where"/> has left those of one.
/// </remarks>
/// <example>
/// <code>
/// ScoredSamples samples = ScoredSamples.Read("scored.csv");       // prompt, proxy, gold; a row for each sample
/// RewardCurve curve = BestOfNCurve.From(samples.Prompts, n: [1, 2, 4, 8]);
/// </code>
/// </example>
public sealed class ScoredSamples
{
    private static readonly string[] s_prompt = ["prompt", "prompt_id", "question", "instruction", "query", "problem"];
    private static readonly string[] s_proxy = ["proxy", "proxy_score", "proxy_scores", "proxy_reward", "reward", "score"];
    private static readonly string[] s_gold = ["gold", "gold_score", "gold_scores", "gold_reward", "correct", "accuracy", "is_correct"];

    private static readonly string[] s_policies = ["round", "arm", "step", "global_step", "iteration", "iter", "epoch", "checkpoint", "policy"];
    private static readonly string[] s_counts = ["num_correct", "n_correct", "correct_count", "num_samples", "pass@1", "pass@k", "pass_at_1", "pass_rate"];

    private ScoredSamples(RunTable table, RunColumns columns, IReadOnlyList<ScoredPrompt> prompts, int leftOut,
        IReadOnlyList<string> notes) =>
        (Table, Columns, Prompts, LeftOut, Notes) = (table, columns, prompts, leftOut, notes);

    /// <summary>The file.</summary>
    public RunTable Table { get; }

    /// <summary>The columns that are used: prompt, proxy and gold.</summary>
    public RunColumns Columns { get; }

    /// <summary>The prompts in order of appearance, each with all its samples.</summary>
    public IReadOnlyList<ScoredPrompt> Prompts { get; }

    /// <summary>How many samples had no score and were left out, as asked.</summary>
    public int LeftOut { get; }

    /// <summary>What was left out or assumed, a sentence each.</summary>
    public IReadOnlyList<string> Notes { get; }

    /// <summary>The samples of the prompt with the fewest: the largest n of a curve over all prompts.</summary>
    public int SmallestCount => Prompts.Min(static prompt => prompt.SampleCount);

    /// <summary>The samples of the prompt with the most.</summary>
    public int LargestCount => Prompts.Max(static prompt => prompt.SampleCount);

    /// <summary>
    /// How many prompts have two samples with the same proxy score; best-of-n then has a smaller KL than ln n - (n - 1) / n.
    /// </summary>
    public int TiedPrompts => Prompts.Count(static prompt => prompt.Proxy.ToArray().Distinct().Count() < prompt.SampleCount);

    /// <summary>Whether a table looks like scored samples: it has a prompt, a proxy and a gold column.</summary>
    /// <param name="table">The file's rows.</param>
    /// <param name="columns">Which columns hold what; null to find all by known names.</param>
    public static bool Fits(RunTable table, RunColumns? columns = null)
    {
        ArgumentNullException.ThrowIfNull(table);
        columns ??= new();
        return Find(table, columns.Prompt, s_prompt) is not null && Find(table, columns.Proxy, s_proxy) is not null
            && Find(table, columns.Gold, s_gold) is not null;
    }

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="columns">Which columns hold what; null to find all by known names.</param>
    /// <param name="nonFinite">What is done with samples without a score.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file cannot be read or lacks a column or score; the message says
    /// which.</exception>
    public static ScoredSamples Read(string path, RunColumns? columns = null, NonFiniteRule nonFinite = NonFiniteRule.Fail) =>
        From(RunTable.Read(path), columns, nonFinite);

    /// <summary>Interprets a table.</summary>
    /// <param name="table">The file's rows.</param>
    /// <param name="columns">Which columns hold what; null to find all by known names.</param>
    /// <param name="nonFinite">What is done with samples without a score.</param>
    /// <exception cref="InvalidDataException">The table lacks a column or score, or holds no draws from one policy; the message says
    /// which.</exception>
    public static ScoredSamples From(RunTable table, RunColumns? columns = null, NonFiniteRule nonFinite = NonFiniteRule.Fail)
    {
        ArgumentNullException.ThrowIfNull(table);
        if (!Enum.IsDefined(nonFinite)) throw new ArgumentOutOfRangeException(nameof(nonFinite), nonFinite, $"nonFinite = {nonFinite} must be Fail or LeaveOut.");
        columns ??= new();
        var notes = new List<string>(table.Notes);
        columns = new()
        {
            Prompt = Find(table, columns.Prompt, s_prompt) ?? throw Lacks(table, "prompt", columns.Prompt),
            Proxy = Find(table, columns.Proxy, s_proxy) ?? throw Lacks(table, "proxy", columns.Proxy),
            Gold = Find(table, columns.Gold, s_gold) ?? throw Lacks(table, "gold", columns.Gold),
        };
        OnePolicy(table);
        var order = new List<string>();
        var scores = new Dictionary<string, (List<double> Proxy, List<double> Gold)>(StringComparer.Ordinal);
        int leftOut = 0;
        for (int row = 0; row < table.RowCount; row++)
        {
            string prompt = table.Text(row, columns.Prompt);
            if (!scores.TryGetValue(prompt, out var lists))
            {
                scores.Add(prompt, lists = ([], []));
                order.Add(prompt);
            }
            bool list = table.IsList(row, columns.Proxy), skip = nonFinite == NonFiniteRule.LeaveOut;
            double[] proxy = list ? Scores(table, row, columns.Proxy, skip) : [Score(table, row, columns.Proxy, skip)],
                gold = list ? Scores(table, row, columns.Gold, skip) : [Score(table, row, columns.Gold, skip)];
            if (proxy.Length == 0) throw table.Fault(row, columns.Proxy, "the list is empty; a prompt needs at least one sample");
            if (proxy.Length != gold.Length) throw table.Fault(row, columns.Gold, $"the list has {gold.Length} scores and '{columns.Proxy}' {proxy.Length}; each sample needs both");
            for (int i = 0; i < proxy.Length; i++)
            {
                if (!double.IsFinite(proxy[i]) || !double.IsFinite(gold[i]))
                {
                    leftOut++;
                    continue;
                }
                lists.Proxy.Add(Errors.RequireSize(table, row, columns.Proxy, proxy[i]));
                lists.Gold.Add(Errors.RequireSize(table, row, columns.Gold, gold[i]));
            }
        }
        int emptied = order.RemoveAll(prompt => scores[prompt].Proxy.Count == 0);
        if (order.Count == 0) throw new InvalidDataException($"{table.Name} has no sample with both '{columns.Proxy}' and '{columns.Gold}'.");
        if (leftOut > 0) notes.Add(FormattableString.Invariant($"{leftOut} samples without a score are left out, as asked{(emptied > 0 ? FormattableString.Invariant($", and {emptied} prompts with them") : "")}; where they are missing is no chance, the others are favoured."));
        return new(table, columns, [.. order.Select(prompt =>
            new ScoredPrompt(prompt, [.. scores[prompt].Proxy], [.. scores[prompt].Gold]))], leftOut, notes);
    }

    /// <summary>What was read: "800 samples of 200 prompts, 4 each; 3 prompts with tied proxy scores".</summary>
    public override string ToString()
    {
        string each = SmallestCount == LargestCount ? $"{SmallestCount} each" : $"{SmallestCount} to {LargestCount} each";
        return $"{Table.Name}: {Prompts.Sum(static prompt => prompt.SampleCount)} samples of {Prompts.Count} prompts, {each}; {TiedPrompts} prompts with tied proxy scores{(LeftOut > 0 ? FormattableString.Invariant($"; {LeftOut} without a score left out") : "")}";
    }

    // NaN for what is left out.
    private static double Score(RunTable table, int row, string column, bool skip) => skip ? table.Finite(row, column) ?? (
        table.IsMissing(row, column) || table.IsNonFinite(row, column) ? double.NaN : table.Number(row, column))
            : table.Number(row, column);

    private static double[] Scores(RunTable table, int row, string column, bool skip) =>
        skip ? table.NumbersOrNull(row, column) : table.Numbers(row, column);

    private static void OnePolicy(RunTable table)
    {
        foreach (string column in s_policies)
        {
            if (!table.Has(column)) continue;
            string[] values = [.. table.Values(column).Take(6).Select(Excerpt.Of)];
            if (values.Length > 1)
                throw new InvalidDataException($"{table.Name}: '{column}' is {string.Join(", ", values.Take(5))}{(values.Length > 5 ? ", .." : "")}, so the samples are no draws from one policy; choose one of them (RunTable.Where, --where {column}={values[0]}).");
        }
    }

    private static string? Find(RunTable table, string mapped, string[] names) =>
        mapped.Length > 0 ? table.Has(mapped) ? mapped : null : names.FirstOrDefault(table.Has);

    private static InvalidDataException Lacks(RunTable table, string role, string mapped) =>
        new(mapped.Length == 0 && s_counts.Any(table.Has)
        ? $"{table.Name} has counts ({string.Join(", ", s_counts.Where(table.Has))}) and no column for {role}: they give pass@k of the policy, but best-of-n needs a proxy and a gold score for each sample."
        : mapped.Length > 0
        ? $"{table.Name} has no column '{mapped}' for {role}; it has {string.Join(", ", table.Columns.Take(40).Select(Excerpt.Of))}."
        : $"{table.Name}: no column has a known name for {role}; map one of {string.Join(", ", table.Columns.Take(40).Select(Excerpt.Of))}.");
}
