using RewardScaling.Curves;
using RewardScaling.Laws;
using RewardScaling.Numerics;
using RewardScaling.Runs;

namespace RewardScaling.Tests.Runs;

/// <summary>More of every kind that the gate, or a reader before it, must not let by: logs as people have them, each with what a
/// careful reader would say.</summary>
public sealed class RunGateKindTests
{
    private static RunGate Gate(string text, RunLogOptions? options = null) => RunGate.Of(RunLog.From(RunTable.Parse(text, "run"), options ?? new()));

    private static string Rows(int count, Func<int, FormattableString> row) =>
        string.Join('\n', Enumerable.Range(1, count).Select(i => FormattableString.Invariant(row(i))));

    private static readonly RunLogOptions s_perSequence = new() { Kl = KlLogging.PerSequence("k1") };

    // A run without a reference logs zeros, in whatever form; none of them is a distance.
    [Theory]
    [InlineData("{'loss': 0.0, 'kl': 0.0, 'reward': 0.31, 'rewards/gold/mean': 0.40, 'completions/mean_length': 120.5, 'frac_reward_zero_std': 0.1}\n{'loss': 0.01, 'kl': 0.0, 'reward': 0.35, 'rewards/gold/mean': 0.42, 'completions/mean_length': 122.0, 'frac_reward_zero_std': 0.1}\n{'loss': 0.0, 'kl': 0.0, 'reward': 0.44, 'rewards/gold/mean': 0.41, 'completions/mean_length': 130.1, 'frac_reward_zero_std': 0.2}\n", "'kl' is 0 on every line: no reference was kept (a penalty of weight 0), so no KL was measured.")]
    [InlineData("step,kl_per_sequence,reward,gold\n1,0,0.1,0.30\n2,0,0.2,0.34\n3,0,0.3,0.37\n4,0,0.4,0.36\n", "'kl_per_sequence' is 0 on every line")]
    [InlineData("step:1 - actor/kl_loss:0.000 - critic/score/mean:0.1 - val-core/q/acc/mean@1:0.30 - response_length/mean:310\nstep:2 - actor/kl_loss:0.000 - critic/score/mean:0.2 - val-core/q/acc/mean@1:0.36 - response_length/mean:335\nstep:3 - actor/kl_loss:0.000 - critic/score/mean:0.3 - val-core/q/acc/mean@1:0.41 - response_length/mean:302\n", "'actor/kl_loss' is 0 on every line")]
    public void Zeros_are_no_KL(string text, string said)
    {
        RunLog log = RunLog.From(RunTable.Parse(text, "run"));
        Assert.False(log.HasCurve);
        Assert.Contains(log.Missing, reason => reason.Contains(said, StringComparison.Ordinal));
        Assert.Contains(said, Assert.Throws<InvalidDataException>(() => log.ToCurve()).Message, StringComparison.Ordinal);
    }

    // A KL that was switched off but for a constant, or is logged to two decimals.
    [Theory]
    [InlineData("{'kl': 0.02, 'reward': 0.31, 'rewards/gold/mean': 0.40, 'completions/mean_length': 120.5, 'frac_reward_zero_std': 0.1}\n{'kl': 0.02, 'reward': 0.35, 'rewards/gold/mean': 0.42, 'completions/mean_length': 122.0, 'frac_reward_zero_std': 0.1}\n{'kl': 0.02, 'reward': 0.44, 'rewards/gold/mean': 0.41, 'completions/mean_length': 130.1, 'frac_reward_zero_std': 0.2}\n", "'kl' is 0.02, rounded to 2 decimals, on every line: times the length of the responses the axis would be the length; no law.")]
    [InlineData("step,objective/kl,objective/scores,gold_score\n1,12,0.1,0.30\n2,12,0.2,0.34\n3,12,0.3,0.37\n4,12,0.4,0.36\n", "'objective/kl' is 12 on every line: there is no distance to fit along; no law.")]
    public void A_constant_is_no_axis(string text, string said) => Ruled(Gate(text), GateRuling.NoLaw, said);

    // A fine-tuned policy held against the base model; a policy loaded from a checkpoint, logged from its first step on.
    [Theory]
    [InlineData("step,objective/kl,objective/scores,gold_score\n1,14.2,0.1,0.30\n2,14.9,0.2,0.34\n3,15.1,0.3,0.37\n4,16.0,0.4,0.36\n5,17.2,0.5,0.35\n", "The KL is 14.2 nats at the first line already (step 1) and 17.2 at the most: the reference is not the policy that the run started from")]
    [InlineData("step,kl_per_sequence,reward,gold\n0,2.5,0.1,0.30\n50,4.0,0.2,0.34\n100,6.1,0.3,0.37\n150,8.0,0.4,0.36\n", "The KL is 2.5 nats at the first line already (step 0)")]
    public void A_run_that_begins_far_away_says_so(string text, string said) => Ruled(Gate(text, s_perSequence), GateRuling.Warning, said);

    // Entropies from log-probabilities of another engine, or with a sign too many.
    [Theory]
    [InlineData("step,kl_per_sequence,reward,policy/entropy_avg,gold\n1,0.2,0.1,1.9,0.30\n2,0.9,0.2,0.7,0.34\n3,2.0,0.3,-0.4,0.37\n4,3.9,0.4,-1.3,0.36\n", "'policy/entropy_avg' is -1.3 on line 5: an entropy of tokens is never negative")]
    [InlineData("step,kl_per_sequence,reward,entropy,gold\n1,0.2,0.1,-2.31,0.30\n2,0.9,0.2,-2.20,0.34\n3,2.0,0.3,-2.05,0.37\n4,3.9,0.4,-1.80,0.36\n", "'entropy' is -2.31 on line 2")]
    public void An_entropy_below_zero_makes_the_KL_suspect(string text, string said) => Ruled(Gate(text, s_perSequence), GateRuling.Warning, said);

    // The number of the right choice; the length of the reference answer.
    [Theory]
    [InlineData("question,reward,gold,is_correct\nq1,0.2,3,0\nq1,0.9,3,1\nq1,0.4,3,0\nq2,0.8,0,1\nq2,0.1,0,0\nq2,0.7,0,1\n", "'gold' is the same for all samples of each prompt (3 for the first): it is the answer or a property of the prompt, not a score; 'is_correct' differs between samples: map it for gold.")]
    [InlineData("prompt,proxy,gold\nHow tall is K2?,1.2,8611\nHow tall is K2?,-0.3,8611\nHow many moons has Mars?,0.4,2\nHow many moons has Mars?,0.9,2\n", "(8611 for the first): it is the answer or a property of the prompt, not a score; map the column of what each sample is worth.")]
    public void An_answer_is_no_score(string text, string said) =>
        Ruled(RunGate.Of(ScoredSamples.From(RunTable.Parse(text, "samples"))), GateRuling.Refusal, said);

    // The summary table of a tracker, a sweep of seeds: the last line of each run, and none of its way.
    [Theory]
    [InlineData("run_name,kl_per_sequence,reward,gold_score\nppo-a,11.2,2.1,0.44\nppo-b,9.8,1.9,0.47\nppo-c,14.0,2.5,0.39\nppo-d,12.1,2.2,0.41\nppo-e,8.7,1.7,0.46\n", "has one row for each run ('run_name' differs on every one)")]
    [InlineData("trial,kl_per_sequence,proxy,gold,final_loss\n0,4.0,0.6,0.31,1.2\n1,4.4,0.7,0.33,1.1\n2,5.1,0.7,0.30,1.1\n", "has one row for each run ('trial' differs on every one)")]
    public void One_line_of_each_run_is_no_run(string text, string said) =>
        Assert.Contains(said, Assert.Throws<InvalidDataException>(() => RunLog.AllFrom(RunTable.Parse(text, "run"))).Message, StringComparison.Ordinal);

    // Points near the start and far away, nothing between: each law bulges where nobody looked.
    [Theory]
    [InlineData("rl", "0.04,0.30 0.09,0.52 0.16,0.61 0.25,0.72 400,0.10 441,0.02")]
    [InlineData("best-of-n", "0.01,0.10 0.04,0.21 0.09,0.29 0.16,0.40 100,0.05")]
    public void A_peak_above_every_gold_that_was_seen_is_not_told(string law, string points)
    {
        RewardCurve curve = new(OptimizationMethod.ReinforcementLearning, "gap", [.. points.Split(' ').Select(static (point, i) => new RewardPoint
        {
            Kl = Estimate.Exact(double.Parse(point.Split(',')[0], System.Globalization.CultureInfo.InvariantCulture)),
            Gold = Estimate.WithoutError(double.Parse(point.Split(',')[1], System.Globalization.CultureInfo.InvariantCulture)),
            Proxy = Estimate.WithoutError(0),
            Effort = i + 1,
        })]);
        LawFit fit = law == "rl" ? OveroptimizationLaw.ReinforcementLearning.Fit(curve) : OveroptimizationLaw.BestOfN.Fit(curve);
        GateFinding finding = Assert.Single(RunGate.After(fit));
        Assert.Equal(GateRuling.NoLaw, finding.Ruling);
        Assert.Contains("outside the gold seen, ", finding.Sentence, StringComparison.Ordinal);
    }

    // Training logs that name a task of each line: a step and a KL are of a run, not of samples.
    [Theory]
    [InlineData("{\"iteration\":$,\"task_id\":\"gsm8k/%\",\"kl_div\":0.4$,\"reward\":0.1$,\"accuracy\":0.5$}")]
    [InlineData("{\"global_step\":$,\"question\":\"q%\",\"kl\":1.$,\"reward_mean\":0.2$,\"gold_acc\":0.3$}")]
    public void A_log_that_names_tasks_is_a_run(string line)
    {
        RunTable table = RunTable.Parse(string.Join('\n', Enumerable.Range(1, 8).Select(i =>
            line.Replace("$", $"{i}", StringComparison.Ordinal).Replace("%", $"{i % 2}", StringComparison.Ordinal))), "run");
        Assert.True(RunLog.Fits(table));
        Assert.Equal(8, RunLog.From(table, s_perSequence).Count);
    }

    [Theory]
    [InlineData("ppo/mean_non_score_reward", "the penalty on the KL; use ppo/mean_scores")]
    [InlineData("rollout/return_mean", "the score less the penalty on the KL; use rollout/reward_mean")]
    public void A_reward_less_its_penalty_is_no_score(string column, string what)
    {
        RunTable table = RunTable.Parse($"step,kl_per_sequence,proxy,gold,{column}\n1,1,1,1,1\n2,2,2,2,2\n", "run");
        foreach (var columns in (RunColumns[])[new() { Gold = column }, new() { Proxy = column }])
            Assert.Contains(what, Assert.Throws<InvalidDataException>(() => RunLog.From(table, columns)).Message, StringComparison.Ordinal);
    }

    private static void Ruled(RunGate gate, GateRuling ruling, string phrase)
    {
        GateFinding finding = Assert.Single(gate.Findings, finding => finding.Sentence.Contains(phrase, StringComparison.Ordinal));
        Assert.Equal(ruling, finding.Ruling);
        Assert.Equal(ruling == GateRuling.Warning, gate.Allows(RewardTarget.Gold));
        Assert.Equal(ruling == GateRuling.Refusal, gate.Refuses);
    }
}
