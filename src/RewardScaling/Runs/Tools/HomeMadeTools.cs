namespace RewardScaling.Runs.Tools;

/// <summary>This library's own files and those of published experiments.</summary>
internal static class HomeMadeTools
{
    /// <summary>The column that says by which method a row was optimised, in the words of <see
    /// cref="Curves.MethodName"/>.</summary>
    public const string Method = "method";

    public static KnownTool[] All { get; } =
    [
        new()
        {
            Name = "RewardScaling",
            Source = "this library: docs/ppo.md, docs/best-of-n.md",
            Evidence = [["kl_nats"], ["effort"], ["proxy"]],
            Kls = [new("kl_nats", KlLogging.PerSequence("exact"))],
            Proxies = ["proxy"],
            Golds = ["gold"],
            StartsAtZero = true,
            CurveColumns = [Method, "proxy_parameters", "proxy_comparisons", "proxy_seed", "study_seed", "policy_parameters", "policy_seed",
                "label_noise", "ensemble", "own_proxy", "frozen_blocks", "kl_penalty", "kl_penalty_in", "round", "rounds", "selection"],
        },
        new()
        {
            Name = "RewardScaling PPO metrics",
            Source = "this library: docs/ppo.md",
            Evidence = [["kl_nats"], ["step_kl"], ["missing_end_fraction"], ["proxy"]],
            Kls = [new("kl_nats", KlLogging.PerSequence("exact"))],
            Proxies = ["proxy"],
            Lengths = ["response_length"],
            Entropies = ["entropy"],
            StartsAtZero = true,
            ToLog = "Gold of a study stands in the curves.csv of its run folder.",
        },
        new()
        {
            Name = "reward-overoptimization (GRPO on GSM8K)",
            Source = "reward-overoptimization b3f12b1: src/grpo.py:105, 109, 118; meta.json of the run",
            Evidence = [["kl"], ["zero_adv_fraction"], ["reward_mean"], ["mean_completion_len", "gold_acc"]],
            Kls =
            [
                new("kl", new()
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
                }),
            ],
            Proxies = ["reward_mean"],
            Golds = ["gold_acc"],
            Lengths = ["mean_completion_len"],
            FlatGroups = ["zero_adv_fraction"],
            Answers = ("n_micro", 8),
        },
        new()
        {
            Name = "llm_optimization (trlx PPO)",
            Source = "llm_optimization 416b03c: src/ppo/custom_trlx_trainers/custom_accelerate_ppo_trainer.py:500, 506, 560; policy/sqrt_kl :501, 503, 557",
            Evidence = [["policy/kl"], ["policy/sqrt_kl", "policy/kl_per_token"], ["rollout_scores/mean", "reward/mean"]],
            Kls = [new("policy/kl", new() { Averaging = KlAveraging.SequenceSum, Estimator = "k2", IncludesPrompt = true })],
            Proxies = ["rollout_scores/mean", "reward/mean"],
            Lengths = ["time/rollout_length"],
        },
        new()
        {
            Name = "trlx",
            Versions = "to 2024-01, the last",
            Source = "trlx 3340c2f: trainer/accelerate_ppo_trainer.py:457 to 460, 510, 511; reward/mean in trainer/accelerate_base_trainer.py:447",
            Evidence = [["policy/sqrt_kl", "policy/kl_per_token"], ["rollout_scores/mean", "reward/mean"]],
            Proxies = ["rollout_scores/mean", "reward/mean"],
            ToLog = "trlx logs roots of another number; a KL per sequence needs a pass over saved checkpoints (docs/runs.md, KL after the fact).",
        },
        new()
        {
            Name = "DeepSpeed-Chat",
            Source = "DeepSpeedExamples 83757d9: applications/DeepSpeed-Chat/training/step3_rlhf_finetuning/main.py:575, 591; dschat/rlhf/ppo_trainer.py:184",
            Evidence = [["ppo_ep", "act_loss", "actor_loss", "PPO Epoch", "Actor Loss"], ["cri_loss", "critic_loss", "act_loss", "Critic Loss"], ["average reward score", "Average reward score", "reward_score", "average_reward_score", "average reward"]],
            Proxies = ["average reward score", "Average reward score", "reward_score", "average_reward_score", "average reward"],
            NotAScore = [("EMA reward score", "a moving average over the steps before; use Average reward score")],
            ToLog = "DeepSpeed-Chat puts the KL into the reward and logs none: score saved checkpoints (docs/runs.md, KL after the fact).",
        },
    ];
}
