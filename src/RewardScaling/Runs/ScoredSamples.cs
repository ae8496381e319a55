using RewardScaling.BestOfN;

namespace RewardScaling.Runs;

/// <summary>
/// Somebody's scored samples, by prompt: what a best-of-n curve is made of. A row is a sample (prompt, proxy, gold), or a prompt
/// with lists of scores, as llm_optimization writes them.
/// </summary>
/// <remarks>NaN and infinities are faults: a sample without a score cannot be ranked, and leaving it out would favour the
/// others.</remarks>
public sealed class ScoredSamples
{
    private static readonly string[] s_prompt = ["prompt", "prompt_id", "question", "instruction", "query", "problem"];
    private static readonly string[] s_proxy = ["proxy", "proxy_score", "proxy_scores", "proxy_reward", "reward", "score"];
    private static readonly string[] s_gold = ["gold", "gold_score", "gold_scores", "gold_reward", "correct", "accuracy", "is_correct"];

    private ScoredSamples(RunTable table, RunColumns columns, IReadOnlyList<ScoredPrompt> prompts) =>
        (Table, Columns, Prompts) = (table, columns, prompts);

    /// <summary>The file.</summary>
    public RunTable Table { get; }

    /// <summary>The columns that are used: prompt, proxy and gold.</summary>
    public RunColumns Columns { get; }

    /// <summary>The prompts in order of appearance, each with all its samples.</summary>
    public IReadOnlyList<ScoredPrompt> Prompts { get; }

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
    /// <param name="path">The file, UTF-8.</param>
    /// <param name="columns">Which columns hold what; null to find all by known names.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file cannot be read or lacks a column or score; the message says
    /// which.</exception>
    public static ScoredSamples Read(string path, RunColumns? columns = null) => From(RunTable.Read(path), columns);

    /// <summary>Interprets a table.</summary>
    /// <param name="table">The file's rows.</param>
    /// <param name="columns">Which columns hold what; null to find all by known names.</param>
    /// <exception cref="InvalidDataException">The table lacks a column or score; the message says which.</exception>
    public static ScoredSamples From(RunTable table, RunColumns? columns = null)
    {
        ArgumentNullException.ThrowIfNull(table);
        columns ??= new();
        columns = new()
        {
            Prompt = Find(table, columns.Prompt, s_prompt) ?? throw Lacks(table, "prompt", columns.Prompt),
            Proxy = Find(table, columns.Proxy, s_proxy) ?? throw Lacks(table, "proxy", columns.Proxy),
            Gold = Find(table, columns.Gold, s_gold) ?? throw Lacks(table, "gold", columns.Gold),
        };
        var order = new List<string>();
        var scores = new Dictionary<string, (List<double> Proxy, List<double> Gold)>(StringComparer.Ordinal);
        for (int row = 0; row < table.RowCount; row++)
        {
            string prompt = table.Text(row, columns.Prompt);
            if (!scores.TryGetValue(prompt, out var lists))
            {
                scores.Add(prompt, lists = ([], []));
                order.Add(prompt);
            }
            if (!table.IsList(row, columns.Proxy))
            {
                lists.Proxy.Add(table.Number(row, columns.Proxy));
                lists.Gold.Add(table.Number(row, columns.Gold));
                continue;
            }
            double[] proxy = table.Numbers(row, columns.Proxy), gold = table.Numbers(row, columns.Gold);
            if (proxy.Length == 0) throw table.Fault(row, columns.Proxy, "the list is empty; a prompt needs at least one sample");
            if (proxy.Length != gold.Length) throw table.Fault(row, columns.Gold, $"the list has {gold.Length} scores and '{columns.Proxy}' {proxy.Length}; each sample needs both");
            lists.Proxy.AddRange(proxy);
            lists.Gold.AddRange(gold);
        }
        return new(table, columns, [.. order.Select(prompt =>
            new ScoredPrompt(prompt, [.. scores[prompt].Proxy], [.. scores[prompt].Gold]))]);
    }

    /// <summary>What was read: "800 samples of 200 prompts, 4 each; 3 prompts with tied proxy scores".</summary>
    public override string ToString()
    {
        string each = SmallestCount == LargestCount ? $"{SmallestCount} each" : $"{SmallestCount} to {LargestCount} each";
        return $"{Table.Name}: {Prompts.Sum(static prompt => prompt.SampleCount)} samples of {Prompts.Count} prompts, {each}; {TiedPrompts} prompts with tied proxy scores";
    }

    private static string? Find(RunTable table, string mapped, string[] names) =>
        mapped.Length > 0 ? table.Has(mapped) ? mapped : null : names.FirstOrDefault(table.Has);

    private static InvalidDataException Lacks(RunTable table, string role, string mapped) => new(mapped.Length > 0
        ? $"{table.Name} has no column '{mapped}' for {role}; it has {string.Join(", ", table.Columns.Take(40).Select(RunText.Short))}."
        : $"{table.Name}: no column has a known name for {role}; map one of {string.Join(", ", table.Columns.Take(40).Select(RunText.Short))}.");
}
