namespace RewardScaling.Runs.Tools;

/// <summary>Says what rows are that tell of no run, where their columns show it, and what to do with them.</summary>
internal static class OtherRows
{
    private static readonly string[] s_preferences = ["chosen", "rejected", "reject", "text_chosen", "chosen_response", "preferred_output", "non_preferred_output",
        "bon_best", "loser_list", "better_response_id", "human_ref_A", "winner_model_a", "response_j", "conversation_a", "response_0", "output_1"];
    private static readonly string[] s_examples = ["messages", "conversations", "content", "instruction", "output", "completion", "response", "text"];
    private static readonly string[] s_prompts = ["prompt", "prompt_id", "question", "instruction", "query", "problem"];

    /// <summary>The sentence; null where the columns show nothing.</summary>
    public static string? Describe(RunTable table)
    {
        string[] roots = [.. table.Columns.Select(static column => column.Split('/')[0]).Distinct()];
        if (s_preferences.FirstOrDefault(roots.Contains) is { } pair)
            return $"{table.Name} is a file of preferences ('{pair}'), not of a run: a reward model is trained on it (rewardscaling study --preferences FILE, PreferenceFile.Read).";
        if (table.Columns.FirstOrDefault(static column => column.Contains("_stderr,", StringComparison.Ordinal)) is { } error)
            return $"{table.Name} holds results of an evaluation ('{error}') and no run: they are gold of one checkpoint. Give them together with the run's log (analyse LOG RESULTS ..), from folders whose names have the step (checkpoint-100).";
        string? lists = table.Columns.FirstOrDefault(column => ColumnNames.Proxy.Concat(["scores"]).Contains(column)
            && table.IsList(0, column));
        if (lists is not null && s_prompts.Any(table.Has))
            return $"{table.Name} has scores of several samples of each prompt ('{lists}') and no gold: best-of-n needs a gold score for each sample too (--prompt, --proxy, --gold).";
        return s_examples.FirstOrDefault(roots.Contains) is { } text
            && table.Columns.All(column => ColumnNames.FindLoosely(table, ColumnNames.Step) != column)
            ? $"{table.Name} holds texts ('{text}') and no run: there is no step, KL or score in it. A run is the log of training: trainer_state.json, metrics by step, event files, a console."
            : null;
    }
}
