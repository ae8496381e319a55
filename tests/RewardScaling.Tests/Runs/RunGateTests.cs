using RewardScaling.Laws;
using RewardScaling.Numerics;
using RewardScaling.Runs;
using RewardScaling.Runs.Gate;

namespace RewardScaling.Tests.Runs;

/// <summary>Inputs on which no law may be fitted in silence, each with what a careful reader would say.</summary>
public sealed class RunGateTests
{
    private const string Header = "step,kl_per_sequence,reward,gold\n";

    private static RunGate Gate(string text) =>
        RunGate.Of(RunLog.From(RunTable.Parse(text, "run"), kl: text.Contains("kl_per_sequence", StringComparison.Ordinal) ? KlLogging.PerSequence("unknown") : null));

    private static string Rows(int count, Func<int, FormattableString> row) =>
        string.Join('\n', Enumerable.Range(1, count).Select(i => FormattableString.Invariant(row(i))));

    private static GateFinding First(RunGate gate, GateRuling ruling, string phrase)
    {
        GateFinding finding = Assert.Single(gate.Findings, finding => finding.Sentence.Contains(phrase, StringComparison.Ordinal));
        Assert.Equal(ruling, finding.Ruling);
        Assert.EndsWith(".", finding.Sentence, StringComparison.Ordinal);
        return finding;
    }

    public static TheoryData<string, GateRuling, string> Constants => new()
    {
        { Header + Rows(8, static i => $"{i},{0.37 * i},{0.1 * i},0.01"), GateRuling.NoLaw, "Gold, 'gold', is 0.01 on every line: nothing to fit." },
        { Header + Rows(8, static i => $"{i},{0.37 * i},0,0"), GateRuling.NoLaw, "Gold, 'gold', is 0 on every line" },
        { Header + Rows(8, static i => $"{i},{0.37 * i},1,{0.1 * i}"), GateRuling.NoProxyLaw, "The proxy, 'reward', is 1 on every line" },
        // Of my own: one number that is rounded both ways, and a constant but for the last bit.
        { Header + Rows(9, static i => $"{i},{0.37 * i},{0.1 * i},{(i % 3 == 0 ? 0.51 : 0.50)}"), GateRuling.NoLaw, "0.5 or 0.51, which is one number rounded both ways" },
        { Header + Rows(8, static i => $"{i},{0.37 * i},{0.1 * i},{0.3 + (i % 2) * 1e-15}"), GateRuling.NoLaw, "is 0.3 on every line" },
        { Header + Rows(8, static i => $"{i},{0.37 * i},{-7.25 - (i % 2) * 1e-12},{0.1 * i}"), GateRuling.NoProxyLaw, "is -7.25 on every line" },
    };

    [Theory]
    [MemberData(nameof(Constants))]
    public void Nothing_is_fitted_to_a_constant(string text, GateRuling ruling, string phrase)
    {
        RunGate gate = Gate(text);
        First(gate, ruling, phrase);
        Assert.Equal(ruling == GateRuling.NoProxyLaw, gate.Allows(RewardTarget.Gold));
        Assert.False(gate.Allows(RewardTarget.Proxy));
        Assert.False(gate.Refuses);
    }

    public static TheoryData<string, string> NoAxes => new()
    {
        {
            """
            step:1 - actor/kl_loss:0.001 - critic/score/mean:0.1 - val-core/q/acc/mean@1:0.30 - response_length/mean:310
            step:2 - actor/kl_loss:0.001 - critic/score/mean:0.2 - val-core/q/acc/mean@1:0.36 - response_length/mean:335
            step:3 - actor/kl_loss:0.001 - critic/score/mean:0.3 - val-core/q/acc/mean@1:0.41 - response_length/mean:302
            step:4 - actor/kl_loss:0.001 - critic/score/mean:0.4 - val-core/q/acc/mean@1:0.44 - response_length/mean:348
            step:5 - actor/kl_loss:0.001 - critic/score/mean:0.5 - val-core/q/acc/mean@1:0.43 - response_length/mean:321
            """, "'actor/kl_loss' is 0.001, rounded to 3 decimals, on every line: times the length of the responses the axis would be the length; no law."
        },
        { Header + Rows(6, static i => $"{i},7.5,{0.1 * i},{0.3 + 0.02 * i}"), "'kl_per_sequence' is 7.5, rounded to 1 decimal, on every line: there is no distance to fit along; no law." },
        { Header + Rows(12, static i => $"{i},{0.001 * (1 + i / 5)},{0.1 * i},{0.3 + 0.02 * i}"), "has 3 different values on 12 lines, rounded to 3 decimals: too few distances" },
        { Header + Rows(10, static i => $"{i},{(i % 2 == 0 ? 0.001 : 0.002)},{0.1 * i},{0.3 + 0.02 * i}"), "'kl_per_sequence' is " },
        // Impossible negatives: beside 8, all of them, most of them, and of a different size.
        {
            "step,objective/kl,objective/scores,gold_score\n1,.5,.1,.1\n2,1,.2,.2\n3,2,.3,.25\n4,-40,.4,.3\n5,4,.5,.28\n6,5,.6,.25\n7,-120,.7,.2\n8,8,.8,.1",
            "'objective/kl' goes down to -120 beside 8 at the highest: no estimate falls so far below 0 by chance"
        },
        { "step,objective/kl,objective/scores,gold_score\n" + Rows(6, static i => $"{i},{-0.5 * i},{0.1 * i},{0.3 + 0.02 * i}"), "'objective/kl' is negative on every line, -0.5 at most" },
        { "step,objective/kl,objective/scores,gold_score\n" + Rows(9, static i => $"{i},{(i % 3 == 0 ? 0.5 : -0.2) * i},{0.1 * i},{0.3 + 0.02 * i}"), "is negative on 6 of 9 lines, -1.6 at the lowest" },
        { "step,objective/kl,objective/scores,gold_score\n" + Rows(9, static i => $"{i},{(i == 7 ? -3 : i)},{0.1 * i},{0.3 + 0.02 * i}"), "goes down to -3 beside 9 at the highest" },
    };

    [Theory]
    [MemberData(nameof(NoAxes))]
    public void A_KL_that_is_no_distance_carries_no_law(string text, string phrase)
    {
        RunGate gate = Gate(text);
        First(gate, GateRuling.NoLaw, phrase);
        Assert.False(gate.Allows(RewardTarget.Gold));
        Assert.False(gate.Refuses);
    }

    public static TheoryData<string, int[], string> Exploded => new()
    {
        {
            Header + "1,1,0,0\n2,2,.1,.09\n3,156898700,.2,.16\n4,3,.3,.21\n5,4,.4,.24\n6,5,.5,.25\n7,6,.6,.24\n8,7,.7,.21", [2],
            "The KL of step 3, 1.569E+08, is 2.2E+07 times the largest of the others"
        },
        { Header + Rows(20, static i => $"{i},{(i is 5 or 14 ? 900 * i : 0.5 * i)},{0.1 * i},{0.3 + 0.02 * i}"), [4, 13], "The KL of step 5, step 14, 4500, is 4.5E+02 times" },
        { Header + Rows(9, static i => $"{i},{(i == 9 ? 1e6 : i)},{0.1 * i},{0.3 + 0.02 * i}"), [8], "The KL of step 9, 1E+06, is 1.2E+05 times" },
        { "kl_per_sequence,reward,gold\n" + Rows(9, static i => $"{(i == 2 ? 400 : i)},{0.1 * i},{0.3 + 0.02 * i}"), [1], "The KL of line 3 of the log (no step is logged), 400, is 44 times" },
    };

    [Theory]
    [MemberData(nameof(Exploded))]
    public void An_estimate_that_exploded_is_left_out_and_named(string text, int[] points, string phrase)
    {
        RunLog log = RunLog.From(RunTable.Parse(text, "run"), kl: KlLogging.PerSequence("k3"));
        RunGate gate = RunGate.Of(log);
        Assert.Equal(points, First(gate, GateRuling.LeaveOut, phrase).Points);
        Assert.True(gate.Allows(RewardTarget.Gold));
        var kept = gate.Kept(log.ToCurve());
        Assert.Equal(log.Count - points.Length, kept.Points.Count);
        Assert.True(kept.Points.Max(static point => point.Kl.Value) <= 10);
    }

    public static TheoryData<string, GateRuling, string> Starts => new()
    {
        { "step,objective/kl,objective/scores,gold_score\n" + Rows(6, static i => $"{i - 1},{5.2 + 0.8 * i},{0.1 * i},{0.3 + 0.02 * i}"), GateRuling.Warning, "The KL is 6 nats at the first line already (step 0)" },
        { "step,objective/kl,objective/scores,objective/entropy,gold_score\n" + Rows(6, static i => $"{i},{0.5 * i},{0.1 * i},{-50 - 11 * i},{0.3 + 0.02 * i}"), GateRuling.Warning, "'objective/entropy' is -116 on line 7: an entropy of tokens is never negative" },
        { "step,kl,reward,completions/mean_length,gold\n" + Rows(6, static i => $"{i},{1 + 0.1 * i},{0.1 * i},100,{0.3 + 0.02 * i}"), GateRuling.Warning, "The KL is 1.1 nats per token at the first line already (step 1)" },
        // Of my own: without steps only a start that is most of the way is clear; an actor's entropy in another tool's words.
        { "kl_per_sequence,reward,gold\n" + Rows(6, static i => $"{20 + i},{0.1 * i},{0.3 + 0.02 * i}"), GateRuling.Warning, "The KL is 21 nats at the first line already (line 2 of the log (no step is logged))" },
        { "step,kl_per_sequence,reward,actor/entropy,gold\n" + Rows(6, static i => $"{i},{0.5 * i},{0.1 * i},{1.5 - 0.4 * i},{0.3 + 0.02 * i}"), GateRuling.Warning, "'actor/entropy' is -0.9 on line 7" },
        { "step,kl,reward,completions/mean_length,gold\n" + Rows(6, static i => $"{10 * i},{3.0 * i},{0.1 * i},100,{0.3 + 0.02 * i}"), GateRuling.Warning, "12 nats per token would be far" },
        { "step,objective/kl,objective/scores,gold_score\n" + Rows(9, static i => $"{i},{(i == 2 ? -0.02 : 0.3 * i)},{0.1 * i},{0.3 + 0.02 * i}"), GateRuling.Warning, "'objective/kl' is below 0 on 1 of 9 lines, -0.02 at the lowest, as an estimate by k1 may be by chance" },
        { Header + Rows(20, static i => $"{i},{0.001 * (1 + i / 3)},{0.1 * i},{0.3 + 0.02 * i}"), GateRuling.Warning, "has 7 different values on 20 lines, rounded to 3 decimals, which is up to 12 % of its middle value" },
    };

    [Theory]
    [MemberData(nameof(Starts))]
    public void Signs_of_a_wrong_KL_are_said_and_the_law_is_fitted(string text, GateRuling ruling, string phrase)
    {
        RunGate gate = Gate(text);
        First(gate, ruling, phrase);
        Assert.True(gate.Allows(RewardTarget.Gold) && gate.Allows(RewardTarget.Proxy));
    }

    public static TheoryData<string, string> Copies => new()
    {
        { Header + "1,1,.2,.2\n2,2,.3,.3\n3,3,.36,.36\n4,4,.40,.40\n5,5,.41,.41\n6,6,.40,.40\n7,7,.38,.38\n8,8,.35,.35", "are the same numbers on every line: there is one score, not two" },
        { Header + Rows(5, static i => $"{i},{i},{0.1 * i},{0.1 * i + 1e-9}"), "are the same numbers on every line" },
        { "step,kl_per_sequence,reward,gold\n" + Rows(4, static i => $"{i},{i},{-3.0 * i},{-3.0 * i}"), "are the same numbers on every line" },
    };

    [Theory]
    [MemberData(nameof(Copies))]
    public void One_score_is_not_two(string text, string phrase)
    {
        RunGate gate = Gate(text);
        First(gate, GateRuling.Refusal, phrase);
        Assert.True(gate.Refuses);
        Assert.False(gate.Allows(RewardTarget.Gold));
    }

    [Theory]
    [InlineData("{\"prompt\":\"p1\",\"reward\":0.1,\"gold\":552,\"correct\":false}\n{\"prompt\":\"p1\",\"reward\":0.7,\"gold\":552,\"correct\":true}\n{\"prompt\":\"p2\",\"reward\":0.2,\"gold\":31,\"correct\":true}\n{\"prompt\":\"p2\",\"reward\":0.9,\"gold\":31,\"correct\":false}",
        GateRuling.Refusal, "'gold' is the same for all samples of each prompt (552 for the first): it is the answer or a property of the prompt, not a score; 'correct' differs between samples: map it for gold.")]
    [InlineData("prompt,proxy,gold\na,1,3\na,2,3\nb,1,5\nb,3,5\nc,1,1\nc,0,1\n", GateRuling.Refusal, "map the column of what each sample is worth.")]
    [InlineData("prompt,proxy,gold\na,1,0\na,1,1\nb,4,5\nb,4,2\n", GateRuling.Refusal, "The proxy, 'proxy', is the same for all samples of each prompt: it cannot choose among them")]
    [InlineData("prompt,proxy,gold\na,1,1\na,2,2\nb,1.5,1.5\nb,3,3\n", GateRuling.Refusal, "are the same numbers for every sample")]
    [InlineData("prompt,proxy,gold\na,1,1\na,2,1\nb,1.5,1\nb,3,1\n", GateRuling.NoLaw, "Gold, 'gold', is 1 for every sample: nothing to fit.")]
    public void Samples_that_cannot_be_ranked_or_judged_are_not(string text, GateRuling ruling, string phrase) =>
        First(RunGate.Of(ScoredSamples.From(RunTable.Parse(text, "samples"))), ruling, phrase);

    [Fact]
    public void A_peak_where_no_gold_was_seen_is_no_peak()
    {
        // F14 without its gate: d(alpha - beta ln d) through one KL of 1.6e8 peaks at 82.5 where gold is 0.25 at most.
        RunLog log = RunLog.From(RunTable.Parse(Exploded.First().Data.Item1, "run"), kl: KlLogging.PerSequence("k3"));
        var fit = OveroptimizationLaw.ReinforcementLearning.Fit(log.ToCurve());
        GateFinding finding = Assert.Single(RunGate.After(fit));
        Assert.Equal(GateRuling.NoLaw, finding.Ruling);
        Assert.Contains("outside the gold seen, 0 to 0.25", finding.Sentence, StringComparison.Ordinal);
        var kept = OveroptimizationLaw.ReinforcementLearning.Fit(RunGate.Of(log).Kept(log.ToCurve()));
        Assert.Empty(RunGate.After(kept));
    }

    /// <summary>Honest runs of many shapes: the gate may say nothing that keeps one from its law.</summary>
    [Fact]
    public void Honest_runs_pass()
    {
        string[] refused = [.. Enumerable.Range(0, 400).Select(static i =>
        {
            RandomStream stream = RandomStream.FromSeed(15).Fork(i);
            int count = 5 + stream.Below(0, 60);
            bool perToken = i % 2 == 0;
            double top = Math.Pow(10, 2 * stream.Uniform(1)) / (perToken ? 200 : 1), power = 0.7 + 1.8 * stream.Uniform(2), noise = 0.3 * stream.Uniform(3);
            double[] kl = [.. Enumerable.Range(0, count).Select(k => top * Math.Pow((k + 0.2) / count, power) * (1 + 0.2 * noise * stream.Normal((ulong)(100 + k))))];
            return RunGate.Of(new GatedRun
            {
                Columns = new() { Kl = "kl", Proxy = "proxy", Gold = "gold", Step = "step" },
                Kl = kl,
                IsPerToken = perToken,
                Proxy = [.. kl.Select((value, k) => Math.Sqrt(value) + 0.05 * stream.Normal((ulong)(300 + k)))],
                Gold = [.. kl.Select((value, k) => Math.Round(0.5 + 0.1 * Math.Sqrt(value) - 0.02 * value + noise * 0.2 * stream.Normal((ulong)(500 + k)), 4))],
                Step = [.. Enumerable.Range(0, count).Select(static k => 1.0 + k)],
                Place = static k => $"step {k + 1}",
            });
        }).Where(static gate => gate.Findings.Count > 0).Select(static gate => gate.ToString())];
        Assert.Empty(refused);
    }
}
