namespace RewardScaling.Runs.Tools;

/// <summary>verl, OpenRLHF and the other tools that train on many machines.</summary>
internal static class ClusterTools
{
    private const string Loss = "A penalty on the KL was in the objective, so the run is of penalised optimisation.";
    private const string InsideFirst = "The mean is taken inside each response first.";

    private static readonly KlLogging s_negated = new()
    {
        Averaging = KlAveraging.MeanPerToken,
        Estimator = "k1",
        Remarks = ["prime-rl logs ln reference - ln policy, in on-policy distillation only: the sign is turned here."],
    };

    public static KnownTool[] All { get; } =
    [
        new()
        {
            Name = "verl",
            Source = "verl-project/verl 1dda039: trainer/ppo/ray_trainer.py:108 to 115; workers/utils/losses.py:135 to 141; trainer/ppo/core_algos.py:2238; trainer/ppo/metric_utils.py:556; critic/kl: verl v0.1 ray_trainer.py, apply_kl_penalty",
            Evidence =
            [
                ["critic/score/mean", "critic/rewards/mean"],
                ["response_length/mean", "actor/ppo_kl", "actor/pg_loss", "actor/kl_loss", "actor/reward_kl_penalty", "critic/kl", "actor/entropy_loss", "actor/entropy", "actor/grad_norm", "timing_s/step"],
            ],
            Kls =
            [
                new("actor/reward_kl_penalty", new()
                {
                    Averaging = KlAveraging.MeanPerToken,
                    Estimator = "k1",
                    Remarks = [InsideFirst + " k1 is verl's default; algorithm.kl_penalty may say otherwise, and the log does not.", Loss],
                }, "KL in the reward"),
                new("critic/kl", new()
                {
                    Averaging = KlAveraging.MeanPerToken,
                    Estimator = "k1",
                    Remarks = [InsideFirst + " k1 is the default of verl's first versions; algorithm.kl_penalty may say otherwise, and the log does not.", Loss],
                }, "the first versions, KL in the reward"),
                new("actor/kl_loss", new()
                {
                    Averaging = KlAveraging.MeanPerToken,
                    Estimator = "k3",
                    Clamp = 10,
                    Remarks =
                    [
                        "k3 (low_var_kl) and token-mean are verl's defaults; kl_loss_type and loss_agg_mode may say otherwise, and the log does not. With seq-mean-token-sum it is per sequence already (--kl-is sequence).",
                        "It is measured during the update, after some of its steps. " + Loss,
                    ],
                }, "KL in the loss"),
            ],
            Proxies = ["critic/score/mean"],
            Golds = ["val-core/*/acc/mean@*", "val/test_score/*", "val-core/*/mean@*", "val-core/*"],
            Lengths = ["response_length/mean", "response_length_non_aborted/mean"],
            Entropies = ["actor/entropy", "actor/entropy_loss"],
            ToLog = "Set actor.use_kl_loss=True (with kl_loss_coef as small as you like) or algorithm.use_kl_in_reward=True; gold comes from data.val_files with trainer.test_freq.",
        },
        new()
        {
            Name = "OpenRLHF",
            Source = "OpenRLHF 3c3be62: models/utils.py:78 to 95; trainer/ppo_utils/experience_maker.py:194, 206 to 226, 311; trainer/ray/ppo_actor.py:319 to 333; rollout/ in trainer/ppo_trainer.py:421",
            Evidence = [["logprobs_diff", "rollout/reward_mean", "rollout/num_samples"], ["kl", "reward", "rollout/reward_mean"], ["kl", "return", "response_length", "rollout/response_length_mean", "policy_loss"]],
            Kls =
            [
                new("logprobs_diff", new()
                {
                    Averaging = KlAveraging.MeanPerToken,
                    Estimator = "k1",
                    Remarks = [InsideFirst + " It is taken where a reference model is loaded; kl beside it is the same with each token cut off at ±10.", Loss],
                }),
                new("kl", new()
                {
                    Averaging = KlAveraging.MeanPerToken,
                    Estimator = "k1",
                    Clamp = 10,
                    Remarks = [InsideFirst + " k1 is OpenRLHF's default; algo.kl.estimator may say otherwise, and the log does not.", Loss],
                }),
            ],
            Proxies = ["rollout/reward_mean", "reward"],
            Golds = ["eval_*_pass1", "eval/*_pass1", "eval_*"],
            Lengths = ["rollout/response_length_mean", "response_length"],
            Entropies = ["entropy_loss"],
            ToLog = "Set algo.kl.init_coef above 0 so that the reference model is kept; gold comes from eval datasets (eval_dataset).",
        },
        new()
        {
            Name = "NeMo-RL",
            Source = "NeMo-RL 7ea279a: algorithms/loss_functions.py:471 to 510, 777; utils.py:42 to 101; grpo.py:3489 to 3491",
            Evidence = [["token_mult_prob_error", "gen_kl_error", "policy_kl_error"], ["reward", "kl_penalty", "mean_gen_tokens_per_sample", "probs_ratio", "approx_entropy"]],
            Kls =
            [
                new("kl_penalty", new()
                {
                    Averaging = KlAveraging.MeanPerToken,
                    Estimator = "k3",
                    Clamp = 10,
                    Remarks =
                    [
                        "It is summed over micro-batches of their shares of all valid tokens; over several optimizer steps of a line the policy moves.",
                        "With top-k or top-p sampling the log-probabilities are of the full distribution, and no estimator is unbiased.",
                        Loss,
                    ],
                }),
            ],
            Proxies = ["reward"],
            Golds = ["validation/accuracy", "validation-*/accuracy", "val/accuracy"],
            Lengths = ["mean_gen_tokens_per_sample"],
            Entropies = ["approx_entropy"],
            ToLog = "Set loss_fn.reference_policy_kl_penalty above 0; train_data_step*.jsonl holds the tokens' log-probabilities of the policy for a KL after the fact.",
        },
        new()
        {
            Name = "NeMo-RL's console",
            Source = "NeMo-RL 7ea279a: algorithms/grpo.py:2818, 3703 to 3717",
            Evidence = [["Generation KL Error"], ["Avg Reward", "Avg Total Reward"]],
            Proxies = ["Avg Reward", "Avg Total Reward"],
            Lengths = ["Mean Generation Length"],
            NotTheKl = [("Generation KL Error", "the difference between two engines that sample from the same policy")],
            NotAScore = [("Avg Filtered Reward", "the mean over the prompts that were kept because their samples differ; use Avg Total Reward")],
            ToLog = "NeMo-RL prints no KL: give its event files (logger.tensorboard_enabled) or an export of Weights & Biases, with loss_fn.reference_policy_kl_penalty above 0.",
        },
        new()
        {
            Name = "open-instruct",
            Source = "open-instruct e6c3044: model_utils.py:793 to 818; grpo_utils.py:365, 713 to 744",
            Evidence = [["objective/kl0_avg", "objective/kl_avg", "val/sequence_lengths"], ["scores", "objective/scores", "objective/verifiable_correct_rate", "val/ratio", "objective/kl1_avg", "loss/kl_avg"]],
            Kls =
            [
                new("objective/kl0_avg", new()
                {
                    Averaging = KlAveraging.MeanOfAllTokens,
                    Estimator = "k1",
                    Clamp = 40,
                    Remarks =
                    [
                        "kl0 is k1, kl1 is k2, kl2 is k3 and kl3 the ratio times k1; the mean is weighted by tokens over the whole batch.",
                        "With ref_policy_update_freq the reference moves, and the KL is not from the initial policy; the log does not say.",
                        Loss,
                    ],
                }),
            ],
            Proxies = ["scores", "objective/scores"],
            Golds = ["eval/objective/verifiable_correct_rate", "eval/scores", "objective/verifiable_correct_rate"],
            Lengths = ["val/sequence_lengths"],
            Entropies = ["policy/entropy_avg"],
            NotTheKl = [("loss/kl_avg", "beta times the KL"), ("debug/vllm_vs_local_logprob_diff_mean", "the difference between two engines")],
            ToLog = "Set beta above 0 so that the reference policy is loaded; its rollouts files (save_traces) hold the tokens' log-probabilities.",
        },
        new()
        {
            Name = "SkyRL",
            Source = "SkyRL a956457: worker.py:1071 to 1077, 1124; ppo_utils.py:88 to 120; train/trainer.py:1423 to 1460",
            Evidence = [["reward/avg_raw_reward", "reward/avg_pass_at_n", "loss/avg_final_rewards"], ["policy/policy_kl", "loss/avg_kl", "generate/avg_num_tokens", "policy/policy_entropy", "policy/policy_loss"]],
            Kls =
            [
                new("policy/policy_kl", new()
                {
                    Averaging = KlAveraging.MeanPerToken,
                    Estimator = "k3",
                    Clamp = 10,
                    Remarks = [InsideFirst + " It is measured during the update. " + Loss],
                }, "KL in the loss"),
                new("loss/avg_kl", new()
                {
                    Averaging = KlAveraging.MeanPerToken,
                    Estimator = "k3",
                    Clamp = 10,
                    Remarks = [InsideFirst + " " + Loss],
                }, "KL in the reward"),
            ],
            Proxies = ["reward/avg_raw_reward"],
            Golds = ["eval/*/avg_score", "eval/*pass_at_1", "eval/*"],
            Lengths = ["generate/avg_num_tokens"],
            Entropies = ["policy/policy_entropy"],
            ToLog = "Set algorithm.use_kl_loss=true; gold comes from the evaluation set (eval_interval).",
        },
        new()
        {
            Name = "prime-rl",
            Source = "prime-rl 559b447: trainer/rl/loss.py:221 to 239; orchestrator/metrics.py:385 to 388",
            Evidence = [["kl_ent_ratio/mean", "mismatch_kl/*", "*_mismatch_kl", "mismatch_kl/all/mean"], ["*/reward/mean", "reward/mean", "num_output_tokens*", "entropy/all/mean", "entropy/mean", "ref_kl*"]],
            Derived = [DerivedColumn.Minus("ref_kl/mean"), DerivedColumn.Minus("ref_kl/all/mean"), DerivedColumn.Minus("ref_kl")],
            Kls =
            [
                new("-ref_kl/all/mean", s_negated), new("-ref_kl/mean", s_negated), new("-ref_kl", s_negated),
            ],
            Proxies = ["reward/all/mean", "reward/mean", "train/*/reward/mean", "*/reward/mean"],
            Golds = ["eval/*/avg@*", "*avg@*", "*pass@1"],
            Lengths = ["num_output_tokens/all/mean", "num_output_tokens/mean", "num_output_tokens", "*num_output_tokens*mean"],
            Entropies = ["entropy/all/mean", "entropy/mean"],
            NotTheKl = [("ref_kl*", "ln reference - ln policy, the KL with its sign turned")],
            ToLog = "prime-rl keeps no reference in RL; enable its token exports and score them by the initial policy (docs/runs.md, KL after the fact).",
        },
        new()
        {
            Name = "tinker-cookbook",
            Source = "tinker-cookbook 9dfcc3a: rl/metrics.py:170 to 189",
            Evidence = [["optim/kl_sample_train_v1", "kl_policy_base", "optim/kl_sample_train_v2"], ["env/all/reward/total", "env/all/total_episodes", "env/all/ac_tokens_per_turn", "env/all/total_ac_tokens", "progress/batch"]],
            Derived = [new("env/all/total_ac_tokens / env/all/total_episodes", "env/all/total_ac_tokens", '/', "env/all/total_episodes")],
            Kls =
            [
                new("kl_policy_base", new()
                {
                    Averaging = KlAveraging.MeanOfAllTokens,
                    Estimator = "k1",
                    Remarks = ["Sums over tokens divided by tokens, so that times tokens by episode it is exactly the mean per episode.", "It is logged only where kl_penalty_coef is above 0: the run is of penalised optimisation."],
                }),
            ],
            Proxies = ["env/all/reward/total"],
            Golds = ["test/env/all/reward/total", "test/env/all/correct", "test/*"],
            Lengths = ["env/all/total_ac_tokens / env/all/total_episodes", "env/all/ac_tokens_per_turn"],
            Entropies = ["optim/entropy"],
            ToLog = "Set kl_penalty_coef above 0, however small: kl_policy_base is then logged; gold comes from an evaluator (test/..).",
        },
        new()
        {
            Name = "prime-rl's console",
            Source = "by its printed lines: SUCCESS Step 7 | Time | Reward | Throughput | Seq. Length | Async Level | Max. Off-Policy Level",
            Evidence = [["Reward"], ["Seq. Length"], ["Async Level", "Max. Off-Policy Level"]],
            Proxies = ["Reward"],
            Lengths = ["Seq. Length"],
            ToLog = "prime-rl prints no KL and keeps no reference in RL; enable its token exports and score them by the initial policy (docs/runs.md, KL after the fact).",
        },
        new()
        {
            Name = "rLLM on Tinker",
            Source = "rLLM 9beb6e0: tinker_metrics_utils.py:47",
            Evidence = [["kl_sample_train_v1", "offpolicy/kl", "offpolicy/k3_kl"], ["reward/*/mean", "reward/mean", "episode/*"]],
            Proxies = ["reward/*/mean", "reward/mean"],
            NotTheKl = [("kl_sample_train_v1", "the mean absolute difference between the policy that sampled and the one that is trained")],
            ToLog = "On verl rLLM logs verl's columns; on Tinker it logs no KL from the initial policy: score saved checkpoints (docs/runs.md, KL after the fact).",
        },
        new()
        {
            Name = "slime",
            Source = "slime 624b824: loss.py:1116 to 1154; cp_utils.py:73 to 84; train_metric_utils.py:180 to 206; rollout_metrics.py:48",
            Evidence = [["train/train_rollout_logprob_abs_diff", "rollout/raw_reward"], ["train/kl_loss", "rollout/ref_log_probs", "rollout/log_probs", "rollout/response_len/mean", "train/pg_loss", "train/ppo_kl"]],
            Derived = [new("rollout/log_probs - rollout/ref_log_probs", "rollout/log_probs", '-', "rollout/ref_log_probs")],
            Kls =
            [
                new("rollout/log_probs - rollout/ref_log_probs", new()
                {
                    Averaging = KlAveraging.MeanPerToken,
                    Estimator = "k1",
                    Remarks = [InsideFirst],
                }),
                new("train/kl_loss", new()
                {
                    Averaging = KlAveraging.MeanPerToken,
                    Estimator = "k1",
                    Remarks = [InsideFirst + " k1 is slime's default; kl_loss_type may say otherwise (low_var_kl: k3, cut off at ±10), and the log does not.", Loss],
                }, "KL in the loss"),
            ],
            Proxies = ["rollout/raw_reward"],
            Golds = ["eval/*"],
            Lengths = ["rollout/response_lengths", "rollout/response_len/mean", "rollout/response_len", "rollout/response_length"],
            Entropies = ["rollout/entropy", "train/entropy_loss"],
            ToLog = "Give --ref-load so that the reference is kept: rollout/ref_log_probs is then logged; gold comes from --eval-prompt-data.",
        },
        new()
        {
            Name = "AReaL",
            Source = "AReaL 4aef98d: trainer/ppo/actor.py:193 to 204",
            Evidence = [["task_reward/avg", "*/task_reward/avg"], ["kl_rewards/avg", "*/kl_rewards/avg", "behave_approx_kl/avg", "*/approx_kl/avg", "seq_len/avg", "*/seq_len/avg", "behave_imp_weight/avg"]],
            Proxies = ["task_reward/avg", "*/task_reward/avg"],
            Lengths = [],
            NotTheKl =
            [
                ("kl_rewards/avg", "minus the penalty's weight times an estimator, and meaningless without a reference, whose log-probabilities are then zeros"),
                ("*/kl_rewards/avg", "minus the penalty's weight times an estimator, and meaningless without a reference, whose log-probabilities are then zeros"),
            ],
            ToLog = "AReaL logs no KL, only -kl_ctl times one: with kl_ctl known, divide it out and give the column with --kl and --kl-is token; else score saved checkpoints (docs/runs.md, KL after the fact).",
        },
    ];
}
