using RewardScaling.Curves;
using RewardScaling.Laws;
using RewardScaling.Runs;

namespace RewardScaling.Tests.Runs;

/// <summary>What rows mean: tools, methods, gold and steps, each on a small input whose right reading is known.</summary>
public sealed class RunMeaningTests
{
    private static RunLog Log(string text, RunLogOptions? options = null) => RunLog.From(RunTable.Parse(text, "run"), options ?? new());

    // A line as each further tool writes it; the earlier ones are in RunLogTests.
    public static TheoryData<string, string, KlAveraging, string> Tools => new()
    {
        { """{"step":1,"objective/kl":2.0,"ppo/mean_scores":1.5,"env/reward_mean":1.5,"gold":0.5}""", "TRL PPO (0.11 and before)", KlAveraging.SequenceSum, "k1" },
        { """{"step":1,"kl":0.02,"reward":1.5,"reward_std":1,"completion_length":100,"rewards/f":1.5,"gold":0.5}""", "TRL GRPO (0.14, 0.15)", KlAveraging.MeanPerToken, "k3" },
        { """{"step":1,"kl":0.02,"reward":1.5,"reward_std":1,"completion_length":100,"rewards/f":1.5,"clip_ratio":0.1,"gold":0.5}""", "TRL GRPO (0.16)", KlAveraging.MeanPerToken, "k3" },
        { "Step | reward | reward_std | completion_length | kl | rewards / f | gold\n-- | -- | -- | -- | -- | -- | --\n1 | 1.5 | 1 | 100 | 0.02 | 1.5 | 0.5", "TRL GRPO (0.14, 0.15)", KlAveraging.MeanPerToken, "k3" },
        { """{"step":1,"kl":0.02,"reward":1.5,"completion_length":100,"completions/mean_length":100,"gold":0.5}""", "unsloth GRPO", KlAveraging.MeanPerToken, "k3" },
        { """{"global_step/max_steps":"1/5","kl":2.0,"reward":1.5,"rewards/proxy/mean":1.5,"completions/mean_length":100,"gold":0.5}""", "ms-swift RLOO or REINFORCE++", KlAveraging.SequenceSum, "k1" },
        { """{"global_step/max_steps":"1/5","kl":0.02,"reward":1.5,"rewards/proxy/mean":1.5,"completions/mean_length":100,"gold":0.5}""", "ms-swift GRPO", KlAveraging.MeanPerToken, "k3" },
        { "step:1 - critic/kl:0.02 - critic/kl_coeff:0.001 - actor/ppo_kl:0 - critic/score/mean:1.5 - val/test_score/x:0.5 - response_length/mean:100", "verl (the first versions, KL in the reward)", KlAveraging.MeanPerToken, "k1" },
        { """{"step":1,"kl_penalty":0.02,"reward":1.5,"token_mult_prob_error":1,"gen_kl_error":0.001,"mean_gen_tokens_per_sample":100,"validation/accuracy":0.5}""", "NeMo-RL", KlAveraging.MeanPerToken, "k3" },
        { """{"step":1,"objective/kl0_avg":0.02,"objective/kl2_avg":0.021,"scores":1.5,"val/sequence_lengths":100,"gold":0.5}""", "open-instruct", KlAveraging.MeanOfAllTokens, "k1" },
        { """{"step":1,"policy/policy_kl":0.02,"reward/avg_raw_reward":1.5,"generate/avg_num_tokens":100,"eval/all/avg_score":0.5}""", "SkyRL (KL in the loss)", KlAveraging.MeanPerToken, "k3" },
        { """{"step":1,"ref_kl/mean":-0.02,"reward/all/mean":1.5,"kl_ent_ratio/mean":0.1,"num_output_tokens/mean":100,"gold":0.5}""", "prime-rl", KlAveraging.MeanPerToken, "k1" },
        { """{"step":1,"kl_policy_base":0.02,"optim/kl_sample_train_v1":0.001,"env/all/reward/total":1.5,"env/all/total_ac_tokens":6400,"env/all/total_episodes":64,"test/env/all/reward/total":0.5}""", "tinker-cookbook", KlAveraging.MeanOfAllTokens, "k1" },
        { """{"step":1,"rollout/log_probs":-0.48,"rollout/ref_log_probs":-0.5,"rollout/raw_reward":1.5,"rollout/response_len/mean":100,"eval/aime":0.5}""", "slime", KlAveraging.MeanPerToken, "k1" },
    };

    [Theory]
    [MemberData(nameof(Tools))]
    public void Every_further_tool_is_recognised_with_what_its_KL_is(string text, string tool, KlAveraging averaging, string estimator)
    {
        RunLog log = Log(text);
        Assert.Equal((tool, averaging, estimator), (log.Tool, log.Kl.Averaging, log.Kl.Estimator));
        RewardPoint point = Assert.Single(log.ToCurve(conversion: KlConversion.ByMeanLength).Points);
        Assert.Equal((2.0, 1.5, 0.5), (Math.Round(point.Kl.Value, 12), point.Proxy.Value, point.Gold.Value));
    }

    // One column of a tool beside others that it does not write proves nothing.
    [Theory]
    [InlineData("step,logprobs_diff,proxy,gold\n1,0.1,1,1\n")]
    [InlineData("step,ratio,kl,proxy,gold\n1,1,0.1,1,1\n")]
    [InlineData("step,completion_length,kl,proxy,gold\n1,100,0.1,1,1\n")]
    [InlineData("step,frac_reward_zero_std,kl,proxy,gold\n1,0,0.1,1,1\n")]
    public void One_column_names_no_tool(string text) => Assert.Equal("unknown", Log(text).Tool);

    [Theory]
    [InlineData("""{"step":5,"kl":0.0009,"ratio":1.0,"reward":0.2,"rewards/gold/mean":0.3,"completions/mean_length":200,"train_seq_len":512,"weight_sync_time_s":1.1}""", "TRL AsyncGRPO", "not from the initial one")]
    [InlineData("""{"step":5,"reward":0.2,"rewards/gold/mean":0.3,"completions/mean_length":200,"frac_reward_zero_std":0}""", "TRL GRPO or RLOO", "logged no KL from the initial policy")]
    [InlineData("""{"step":5,"kl":0,"reward":0.2,"rewards/gold/mean":0.3,"completions/mean_length":200}""", "TRL GRPO or RLOO", "'kl' is 0 on every line: no reference was kept")]
    [InlineData("""{"step":5,"ppo_ep":1,"act_loss":0.1,"cri_loss":0.2,"average reward score":0.1,"gold":1}""", "DeepSpeed-Chat", "puts the KL into the reward and logs none")]
    [InlineData("Epoch: 0 | Step: 5 | PPO Epoch: 1 | Actor Loss: 0.2 | Critic Loss: 0.1 | Unsupervised Loss: 0.0\n|E2E latency=6.5s |\nAverage reward score: 0.5 | EMA reward score: 0.4", "DeepSpeed-Chat", "puts the KL into the reward and logs none")]
    [InlineData("==== Step 5/9 ====\n  • Generation KL Error: 0.0010\n  • Avg Reward: 0.5\n  • Mean Generation Length: 201.2", "NeMo-RL's console", "'Generation KL Error' is the difference between two engines")]
    [InlineData("12:00:01 SUCCESS Step 5 | Time: 73.77s | Reward: 0.5 | Seq. Length: 345.6 tokens/sample | Async Level: 1 | Max. Off-Policy Level: 0", "prime-rl's console", "prints no KL")]
    [InlineData("""{"step":5,"task_reward/avg":0.2,"kl_rewards/avg":-0.1,"gold":1}""", "AReaL", "minus the penalty's weight")]
    [InlineData("""{"step":5,"kl_sample_train_v1":0.2,"reward/mean":0.1,"gold":1}""", "rLLM on Tinker", "mean absolute difference")]
    public void A_run_without_a_KL_says_why_and_still_has_its_course(string text, string tool, string why)
    {
        RunLog log = Log(text);
        Assert.Equal((tool, KlAveraging.None, false), (log.Tool, log.Kl.Averaging, log.HasCurve));
        Assert.Contains(why, log.Missing[0], StringComparison.Ordinal);
        Assert.NotNull(Assert.Single(log.Course).Proxy);
        Assert.Contains(why, Assert.Throws<InvalidDataException>(() => log.ToCurve()).Message, StringComparison.Ordinal);
        Assert.NotEmpty(CourseFindings.Of(log));
    }

    [Theory]
    [InlineData("""{"step":1,"kl":0.1,"logps/chosen":-1,"rewards/chosen":0.1,"rewards/margins":0.2}""", "KTO", "optimises no reward model")]
    [InlineData("""{"step":1,"rewards/chosen":0.1,"rewards/margins":0.2,"rewards/accuracies":0.6,"logps/chosen":-1}""", "DPO", "optimises no reward model")]
    [InlineData("""{"step":1,"loss":0.1,"learning_rate":0.2,"grad_norm":1}""", "supervised fine-tuning", "optimises no reward model")]
    [InlineData("""{"step":1,"speed":0.1}""", "", "tells of no run: no column is known as a KL")]
    [InlineData("""{"question":"q","gold":18,"correct":1}""", "", "tells of no run")]
    public void A_log_of_something_else_is_refused_for_what_it_is(string text, string tool, string why)
    {
        string message = Assert.Throws<InvalidDataException>(() => Log(text)).Message;
        Assert.Contains(tool, message, StringComparison.Ordinal);
        Assert.Contains(why, message, StringComparison.Ordinal);
    }

    [Fact]
    public void Estimators_beside_each_other_are_compared()
    {
        RunLog log = Log("""
            {"step":1,"objective/kl0_avg":0.02,"objective/kl2_avg":0.03,"scores":1.5,"val/sequence_lengths":100}
            {"step":2,"objective/kl0_avg":0.04,"objective/kl2_avg":0.05,"scores":1.6,"val/sequence_lengths":100}
            """);
        Assert.Contains(log.Warnings, static warning => warning.Contains("is 0.03 on average", StringComparison.Ordinal) && warning.Contains("0.04: both estimate the same KL, so their difference, 0.01,", StringComparison.Ordinal));
    }

    // F10: what ms-swift writes for RLOO; its reward has the penalty taken off.
    private static readonly string s_swift = string.Join('\n', new[] { (.17, 2, .25, .35, 5), (.14, 4, .30, .40, 10), (.11, 6, .35, .43, 15), (.08, 8, .40, .42, 20), (.05, 10, .45, .39, 25) }
        .Select(static r => FormattableString.Invariant($$"""{"reward":{{r.Item1}},"frac_reward_zero_std":0.1,"kl":{{r.Item2}},"rewards/Acc/mean":{{r.Item3}},"rewards/gold/mean":{{r.Item4}},"completions/mean_length":150,"global_step/max_steps":"{{r.Item5}}/25","train_speed(s/it)":12}""")));

    [Fact]
    public void A_sum_over_sequences_is_told_from_a_mean_per_token_and_a_penalised_reward_from_a_score()
    {
        RunLog log = Log(s_swift);
        Assert.Equal(("kl", "rewards/Acc/mean", "rewards/gold/mean"), (log.Columns.Kl, log.Columns.Proxy, log.Columns.Gold));
        Assert.Equal([2, 4, 6, 8, 10], log.ToCurve().Points.Select(static point => point.Kl.Value));
        Assert.Equal("step 15", log.PlaceOf(2));
        string message = Assert.Throws<InvalidDataException>(() => Log(s_swift, new() { Columns = new() { Proxy = "reward" } })).Message;
        Assert.Contains("less beta x KL", message, StringComparison.Ordinal);
        // Small numbers without a sign leave the question open.
        RunLog open = Log(s_swift.Replace("\"kl\":2", "\"kl\":0.2", StringComparison.Ordinal).Split('\n')[0]);
        Assert.Equal(KlAveraging.Unknown, open.Kl.Averaging);
        Assert.Contains(open.Warnings, static warning => warning.Contains("--kl-is token", StringComparison.Ordinal));
    }

    // F2: n beside a step is the number of samples seen so far.
    [Fact]
    public void A_column_n_beside_a_step_is_asked_about()
    {
        const string Text = "n,step,reward,gold\n64,1,0.1,0.30\n128,2,0.2,0.35\n192,3,0.3,0.38\n256,4,0.4,0.39\n320,5,0.5,0.37\n";
        RunLog log = Log(Text);
        Assert.Equal((OptimizationMethod.ReinforcementLearning, false, 5), (log.Method, log.HasCurve, log.Course.Count));
        Assert.Contains("If 'n' is the n of best-of-n, say so (--method best-of-n", log.Missing[0], StringComparison.Ordinal);
        Assert.Equal("step 5", log.Course[4].Place);
        RunLog said = Log(Text, new() { Method = OptimizationMethod.BestOfN });
        Assert.Equal(("n", KlAveraging.BestOfN), (said.Columns.Step, said.Kl.Averaging));
    }

    private static readonly (int N, string Kl, string Proxy, double Gold)[] s_bestOfN =
        [(1, "0", "0", 0), (2, "0.1931", "0.35", 0.15), (4, "0.6363", "0.64", 0.24), (8, "1.2044", "0.88", 0.28), (16, "1.8351", "1.08", 0.30), (32, "2.4970", "1.26", 0.31), (64, "3.1745", "1.43", 0.30)];

    // F3, with the values of a fit that starts at zero: alpha 0.3995 and beta 0.1297, so that d* = alpha / (2 beta).
    [Fact]
    public void Best_of_n_with_its_KL_beside_it_is_recognised_by_the_numbers()
    {
        RunLog log = Log("n,kl_nats,proxy,gold\n" + string.Join('\n', s_bestOfN.Select(static r => FormattableString.Invariant($"{r.N},{r.Kl},{r.Proxy},{r.Gold}"))));
        Assert.Equal((OptimizationMethod.BestOfN, 7), (log.Method, log.Count));
        LawFit fit = OveroptimizationLaw.BestOfN.Fit(log.ToCurve());
        Assert.Equal(0.3995, fit.Alpha.Value, 4);
        Assert.Equal(0.1297, fit.Beta.Value, 4);
        RunLog other = Log("n,kl_nats,proxy,gold\n" + string.Join('\n', s_bestOfN.Select(static r => FormattableString.Invariant($"{r.N},{r.N},{r.Proxy},{r.Gold}"))));
        Assert.Equal(OptimizationMethod.ReinforcementLearning, other.Method);
    }

    // F4: gold is measured at every n, the proxy at five.
    [Fact]
    public void Gold_is_kept_where_the_proxy_is_missing()
    {
        RunLog log = Log("n,proxy,gold\n" + string.Join('\n', s_bestOfN.Select(static r => FormattableString.Invariant($"{r.N},{(r.N is 2 or 4 ? "" : r.Proxy)},{r.Gold}"))));
        RewardCurve curve = log.ToPartialCurve();
        Assert.Equal((5, 7, 5), (log.Count, curve.Points.Count(static point => point.HasGold), curve.Points.Count(static point => point.HasProxy)));
        LawFit gold = OveroptimizationLaw.BestOfN.Fit(log.ToPartialCurve(RewardTarget.Gold));
        Assert.Equal((0.3995, 0.1297), (Math.Round(gold.Alpha.Value, 4), Math.Round(gold.Beta.Value, 4)));
        Assert.True(OveroptimizationLaw.BestOfN.Fit(log.ToPartialCurve(RewardTarget.Proxy), new() { Target = RewardTarget.Proxy }).Alpha.Value > 0);
        Assert.Contains("HasProxy", Assert.Throws<InvalidOperationException>(() => curve.Points[1].Proxy).Message, StringComparison.Ordinal);
        Assert.Contains("Proxy = none", curve.Points[1].ToString(), StringComparison.Ordinal);
    }

    // F8: a row's number is no step.
    [Theory]
    [InlineData("""{"kl_per_sequence":1,"reward":1,"gold":1,"epoch":0.56}""", "line 1 of the log (no step is logged; epoch 0.56)")]
    [InlineData("Step,kl_per_sequence,reward,gold\n7,1,1,1\n", "step 7")]
    [InlineData("""{"global_step/max_steps":"15/25","kl_per_sequence":1,"reward":1,"gold":1}""", "step 15")]
    public void A_point_says_where_it_stands(string text, string place) => Assert.Equal(place, Log(text).PlaceOf(0));

    // F18: a KL and a step make a run, whatever else stands there.
    [Fact]
    public void A_log_with_a_column_of_problems_is_no_list_of_samples()
    {
        var table = RunTable.Parse(string.Join('\n', Enumerable.Range(1, 8).Select(static i => FormattableString.Invariant($$"""{"step":{{i}},"problem":"p{{i % 2}}","objective/kl":{{i}},"reward":{{0.1 * i}},"accuracy":{{0.3 + 0.02 * i}}}"""))), "run");
        Assert.True(RunLog.Fits(table));
        Assert.Equal(8, RunLog.From(table, kl: KlLogging.PerSequence("k1")).Count);
        Assert.False(RunLog.Fits(RunTable.Parse("""{"prompt":"a","proxy":1,"gold":2}""", "samples")));
    }

    [Theory]
    [InlineData("objective/rlhf_reward", "the score less the penalty on the KL; use objective/scores")]
    [InlineData("critic/rewards/mean", "the score less the penalty on the KL where that is in the reward; use critic/score/mean")]
    [InlineData("return", "the score less the penalty on the KL; use reward")]
    public void Columns_that_are_no_score_are_refused_by_name(string column, string what)
    {
        RunTable table = RunTable.Parse($"step,kl_per_sequence,proxy,gold,{column}\n1,1,1,1,1\n", "run");
        foreach (var columns in (RunColumns[])[new() { Gold = column }, new() { Proxy = column }])
            Assert.Contains(what, Assert.Throws<InvalidDataException>(() => RunLog.From(table, columns)).Message, StringComparison.Ordinal);
    }

    // F24: perplexity 20 .. 15 .. 18.5.
    [Theory]
    [InlineData("perplexity", null)]
    [InlineData("difficulty", true)]
    public void Lower_may_be_better(string column, bool? said)
    {
        double[] values = [20, 17, 15.5, 15, 15.2, 16, 17.1, 18.5];
        RunLog log = Log($"step,kl_per_sequence,reward,{column}\n" + string.Join('\n', values.Select(static (value, i) => FormattableString.Invariant($"{i + 1},{i + 1},{0.1 * i},{value}"))),
            new() { LowerIsBetter = said, Columns = new() { Gold = column } });
        Assert.True(log.LowerIsBetter);
        RewardPoint best = log.ToCurve().Points.MaxBy(static point => point.Gold.Value)!;
        Assert.Equal((-15, 4), (best.Gold.Value, best.Kl.Value));
        Assert.Contains("lower is better", log.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("acc,none", "acc_stderr,none")]
    [InlineData("gold", "gold_stderr")]
    [InlineData("gold_mean", "gold_sem")]
    [InlineData("gold/mean", "gold/se")]
    public void Errors_beside_values_are_read(string column, string error)
    {
        string json = $$"""{"step":1,"kl_per_sequence":1,"proxy":1,"{{column}}":0.5,"{{error}}":0.02}""";
        Assert.Equal(0.02, Log(json, new() { Columns = new() { Gold = column } }).ToCurve().Points[0].Gold.StandardError);
    }
}
