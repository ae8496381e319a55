using RewardScaling.BestOfN;
using RewardScaling.Curves;
using RewardScaling.Runs;

namespace RewardScaling.Tests.Runs;

public sealed class RunLogTests
{
    // A line as each tool writes it, with the KL expected of it and what its column is.
    public static TheoryData<string, string, KlAveraging, string> Tools => new()
    {
        { """{"log_history": [{"objective/kl": 2.0, "objective/scores": 1.5, "objective/rlhf_reward": 1.4, "eval_gold": 1, "gold": 0.5, "step": 1}]}""", "TRL PPO", KlAveraging.SequenceSum, "k1" },
        { """{"log_history": [{"objective/kl": 2.0, "objective/scores": 1.5, "logps/chosen": -3, "gold": 0.5, "step": 1}]}""", "TRL online DPO", KlAveraging.SequenceSum, "k1" },
        { """{"log_history": [{"kl": 0.02, "reward": 1.5, "rewards/proxy/mean": 1.5, "rewards/gold_exact/mean": 0.5, "completions/mean_length": 100, "step": 1}]}""", "TRL GRPO or RLOO", KlAveraging.MeanPerToken, "k3 (GRPO) or k1 (RLOO)" },
        { "step:1 - actor/reward_kl_penalty:0.02 - actor/ppo_kl:0.1 - critic/score/mean:1.5 - critic/rewards/mean:1.4 - response_length/mean:100 - val-core/openai/gsm8k/acc/mean@1:0.5", "verl (KL in the reward)", KlAveraging.MeanPerToken, "k1" },
        { """{"step": 1, "data": {"actor/kl_loss": 0.02, "critic/score/mean": 1.5, "response_length/mean": 100, "val-core/x/acc/mean@1": 0.5}}""", "verl (KL in the loss)", KlAveraging.MeanPerToken, "k3" },
        { "Global step 1: {'policy_loss': 0.1, 'kl': 0.02, 'logprobs_diff': 0.02, 'ppo_kl': 0.3, 'reward': 1.5, 'return': 1.4, 'response_length': 100, 'eval_gsm8k_pass1': 0.5}", "OpenRLHF", KlAveraging.MeanPerToken, "k1" },
        { "train/global_step,train/kl,train/logprobs_diff,train/reward,train/response_length,gold\n1,0.02,0.02,1.5,100,0.5\n", "OpenRLHF", KlAveraging.MeanPerToken, "k1" },
        { "Step,my run - train/kl,my run - train/rollout/reward_mean,my run - train/rollout/response_length_mean,gold\n1,0.02,1.5,100,0.5\n", "OpenRLHF", KlAveraging.MeanPerToken, "k1" },
        { """{"policy/kl": 2.0, "policy/sqrt_kl": 1.2, "rollout_scores/mean": 1.5, "gold_score": 0.5}""", "llm_optimization (trlx PPO)", KlAveraging.SequenceSum, "k2" },
        { "method,kl_nats,kl_se,d,effort,proxy,proxy_se,gold,gold_se\nppo,2,0.1,1.414,64,1.5,0.01,0.5,0.02\n", "RewardScaling", KlAveraging.SequenceSum, "exact" },
        { """{"reward_mean": 1.5, "gold_acc": 0.5, "zero_adv_fraction": 0, "mean_completion_len": 100, "kl": 0.02, "step": 10, "n_micro": 40}""", "reward-overoptimization (GRPO on GSM8K)", KlAveraging.MeanPerToken, "k3" },
        { """[{"n": 8, "proxy_score": 1.5, "gold_score": 0.5}]""", "best-of-n results", KlAveraging.BestOfN, "analytic" },
    };

    [Theory]
    [MemberData(nameof(Tools))]
    public void Every_tool_is_recognised_with_what_its_KL_is(string text, string tool, KlAveraging averaging, string estimator)
    {
        RunLog log = RunLog.From(RunTable.Parse(text, "run"));
        Assert.Equal((tool, averaging, estimator), (log.Tool, log.Kl.Averaging, log.Kl.Estimator));
        RewardPoint point = Assert.Single(log.ToCurve(conversion: KlConversion.ByMeanLength).Points);
        Assert.Equal(averaging == KlAveraging.BestOfN ? BestOfNTheory.Kl(8).Value : 2.0, point.Kl.Value, 12);
        Assert.Equal((1.5, 0.5), (point.Proxy.Value, point.Gold.Value));
    }

    [Theory]
    [MemberData(nameof(Tools))]
    public void Only_sums_over_sequences_and_best_of_n_are_exact(string text, string tool, KlAveraging averaging, string estimator)
    {
        RunLog log = RunLog.From(RunTable.Parse(text, "run"));
        bool exact = averaging is KlAveraging.SequenceSum or KlAveraging.BestOfN;
        Assert.Equal(exact, log.IsExact);
        if (exact) Assert.Single(log.ToCurve().Points);
        else Assert.Contains("does not follow exactly", Assert.Throws<InvalidDataException>(() => log.ToCurve()).Message, StringComparison.Ordinal);
        Assert.NotEqual("", tool + estimator);
    }

    [Fact]
    public void Warnings_say_clamps_prompts_bias_and_penalties()
    {
        string Of(string tool) => string.Join(' ', RunLog.From(RunTable.Parse(Tools.First(row => row.Data.Item2 == tool).Data.Item1, "run")).Warnings);
        Assert.DoesNotContain("term is cut off at ±10", string.Join(' ', RunLog.From(RunTable.Parse(Tools.First(row => row.Data.Item2 == "OpenRLHF").Data.Item1, "run")).Kl.Warnings), StringComparison.Ordinal);
        Assert.Contains("term is cut off at ±10", string.Join(' ', RunLog.From(RunTable.Parse(Tools.Last(row => row.Data.Item2 == "OpenRLHF").Data.Item1, "run")).Warnings), StringComparison.Ordinal);
        Assert.Contains("cut off at ±10", Of("verl (KL in the loss)"), StringComparison.Ordinal);
        Assert.Contains("Tokens of the prompt are summed too", Of("llm_optimization (trlx PPO)"), StringComparison.Ordinal);
        Assert.Contains("k2 is biased", Of("llm_optimization (trlx PPO)"), StringComparison.Ordinal);
        Assert.Contains("top-p 0.95", Of("reward-overoptimization (GRPO on GSM8K)"), StringComparison.Ordinal);
        Assert.Contains("mean per token", Of("TRL GRPO or RLOO"), StringComparison.Ordinal);
        Assert.Empty(RunLog.From(RunTable.Parse(Tools.First(row => row.Data.Item2 == "RewardScaling").Data.Item1, "run")).Warnings);
    }

    // 2 responses, of 10 and 30 tokens, with sums of 1 and 9 nats: mean 5. All tokens: 10 / 40 per token, mean length 20, product 5.
    // Inside each response first: (0.1 + 0.3) / 2 = 0.2, product 4.
    [Fact]
    public void Mean_length_is_exact_for_a_mean_over_all_tokens_and_wrong_for_means_inside_responses()
    {
        RunTable table = RunTable.Parse("kl,all,length,proxy,gold\n0.2,0.25,20,1,1\n", "run.csv");
        RunLog inside = RunLog.From(table, new() { Length = "length" }, new() { Averaging = KlAveraging.MeanPerToken, Estimator = "k1" });
        RunLog all = RunLog.From(table, new() { Kl = "all", Length = "length" }, new() { Averaging = KlAveraging.MeanOfAllTokens, Estimator = "k1" });
        Assert.Equal(5, all.ToCurve().Points[0].Kl.Value, 12);
        Assert.Equal(4, inside.ToCurve(conversion: KlConversion.ByMeanLength).Points[0].Kl.Value, 12);
        Assert.False(inside.IsExact);
    }

    [Fact]
    public void Standard_errors_are_read_and_scaled_with_the_KL()
    {
        RunLog log = RunLog.From(RunTable.Parse("kl_nats,kl_se,effort,proxy,proxy_se,gold,gold_se\n2,0.5,64,1,0.1,3,0.2\n", "curves.csv"));
        RewardPoint point = log.ToCurve().Points[0];
        Assert.Equal((0.5, 0.1, 0.2, 64), (point.Kl.StandardError, point.Proxy.StandardError, point.Gold.StandardError, point.Effort));
        Assert.True(log.StartsAtZero);
        RunLog perToken = RunLog.From(RunTable.Parse("kl,kl_se,length,proxy,gold\n0.2,0.05,20,1,1\n", "x"), new() { Length = "length" },
            new() { Averaging = KlAveraging.MeanOfAllTokens, Estimator = "k1" });
        Assert.Equal(1, perToken.ToCurve().Points[0].Kl.StandardError, 12);
        Assert.False(perToken.ToCurve().Points[0].Gold.HasStandardError);
    }

    [Fact]
    public void Gold_may_stand_on_another_line_of_the_same_step()
    {
        RunLog log = RunLog.From(RunTable.Parse("""
            {"step": 10, "objective/kl": 1, "objective/scores": 0.1}
            {"step": 20, "objective/kl": 2, "objective/scores": 0.2}
            {"step": 20, "gold": 0.7, "eval_runtime": 3}
            {"step": 30, "objective/kl": 3, "objective/scores": 0.3, "gold": 0.6}
            {"train_runtime": 12}
            """, "run.jsonl"));
        Assert.Equal([(2.0, 0.7), (3.0, 0.6)], log.ToCurve().Points.Select(static p => (p.Kl.Value, p.Gold.Value)));
        Assert.Contains("1 line with KL and proxy found no gold at their step and are left out of gold's law.", log.Warnings);
    }

    [Fact]
    public void A_negative_k1_is_counted_as_zero_and_a_negative_k3_is_a_fault()
    {
        RunTable table = RunTable.Parse("objective/kl,objective/scores,gold\n-0.01,1,1\n2,1,1\n", "run.csv");
        RunLog log = RunLog.From(table);
        Assert.Equal([0, 2], log.ToCurve().Points.Select(static p => p.Kl.Value));
        Assert.Equal([-0.01, 2], log.LoggedKl);
        Assert.Contains("below 0 on 1 of 2 lines, -0.01 at the lowest", RunGate.Of(log).ToString(), StringComparison.Ordinal);
        string message = Assert.Throws<InvalidDataException>(() => RunLog.From(table, kl: KlLogging.PerSequence("k3"))).Message;
        Assert.StartsWith("run.csv, line 2: column 'objective/kl': -0.01 is negative, which k3 never is", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("NaN", "1", "1", "kl")]
    [InlineData("1", "inf", "1", "proxy")]
    [InlineData("1", "1", "nan", "gold")]
    public void NaN_is_a_fault_unless_such_lines_are_to_be_left_out(string kl, string proxy, string gold, string column)
    {
        RunTable table = RunTable.Parse($"kl,proxy,gold,loss\n1,2,3,nan\n{kl},{proxy},{gold},1\n4,5,6,1\n", "run.csv");
        var logging = KlLogging.PerSequence("k1");
        Assert.StartsWith($"run.csv, line 3: column '{column}': ", Assert.Throws<InvalidDataException>(() => RunLog.From(table, kl: logging)).Message, StringComparison.Ordinal);
        RunLog log = RunLog.From(table, kl: logging, nonFinite: NonFiniteRule.LeaveOut);
        Assert.Equal([1, 4], log.ToCurve().Points.Select(static p => p.Kl.Value));
        Assert.Contains("1 line with NaN or an infinity in a column that is used left out, as asked.", log.Warnings);
    }

    [Fact]
    public void A_KL_nobody_explains_makes_no_curve_until_the_caller_says_what_it_is()
    {
        RunTable table = RunTable.Parse("kl,proxy,gold\n1,2,3\n", "run.csv");
        Assert.Contains("nothing says whether 'kl' is per token or per sequence", Assert.Throws<InvalidDataException>(() => RunLog.From(table).ToCurve()).Message, StringComparison.Ordinal);
        Assert.Equal(1, RunLog.From(table, kl: KlLogging.PerSequence("k1")).ToCurve().Points[0].Kl.Value);
        Assert.Contains("without the mean length", Assert.Throws<InvalidDataException>(() =>
            RunLog.From(table, kl: new() { Averaging = KlAveraging.MeanPerToken, Estimator = "k3" }).ToCurve(conversion: KlConversion.ByMeanLength)).Message, StringComparison.Ordinal);
    }

    // Only columns that OpenRLHF alone writes tell its kl, a mean per token, from somebody's sum over the sequence.
    [Theory]
    [InlineData("step,kl,response_length,reward,gold\n1,2,100,1.5,0.5\n")]
    [InlineData("step,kl,response_length,return,total_length,reward,gold\n1,2,100,1.4,150,1.5,0.5\n")]
    public void A_home_made_log_is_nobodys(string text)
    {
        RunLog log = RunLog.From(RunTable.Parse(text, "run"));
        Assert.Equal(("unknown", KlAveraging.Unknown), (log.Tool, log.Kl.Averaging));
        Assert.Contains("nothing says whether 'kl' is per token or per sequence", Assert.Throws<InvalidDataException>(() =>
            log.ToCurve(conversion: KlConversion.ByMeanLength)).Message, StringComparison.Ordinal);
        Assert.Equal(2, RunLog.From(RunTable.Parse(text, "run"), kl: KlLogging.PerSequence("k1")).ToCurve().Points[0].Kl.Value);
    }

    [Theory]
    [InlineData("kl,gold\n1,2\n", "run: no column has a known name for proxy")]
    [InlineData("kl,proxy\n1,2\n", "run: no column has a known name for gold")]
    [InlineData("proxy,gold\n1,2\n", "run: no column has a known name for KL (the divergence from the initial policy); map one of proxy, gold (--kl).")]
    [InlineData("policy/approxkl_avg,proxy,gold\n1,2,3\n", "run has no KL from the initial policy: 'policy/approxkl_avg' is how far one update moved the policy.")]
    [InlineData("actor/ppo_kl,critic/score/mean,gold\n1,2,3\n", "run has no KL from the initial policy: 'actor/ppo_kl'")]
    [InlineData("policy/sqrt_kl,proxy,gold\n1,2,3\n", "run has no KL from the initial policy: 'policy/sqrt_kl'")]
    [InlineData("objective/kl,objective/scores,val-core/a/acc/mean@1,val-core/b/acc/mean@1\n1,2,3,4\n", "run has 2 columns that may be gold: val-core/a/acc/mean@1, val-core/b/acc/mean@1. Map one (--gold).")]
    [InlineData("objective/kl,objective/scores,gold\n1,2,\n2,,3\n", "run: no line has 'objective/kl', 'objective/scores' and 'gold' together")]
    [InlineData("objective/kl,objective/scores,gold\n1,2,3\nx,2,3\n", "run, line 3: column 'objective/kl': 'x' is not a number")]
    [InlineData("objective/kl,objective/scores,gold,gold_se\n1,2,3,-1\n", "run, line 2: column 'gold_se': -1 is negative")]
    [InlineData("method,kl_nats,effort,proxy,gold\nppo,1,2,3,4\ndpo,1,2,3,4\n", "run holds 2 runs (method=ppo; method=dpo); choose one with RunTable.Where, as rewardscaling analyse does with --where method=ppo, or read each with RunLog.AllFrom.")]
    [InlineData("method,kl_nats,effort,proxy,gold\ndpo,1,2,3,4\n", "run, line 2: column 'method': 'dpo' must be best-of-n or ppo")]
    [InlineData("kl,reward,completions/mean_length,gold\n0.1,2,0,3\n", "run, line 2: column 'completions/mean_length': 0 must be positive")]
    public void What_is_missing_is_named_with_what_there_is(string text, string message) => Assert.Contains(message,
        Assert.Throws<InvalidDataException>(() => RunLog.From(RunTable.Parse(text, "run")).ToCurve(conversion: KlConversion.ByMeanLength)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("1.5")]
    [InlineData("0")]
    public void The_n_of_best_of_n_is_a_whole_number(string n) => Assert.StartsWith($"run, line 2: column 'n': {n} must be a whole number from 1",
        Assert.Throws<InvalidDataException>(() => RunLog.From(RunTable.Parse($"n,proxy_score,gold_score\n{n},2,3\n", "run"),
            new RunLogOptions { Method = OptimizationMethod.BestOfN })).Message, StringComparison.Ordinal);

    [Fact]
    public void A_mean_per_token_without_a_length_is_left_out_and_counted()
    {
        RunLog log = RunLog.From(RunTable.Parse("kl,reward,completions/mean_length,gold\n0.1,2,9,3\n0.2,2.5,,3\n", "run"));
        Assert.Equal(1, log.Count);
        Assert.Contains("1 line with KL but without 'completions/mean_length' is left out: a mean per token needs the length.", log.Warnings);
    }

    [Theory]
    [InlineData("KL", "run has no column 'zzz' for KL; it has kl, proxy, gold, ppo_kl.")]
    [InlineData("Proxy", "run has no column 'zzz' for proxy; it has kl, proxy, gold, ppo_kl.")]
    [InlineData("Gold", "run has no column 'zzz' for gold; it has kl, proxy, gold, ppo_kl.")]
    [InlineData("Step", "run has no column 'zzz' for step; it has kl, proxy, gold, ppo_kl.")]
    [InlineData("Length", "run has no column 'zzz' for length; it has kl, proxy, gold, ppo_kl.")]
    [InlineData("ppo_kl", "run: 'ppo_kl' is no KL from the initial policy, but how far one update moved the policy.")]
    public void A_column_mapped_wrongly_is_named(string what, string message)
    {
        RunColumns columns = what switch
        {
            "KL" => new() { Kl = "zzz" },
            "Proxy" => new() { Proxy = "zzz" },
            "Gold" => new() { Gold = "zzz" },
            "Step" => new() { Step = "zzz" },
            "Length" => new() { Length = "zzz" },
            _ => new() { Kl = what },
        };
        RunTable table = RunTable.Parse("kl,proxy,gold,ppo_kl\n1,2,3,4\n", "run");
        Assert.Equal(message, Assert.Throws<InvalidDataException>(() => RunLog.From(table, columns)).Message);
    }

    [Fact]
    public void The_real_run_is_read_with_everything_that_is_wrong_with_its_KL()
    {
        RunLog log = RunLog.Read(SharedData.File("data/gsm8k-proxy-rl/train_metrics.jsonl"));
        Assert.Equal((50, false, false), (log.Count, log.IsExact, log.StartsAtZero));
        Assert.All(log.AnswersPerPoint, static answers => Assert.Equal(320, answers));
        RewardPoint first = log.ToCurve(conversion: KlConversion.ByMeanLength).Points[0];
        // The first line of the file: kl x mean_completion_len.
        Assert.Equal(0.0025432800815906377 * 318.559375, first.Kl.Value, 12);
        Assert.Equal((-1.3143218994140624, 0.45625, 10), (first.Proxy.Value, first.Gold.Value, first.Effort));
        string all = string.Join(' ', log.Warnings);
        foreach (string part in new[] { "mean per token (k3)", "top-p 0.95", "0.04 x KL into the loss", "n_optim" }) Assert.Contains(part, all, StringComparison.Ordinal);
    }
}
