namespace RewardScaling.Runs.Tools;

/// <summary>Names of columns: trackers' prefixes, patterns, and the names that people use who write their own logs.</summary>
internal static class ColumnNames
{
    private static readonly string[] s_prefixes = ["train/", "train_", "metrics/"];

    /// <summary>Names of a divergence from the initial policy; what was averaged, they do not say.</summary>
    public static readonly string[] Kl =
    [
        "kl", "kl_divergence", "kl_div", "mean_kl", "kl_mean", "avg_kl", "kl_avg", "kl_nats", "kl_to_ref", "kl_from_ref", "kl_ref", "ref_kl",
        "kl_to_init", "kl_from_init", "kl_from_initial", "kl_from_base", "kl_to_base", "policy_kl", "objective/kl", "kl_to_reference",
    ];

    /// <summary>Names that say by themselves that the KL is per sequence.</summary>
    public static readonly string[] KlPerSequence = ["kl_per_sequence", "sequence_kl", "seq_kl", "kl_sequence", "kl_per_seq", "kl_sum"];

    /// <summary>Names that say by themselves that the KL is a mean per token.</summary>
    public static readonly string[] KlPerToken = ["kl_per_token", "token_kl", "per_token_kl", "kl_token"];

    public static readonly string[] Proxy =
    [
        "proxy", "proxy_score", "proxy_reward", "proxy_mean", "proxy_rm", "proxy_rm_score", "rm_score", "rm_reward", "reward_mean", "mean_reward", "avg_reward",
        "reward", "rewards", "score", "reward/mean", "rewards/mean", "env/reward_mean", "mean_score", "score_mean", "average_reward", "reward_avg", "reward_total_mean",
    ];

    public static readonly string[] Gold =
    [
        "gold", "gold_score", "gold_reward", "gold_mean", "gold_acc", "gold_accuracy", "gold_rm", "gold_rm_score", "true_reward", "true_score", "win_rate",
        "winrate", "eval_win_rate", "eval/win_rate", "test_accuracy", "test_acc", "eval_accuracy", "eval_acc", "eval/accuracy", "val_accuracy", "val_acc",
        "accuracy", "acc", "correct", "correctness", "mean_correct", "correct_rate", "success_rate", "pass@1", "pass_at_1", "perplexity", "ppl",
    ];

    public static readonly string[] Step =
    [
        "step", "global_step", "_step", "trainer/global_step", "train_step", "training_step", "global_step/max_steps", "iteration", "iter", "update",
        "effort", "episode", "checkpoint", "ckpt",
    ];

    public static readonly string[] Length =
    [
        "response_length", "completion_length", "mean_completion_len", "mean_length", "mean_response_length", "avg_response_length", "response_len",
        "completions/mean_length", "response_length/mean", "mean_completion_length", "avg_completion_length", "completion_len", "avg_length",
        "mean_gen_length", "gen_len", "mean_response_tokens",
    ];

    public static readonly string[] Entropy = ["entropy", "policy_entropy", "entropy_mean", "mean_entropy", "policy/entropy", "entropy_loss", "objective/entropy"];

    public static readonly string[] Epoch = ["epoch", "progress"];

    /// <summary>Names of columns that tell runs apart.</summary>
    public static readonly string[] Run =
    [
        "run", "run_id", "run_name", "runid", "name", "exp", "exp_name", "experiment", "experiment_name", "arm", "condition", "variant", "group", "method",
        "algo", "algorithm", "model", "model_name", "policy", "config", "setting", "seed", "size", "rm_size", "proxy_size", "beta", "kl_coef", "kl_beta", "split",
        "phase", "mode", "proxy_parameters", "proxy_comparisons", "proxy_seed", "dataset", "task", "replicate", "trial", "rm", "reward_model",
    ];

    /// <summary>The values by which rows of training and of evaluation are told apart.</summary>
    public static readonly string[] Splits = ["train", "training", "eval", "evaluation", "test", "val", "valid", "validation"];

    /// <summary>Names of divergences that are not from the initial policy, or of something else, and what they are.</summary>
    public static IReadOnlyList<(string Column, string What)> NotTheKl { get; } =
    [
        ("policy/approxkl_avg", "how far one update moved the policy"),
        ("approx_kl", "how far one update moved the policy"),
        ("approxkl", "how far one update moved the policy"),
        ("ppo_kl", "how far one update moved the policy"),
        ("step_kl", "how far one update moved the policy"),
        ("actor/ppo_kl", "how far one update moved the policy"),
        ("train/ppo_kl", "how far one update moved the policy"),
        ("ppo/policy/approxkl", "how far one update moved the policy"),
        ("ppo/policy/policykl", "how far one update moved the policy"),
        ("kl_early_stop", "how far one update moved the policy"),
        ("behave_approx_kl", "how far one update moved the policy"),
        ("vllm_kl", "the difference between two engines that sample from the same policy"),
        ("rollout_corr/*", "the difference between two engines that sample from the same policy"),
        ("rollout_correction/*", "the difference between two engines that sample from the same policy"),
        ("mismatch_kl/*", "the difference between two engines that sample from the same policy"),
        ("*_mismatch_kl", "the difference between two engines that sample from the same policy"),
        ("gen_kl_error", "the difference between two engines that sample from the same policy"),
        ("policy_kl_error", "the difference between two engines that sample from the same policy"),
        ("js_divergence_error", "the difference between two engines that sample from the same policy"),
        ("optim/kl_sample_train_v1", "the difference between the policy that sampled and the one that is trained"),
        ("optim/kl_sample_train_v2", "the difference between the policy that sampled and the one that is trained"),
        ("train/kl_sample_train_v1", "the mean absolute difference between the policy that sampled and the one that is trained"),
        ("offpolicy/kl", "the difference between the policy that sampled and the one that is trained"),
        ("offpolicy/k3_kl", "the difference between the policy that sampled and the one that is trained"),
        ("kl_ent_ratio/mean", "a ratio of two other numbers"),
        ("sampling/*", "the difference between two engines that sample from the same policy"),
        ("loss/avg_kl_max", "a maximum of absolute values"),
        ("kl_coef", "the weight of the penalty, not the KL"),
        ("kl_coeff", "the weight of the penalty, not the KL"),
        ("objective/kl_coef", "the weight of the penalty, not the KL"),
        ("critic/kl_coeff", "the weight of the penalty, not the KL"),
        ("policy/sqrt_kl", "a root of e^x - 1 - x with the ratio upside down, which estimates no KL of samples from the policy; use policy/kl"),
        ("policy/kl_per_token", "a root of a mean per token, padding included; use policy/kl"),
    ];

    /// <summary>Names of scores from which the penalty on the KL was taken, or that are no score, and what they are.</summary>
    public static IReadOnlyList<(string Column, string What)> NotAScore { get; } =
    [
        ("objective/rlhf_reward", "the score less the penalty on the KL; use objective/scores"),
        ("objective/non_score_reward", "the penalty on the KL; use objective/scores"),
        ("objective/kl", "the KL"),
        ("ppo/mean_non_score_reward", "the penalty on the KL; use ppo/mean_scores or env/reward_mean"),
        ("critic/rewards/*", "the score less the penalty on the KL where that is in the reward; use critic/score/mean"),
        ("critic/returns/*", "the return of each token; use critic/score/mean"),
        ("critic/advantages/*", "the advantage, whose mean says nothing; use critic/score/mean"),
        ("return", "the score less the penalty on the KL; use reward"),
        ("rollout/return_mean", "the score less the penalty on the KL; use rollout/reward_mean"),
        ("loss/avg_final_rewards", "the score less the penalty on the KL; use reward/avg_raw_reward"),
        ("reward_std", "the scatter of the reward, not its mean"),
        ("loss", "the loss"),
        ("policy_loss", "the loss"),
    ];

    /// <summary>Whether a column has a name, a tracker's prefix aside.</summary>
    /// <param name="column">The column.</param>
    /// <param name="name">The name; a * stands for any characters: one within, or one at each end.</param>
    public static bool Is(string column, string name)
    {
        // As notebooks show it: "rewards / accuracy".
        if (column.Contains(" / ", StringComparison.Ordinal)) column = column.Replace(" / ", "/", StringComparison.Ordinal);
        if (Matches(column, name)) return true;
        foreach (string prefix in s_prefixes)
            if (column.StartsWith(prefix, StringComparison.Ordinal)) return Is(column[prefix.Length..], name);
        return false;
    }

    /// <summary>A table's first column that has one of some names, the names in their order.</summary>
    public static string? Find(RunTable table, IEnumerable<string> names) =>
        names.Select(name => table.Has(name) ? name : All(table, name).FirstOrDefault())
            .FirstOrDefault(static column => column is not null);

    /// <summary>A table's columns that have a name.</summary>
    public static IEnumerable<string> All(RunTable table, string name) => table.Columns.Where(column => Is(column, name));

    /// <summary>Names as trackers and spreadsheets vary them: "Step", "Global Step".</summary>
    public static string? FindLoosely(RunTable table, IEnumerable<string> names) =>
        Find(table, names) ?? names.Select(name => table.Columns.FirstOrDefault(column =>
            Is(column.Trim().Replace(' ', '_').ToLowerInvariant(), name))).FirstOrDefault(static column => column is not null);

    private static bool Matches(ReadOnlySpan<char> column, string name)
    {
        int star = name.IndexOf('*', StringComparison.Ordinal);
        if (star < 0) return column.SequenceEqual(name);
        if (star == 0 && name.Length > 1 && name[^1] == '*') return column.IndexOf(name.AsSpan(1, name.Length - 2)) >= 0;
        ReadOnlySpan<char> before = name.AsSpan(0, star), after = name.AsSpan(star + 1);
        return column.Length >= name.Length && column.StartsWith(before) && column.EndsWith(after);
    }
}
