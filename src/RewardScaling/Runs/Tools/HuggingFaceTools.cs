namespace RewardScaling.Runs.Tools;

/// <summary>TRL and what is built on its trainers.</summary>
internal static class HuggingFaceTools
{
    private const string Loss = "A penalty on the KL was in the objective, so the run is of penalised optimisation.";
    private const string AverageOfBatches = "A line is an average over the batches since the last line, each with its own number of tokens.";
    private const string LogKl = "Set beta above 0 (a tenth of the default is enough to keep the reference model and log kl), and add gold as one more reward function of weight 0 (reward_weights): its rewards/NAME/mean is then logged and not optimised.";

    private static readonly string[] s_lengths = ["completions/mean_length", "completion_length", "completions/mean_terminated_length"];
    private static readonly string[] s_groups = ["frac_reward_zero_std"];
    private static readonly string[] s_golds = ["rewards/gold*/mean", "rewards/gold*", "rewards/true*/mean"];
    private static readonly string[] s_proxies = ["rewards/proxy*/mean", "rewards/proxy*", "reward"];

    public static KnownTool[] All { get; } =
    [
        new()
        {
            Name = "KTO",
            Source = "trl f2cd577: trl/trainer/kto_trainer.py:1406 to 1438; LLaMA-Factory ff6d4d1: train/kto/trainer.py:267",
            Evidence = [["kl"], ["logps/chosen"], ["rewards/chosen"]],
            Never = ["completions/mean_length", "objective/scores"],
            NotTheKl = [("kl", "KTO's z0 from mismatched pairs, cut off at 0")],
            NoRun = "KTO learns from labelled answers and optimises no reward model: its rewards are the policy's own log-ratios",
        },
        new()
        {
            Name = "TRL online DPO",
            Source = "trl f2cd577: trl/experimental/online_dpo/online_dpo_trainer.py:1252",
            Evidence = [["objective/kl"], ["objective/scores"], ["logps/chosen"]],
            Kls = [new("objective/kl", KlLogging.PerSequence("k1"))],
            Proxies = ["objective/scores"],
            Entropies = ["objective/entropy"],
        },
        new()
        {
            Name = "DPO",
            Source = "by its columns: rewards/margins, rewards/accuracies, logps/chosen",
            Evidence = [["rewards/margins", "eval_rewards/margins"], ["rewards/accuracies", "eval_rewards/accuracies"], ["rewards/chosen", "eval_rewards/chosen"]],
            Never = ["objective/scores"],
            NoRun = "DPO learns from pairs and optimises no reward model: its rewards are the policy's own log-ratios",
        },
        new()
        {
            Name = "TRL PPO",
            Versions = "2024 to 2026",
            Source = "trl f2cd577: trl/experimental/ppo/ppo_trainer.py:774, 882, 889; objective/scores :885; objective/rlhf_reward :894",
            Evidence = [["objective/kl"], ["objective/scores"]],
            Never = ["objective/kl0_avg"],
            Kls =
            [
                new("objective/kl", new()
                {
                    Averaging = KlAveraging.SequenceSum,
                    Estimator = "k1",
                    Remarks =
                    [
                        "k1 is TRL's default; with kl_estimator=\"k3\" the same column is k3, and the log does not say which.",
                        "TRL's PPO puts kl_coef x KL into the reward (default 0.05): the run is of penalised optimisation.",
                    ],
                }),
            ],
            Proxies = ["objective/scores"],
            Entropies = ["objective/entropy", "policy/entropy_avg"],
            ToLog = "Score the sampled answers by gold in the trainer's loop, or evaluate the saved checkpoints and give that file beside this one.",
        },
        new()
        {
            Name = "TRL PPO (0.11 and before)",
            Source = "trl 1f8ba92 (v0.11.4): trl/trainer/ppo_trainer.py:1150 to 1163, 1301, 1302, 1320, 1327, 1407",
            Evidence = [["objective/kl"], ["ppo/mean_scores", "env/reward_mean", "ppo/mean_non_score_reward"]],
            Kls =
            [
                new("objective/kl", new()
                {
                    Averaging = KlAveraging.SequenceSum,
                    Estimator = "k1",
                    Remarks =
                    [
                        "k1 is that version's default (kl_penalty=\"kl\"); \"abs\", \"mse\" and \"full\" write other numbers into the same column, and the log does not say which.",
                        "The adaptive controller put a penalty on the KL into the reward: the run is of penalised optimisation.",
                    ],
                }),
            ],
            Proxies = ["ppo/mean_scores", "env/reward_mean"],
            Lengths = ["tokens/responses_len_mean"],
            Entropies = ["objective/entropy", "ppo/policy/entropy"],
        },
        new()
        {
            Name = "TRL AsyncGRPO",
            Source = "trl f2cd577: trl/experimental/async_grpo; rewards in async_rollout_worker.py:876 to 879",
            Evidence = [["ratio"], ["weight_sync_time_s", "forward_time_s", "train_seq_len"]],
            Proxies = s_proxies,
            Golds = s_golds,
            Lengths = s_lengths,
            Entropies = ["entropy"],
            FlatGroups = s_groups,
            NotTheKl = [("kl", "how far the policy is from the one that sampled, not from the initial one")],
            ToLog = "AsyncGRPO keeps no reference model: score saved checkpoints (docs/runs.md, KL after the fact).",
        },
        new()
        {
            Name = "ms-swift RLOO or REINFORCE++",
            Source = "ms-swift 3602360: grpo_trainer.py:460, 499; megatron/trainers/grpo_trainer.py:537, 1205",
            Evidence = [["global_step/max_steps", "train_speed(s/it)", "memory(GiB)"], ["reward"], ["kl"], ["rewards/*/mean", "completions/mean_length", "frac_reward_zero_std"]],
            Sign = ToolSigns.KlIsOfSequences,
            Kls =
            [
                new("kl", new()
                {
                    Averaging = KlAveraging.SequenceSum,
                    Estimator = "k1",
                    Remarks = ["ms-swift logs a sum over sequences for RLOO and REINFORCE++ and a mean per token for GRPO; a KL below 0 or above 1 is taken for the former (--kl-is token says otherwise)."],
                }),
            ],
            Proxies = ["rewards/proxy*/mean", "rewards/*/mean"],
            Golds = s_golds,
            Lengths = s_lengths,
            Entropies = ["entropy/mean", "entropy"],
            FlatGroups = s_groups,
            NotAScore = [("reward", "less beta x KL in ms-swift's RLOO and REINFORCE++; use one of rewards/NAME/mean")],
            ToLog = LogKl,
        },
        new()
        {
            Name = "ms-swift GRPO",
            Source = "ms-swift 3602360: grpo_trainer.py:987 to 990, 1166 to 1193",
            Evidence = [["global_step/max_steps", "train_speed(s/it)", "memory(GiB)"], ["reward"], ["kl"], ["rewards/*/mean", "completions/mean_length", "frac_reward_zero_std"]],
            Sign = ToolSigns.RewardIsSumOfParts,
            Kls =
            [
                new("kl", new()
                {
                    Averaging = KlAveraging.MeanPerToken,
                    Estimator = "k3",
                    Clamp = 10,
                    Remarks = ["Its reward is the sum of its parts, so no penalty was taken from it: GRPO.", AverageOfBatches, Loss],
                }),
            ],
            Proxies = s_proxies,
            Golds = s_golds,
            Lengths = s_lengths,
            Entropies = ["entropy/mean", "entropy"],
            FlatGroups = s_groups,
            ToLog = LogKl,
        },
        new()
        {
            Name = "ms-swift",
            Source = "ms-swift 3602360: grpo_trainer.py",
            Evidence = [["global_step/max_steps", "train_speed(s/it)", "memory(GiB)"], ["reward"], ["rewards/*/mean", "completions/mean_length", "frac_reward_zero_std", "reward_std"]],
            Kls =
            [
                new("kl", new()
                {
                    Averaging = KlAveraging.Unknown,
                    Estimator = "k3 (GRPO) or k1 (RLOO)",
                    Remarks = ["ms-swift logs a mean per token for GRPO and a sum over sequences for RLOO and REINFORCE++ (--kl-is token or --kl-is sequence)."],
                }),
            ],
            Proxies = s_proxies,
            Golds = s_golds,
            Lengths = s_lengths,
            Entropies = ["entropy/mean", "entropy"],
            FlatGroups = s_groups,
            ToLog = LogKl,
        },
        new()
        {
            Name = "unsloth GRPO",
            Source = "unsloth-zoo ce232d6: rl_replacements.py:553, 644 to 647; unsloth 015bdef: models/rl_replacements.py:2901",
            Evidence = [["kl"], ["completion_length"], ["completions/mean_length"], ["reward"]],
            Kls =
            [
                new("kl", new()
                {
                    Averaging = KlAveraging.MeanPerToken,
                    Estimator = "k3",
                    Remarks = ["The mean is taken inside each response first, on one process. " + AverageOfBatches, Loss],
                }),
            ],
            Proxies = s_proxies,
            Golds = s_golds,
            Lengths = s_lengths,
            Entropies = ["entropy"],
            FlatGroups = s_groups,
            ToLog = LogKl,
        },
        new()
        {
            Name = "TRL RLOO",
            Source = "trl f2cd577: trl/trainer/rloo_trainer.py:1531, 1574 to 1578, 1586",
            Evidence = [["kl"], ["reward"], ["completions/mean_length", "frac_reward_zero_std", "rewards/*/mean"], ["completions/mean_length", "frac_reward_zero_std", "reward_std"]],
            Sign = ToolSigns.KlIsNegative,
            Kls =
            [
                new("kl", new()
                {
                    Averaging = KlAveraging.MeanPerToken,
                    Estimator = "k1",
                    Remarks =
                    [
                        "The KL falls below 0, which GRPO's k3 never does: k1, so RLOO.",
                        "The mean is over all tokens of a batch: exact where a line is one batch (logging_steps 1), else an average over those since the last line.",
                        Loss,
                    ],
                }),
            ],
            Proxies = s_proxies,
            Golds = s_golds,
            Lengths = s_lengths,
            Entropies = ["entropy"],
            FlatGroups = s_groups,
            ToLog = LogKl,
        },
        new()
        {
            Name = "TRL GRPO or RLOO",
            Versions = "2025-05 and later",
            Source = "trl f2cd577: trl/trainer/grpo_trainer.py:3071, 3229 to 3238, 3282; reward :2743 to 2749; rloo_trainer.py:1531, 1574",
            Evidence = [["reward"], ["completions/mean_length", "frac_reward_zero_std", "rewards/*/mean"], ["completions/mean_length", "frac_reward_zero_std", "reward_std", "clip_ratio/region_mean"]],
            Never = ["actor/ppo_kl", "critic/score/mean", "logprobs_diff"],
            Kls =
            [
                new("kl", new()
                {
                    Averaging = KlAveraging.MeanPerToken,
                    Estimator = "k3 (GRPO) or k1 (RLOO)",
                    Remarks =
                    [
                        AverageOfBatches,
                        "TRL logs this KL only where beta is not 0. " + Loss,
                    ],
                }),
            ],
            Proxies = s_proxies,
            Golds = s_golds,
            Lengths = s_lengths,
            Entropies = ["entropy"],
            FlatGroups = s_groups,
            ToLog = LogKl,
        },
        new()
        {
            Name = "TRL GRPO (0.16)",
            Versions = "2025-03 to 2025-04",
            Source = "trl 2bc182c (v0.16.1): trl/trainer/grpo_trainer.py:849, 859, 938, 943",
            Evidence = [["reward"], ["completion_length"], ["clip_ratio"], ["reward_std", "rewards/*"]],
            Never = ["logprobs_diff", "critic/score/mean"],
            Kls =
            [
                new("kl", new()
                {
                    Averaging = KlAveraging.MeanPerToken,
                    Estimator = "k3",
                    Remarks =
                    [
                        "The mean is over all tokens of a micro-batch on each process, then over processes and over the batches since the last line.",
                        "TRL logs this KL only where beta is not 0. " + Loss,
                    ],
                }),
            ],
            Proxies = s_proxies,
            Golds = s_golds,
            Lengths = s_lengths,
            FlatGroups = s_groups,
            ToLog = LogKl,
        },
        new()
        {
            Name = "TRL GRPO (0.14, 0.15)",
            Versions = "2025-01 to 2025-03",
            Source = "trl 49711ef (v0.14.0): trl/trainer/grpo_trainer.py:516, 524, 530; fc2b041 (v0.15.2): 659, 717, 719",
            Evidence = [["reward"], ["completion_length"], ["reward_std", "rewards/*"]],
            Never = ["logprobs_diff", "critic/score/mean"],
            Kls =
            [
                new("kl", new()
                {
                    Averaging = KlAveraging.MeanPerToken,
                    Estimator = "k3",
                    Remarks =
                    [
                        "The mean is taken inside each response first, on each process, then over processes and over the batches since the last line.",
                        "TRL logs this KL only where beta is not 0. " + Loss,
                    ],
                }),
            ],
            Proxies = s_proxies,
            Golds = s_golds,
            Lengths = s_lengths,
            FlatGroups = s_groups,
            ToLog = LogKl,
        },
        new()
        {
            Name = "LLaMA-Factory PPO",
            Source = "LLaMA-Factory ff6d4d1: train/ppo/trainer.py:273 to 281",
            Evidence = [["reward"], ["current_steps", "percentage", "elapsed_time"], ["loss"]],
            Proxies = ["reward"],
            ToLog = "LLaMA-Factory writes the KL to its tracker only (report_to): export objective/kl from there.",
        },
        new()
        {
            Name = "the training of a reward model",
            Source = "trl f2cd577: trl/trainer/reward_trainer.py, by its column names",
            Evidence = [["margin", "eval_margin"], ["min_reward", "max_reward", "mean_reward"], ["accuracy", "eval_accuracy"]],
            NoRun = "it learns from preferences and optimises no policy against them",
        },
        new()
        {
            Name = "supervised fine-tuning",
            Source = "by its columns, which the Trainer of Hugging Face writes: loss, learning_rate, grad_norm, eval_loss",
            Evidence = [["loss", "eval_loss"], ["learning_rate"], ["grad_norm", "token_acc", "mean_token_accuracy", "eval_loss", "eval_runtime", "train_runtime"]],
            Never = ["reward", "kl", "rewards/*", "objective/*", "completions/*", "*reward*", "*kl*"],
            NoRun = "it learns from given answers and optimises no reward model",
        },
    ];
}
