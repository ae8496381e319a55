using RewardScaling.Curves;

namespace RewardScaling.Runs;

/// <summary>What a tool's metrics are called and what its KL is; docs/runs.md cites the sources.</summary>
/// <param name="Name">The tool, as reports call it.</param>
/// <param name="Kl">Its column of the divergence from the initial policy.</param>
/// <param name="Proxies">Names of the score without penalty, the best first.</param>
/// <param name="Evidence">Columns that only this tool writes, of which one at least must be there to tell tools with a common
/// name apart; none: the KL's own name is enough.</param>
/// <param name="Logging">What that divergence is.</param>
internal sealed record KnownTool(string Name, string Kl, string[] Proxies, string[] Evidence, KlLogging Logging)
{
    private const string Loss = "A penalty on the KL was in the objective, so the run is of penalised optimisation.";

    /// <summary>The column that says by which method a row was optimised, in the words of <see cref="MethodName"/>.</summary>
    public const string Method = "method";

    /// <summary>Columns that tell the curves of one file apart.</summary>
    public string[] CurveColumns { get; init; } = [];

    /// <summary>Names of gold that the tool itself writes.</summary>
    public string[] Golds { get; init; } = [];

    /// <summary>Names of the mean length of responses in tokens.</summary>
    public string[] Lengths { get; init; } = [];

    /// <summary>Whether rewards are measured from the initial policy, so that every law's R(0) = 0 holds.</summary>
    public bool StartsAtZero { get; init; }

    /// <summary>Responses behind a line for each unit of a column: their product is how many answers gold was averaged
    /// over.</summary>
    public (string Column, double Each)? Answers { get; init; }

    /// <summary>The tools, the most particular first.</summary>
    public static IReadOnlyList<KnownTool> All { get; } =
    [
        new("RewardScaling", "kl_nats", ["proxy"], ["effort"], KlLogging.PerSequence("exact"))
        {
            Golds = ["gold"],
            StartsAtZero = true,
            CurveColumns = [Method, "proxy_parameters", "proxy_comparisons", "proxy_seed"],
        },
        new("reward-overoptimization (GRPO on GSM8K)", "kl", ["reward_mean"], ["zero_adv_fraction"], new()
        {
            Averaging = KlAveraging.MeanPerToken,
            Estimator = "k3",
            Remarks =
            [
                "The mean is taken inside each response first, so short responses weigh as much as long ones.",
                "That repository samples with top-p 0.95 while its log-probabilities are of the full distribution, so no estimator of the KL is unbiased here.",
                "Its configuration puts 0.04 x KL into the loss: the run is of penalised optimisation.",
                "A line is an average over optimizer steps (n_optim of them), between which the policy moves.",
            ],
        })
        {
            Golds = ["gold_acc"], Lengths = ["mean_completion_len"], Answers = ("n_micro", 8),
        },
        new("TRL online DPO", "objective/kl", ["objective/scores"], ["logps/chosen"], KlLogging.PerSequence("k1")),
        new("TRL PPO", "objective/kl", ["objective/scores"], [], new()
        {
            Averaging = KlAveraging.SequenceSum,
            Estimator = "k1",
            Remarks =
            [
                "k1 is TRL's default; with kl_estimator=\"k3\" the same column is k3, and the log does not say which.",
                "TRL's PPO puts kl_coef x KL into the reward (default 0.05): the run is of penalised optimisation.",
            ],
        }),
        new("TRL GRPO or RLOO", "kl", ["reward"], ["completions/mean_length", "frac_reward_zero_std"], new()
        {
            Averaging = KlAveraging.MeanPerToken,
            Estimator = "k3 (GRPO) or k1 (RLOO)",
            Remarks = ["A line is an average over the batches since the last line, each with its own number of tokens.", "TRL logs this KL only where beta is not 0. " + Loss],
        })
        {
            Lengths = ["completions/mean_length"],
        },
        new("verl (KL in the reward)", "actor/reward_kl_penalty", ["critic/score/mean"], [], new()
        {
            Averaging = KlAveraging.MeanPerToken,
            Estimator = "k1",
            Remarks =
            [
                "The mean is taken inside each response first. k1 is verl's default; algorithm.kl_penalty may say otherwise, and the log does not.",
                Loss,
            ],
        })
        {
            Lengths = ["response_length/mean"],
        },
        new("verl (KL in the loss)", "actor/kl_loss", ["critic/score/mean"], [], new()
        {
            Averaging = KlAveraging.MeanPerToken,
            Estimator = "k3",
            Clamp = 10,
            Remarks =
            [
                "k3 (low_var_kl) and token-mean are verl's defaults; kl_loss_type and loss_agg_mode may say otherwise, and the log does not.",
                "It is measured during the update, after some of its steps. " + Loss,
            ],
        })
        {
            Lengths = ["response_length/mean"],
        },
        new("OpenRLHF", "kl", ["rollout/reward_mean", "reward"], ["logprobs_diff", "rollout/reward_mean"], new()
        {
            Averaging = KlAveraging.MeanPerToken,
            Estimator = "k1",
            Clamp = 10,
            Remarks =
            [
                "The mean is taken inside each response first. k1 is OpenRLHF's default; algo.kl.estimator may say otherwise, and the log does not.",
                Loss,
            ],
        })
        {
            Lengths = ["rollout/response_length_mean", "response_length"],
        },
        new("llm_optimization (trlx PPO)", "policy/kl", ["rollout_scores/mean", "reward/mean"], [], new()
        {
            Averaging = KlAveraging.SequenceSum,
            Estimator = "k2",
            IncludesPrompt = true,
        }),
    ];

    /// <summary>Names of divergences that are not from the initial policy, or of something else, and what they are.</summary>
    public static IReadOnlyDictionary<string, string> NotTheKl { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["policy/approxkl_avg"] = "how far one update moved the policy",
        ["approx_kl"] = "how far one update moved the policy",
        ["approxkl"] = "how far one update moved the policy",
        ["ppo_kl"] = "how far one update moved the policy",
        ["actor/ppo_kl"] = "how far one update moved the policy",
        ["vllm_kl"] = "the difference between two engines that sample from the same policy",
        ["policy/sqrt_kl"] = "a root of e^x - 1 - x with the ratio upside down, which estimates no KL of samples from the policy; use policy/kl",
        ["policy/kl_per_token"] = "a root of a mean per token, padding included; use policy/kl",
    };
}
