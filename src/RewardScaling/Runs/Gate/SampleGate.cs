using static System.FormattableString;

namespace RewardScaling.Runs.Gate;

/// <summary>Signs that scored samples are none, or cannot be ranked.</summary>
internal static class SampleGate
{
    private static readonly string[] s_scores = ["correct", "acc", "gold", "score", "right", "pass", "win"];

    public static IEnumerable<GateFinding> Findings(ScoredSamples samples)
    {
        RunColumns columns = samples.Columns;
        double[][] gold = [.. samples.Prompts.Select(static prompt => prompt.Gold.ToArray())],
            proxy = [.. samples.Prompts.Select(static prompt => prompt.Proxy.ToArray())];
        double[] allGold = [.. gold.SelectMany(static scores => scores)],
            allProxy = [.. proxy.SelectMany(static scores => scores)];
        if (allGold.Length < 2 || samples.LargestCount < 2) yield break;
        if (RoundedNumbers.AreConstant(allGold))
        {
            yield return new(GateSubject.Gold, GateRuling.NoLaw, Invariant($"Gold, '{columns.Gold}', is {allGold[0]:G6} for every sample: nothing to fit."));
        }
        else if (AreOfPrompts(gold))
        {
            string other = Others(samples).ToArray() is { Length: > 0 } found ? $"; {string.Join(" or ", found.Select(static name => $"'{name}'"))} differs between samples: map it for gold" : "; map the column of what each sample is worth";
            yield return new(GateSubject.Gold, GateRuling.Refusal, Invariant($"'{columns.Gold}' is the same for all samples of each prompt ({gold[0][0]:G6} for the first): it is the answer or a property of the prompt, not a score{other}."));
        }
        else if (allGold.AsSpan().SequenceEqual(allProxy))
        {
            yield return new(GateSubject.Gold, GateRuling.Refusal, $"Gold, '{columns.Gold}', and the proxy, '{columns.Proxy}', are the same numbers for every sample: there is one score, not two; map another column for gold.");
        }
        if (AreOfPrompts(proxy))
            yield return new(GateSubject.Proxy, GateRuling.Refusal, $"The proxy, '{columns.Proxy}', is the same for all samples of each prompt: it cannot choose among them; map the score of each sample.");
    }

    private static bool AreOfPrompts(double[][] scores) =>
        scores.Any(static one => one.Length > 1) && scores.All(static one => one.All(score => score == one[0]));

    // Columns that say what a sample is worth and differ within a prompt.
    private static IEnumerable<string> Others(ScoredSamples samples)
    {
        RunTable table = samples.Table;
        RunColumns columns = samples.Columns;
        return table.Columns.Where(name => name != columns.Gold && name != columns.Proxy && name != columns.Prompt
            && IsAScore(name)
            && Enumerable.Range(0, table.RowCount).All(row => table.Finite(row, name) is not null)
            && Enumerable.Range(0, table.RowCount).GroupBy(row => table.Text(row, columns.Prompt))
                .Any(prompt => prompt.Select(row => table.Number(row, name)).Distinct().Count() > 1));
    }

    private static bool IsAScore(string name) => Array.Exists(s_scores, word =>
        name.Contains(word, StringComparison.OrdinalIgnoreCase));
}
