using System.Globalization;
using RewardScaling.Numerics;
using RewardScaling.Runs;

namespace RewardScaling.Tests.Runs;

/// <summary>KL after the fact, from log-probabilities of tokens.</summary>
public sealed class RescoredSamplesTests
{
    private static string List(params double[] values) => "[" + string.Join(',', values.Select(static value => value.ToString("R", CultureInfo.InvariantCulture))) + "]";

    // Two prompts of two samples; ln π - ln reference sums to 0.3, 0.1, 0.6 and 0.2: mean 0.3. By prompt the residuals from 0.3 are -0.2 and
    // 0.2, so the clustered error is sqrt(2 / 1 x (0.04 + 0.04)) / 4 = 0.1.
    [Fact]
    public void The_KL_is_the_mean_of_sums_with_errors_by_prompt()
    {
        string text = string.Join('\n', new[] { ("a", 0.3, 1), ("a", 0.1, 2), ("b", 0.6, 3), ("b", 0.2, 4) }.Select(static r => FormattableString.Invariant(
            $$"""{"prompt_id":"{{r.Item1}}","policy_logprobs":{{List(-1, -0.5)}},"reference_logprobs":{{List(-1 - r.Item2 / 2, -0.5 - r.Item2 / 2)}},"reward":{{r.Item3}},"gold":{{10 * r.Item3}}}""")));
        RescoredCheckpoint one = Assert.Single(RescoredSamples.From(RunTable.Parse(text, "rescored.jsonl")).Checkpoints);
        Assert.Equal((0.3, 0.1, 2), (Math.Round(one.K1.Value.Value, 12), Math.Round(one.K1.Value.StandardError, 12), one.K1.Clusters));
        double k3 = new[] { 0.3, 0.1, 0.6, 0.2 }.Average(static x => 2 * (Math.Exp(-x / 2) - 1 + x / 2));
        Assert.Equal(k3, one.K3!.Value.Value, 12);
        Assert.Equal((2.5, 25, 2), (one.Proxy!.Value.Value, one.Gold!.Value.Value, one.Length));
    }

    [Theory]
    [InlineData("prev_logprobs", "token_loss_mask")]
    [InlineData("trainer_logprobs", "loss_mask")]
    [InlineData("logprobs", "response_mask")]
    public void Keys_of_tools_are_known_and_a_mask_leaves_out_what_was_not_sampled(string policy, string mask)
    {
        string text = $$"""{"step":1,"prompt":"a","{{policy}}":{{List(-9, -1)}},"reference_logprobs":{{List(-1, -1.5)}},"{{mask}}":[0,1]}""";
        RescoredCheckpoint one = Assert.Single(RescoredSamples.From(RunTable.Parse(text + "\n" + text, "x")).Checkpoints);
        Assert.Equal((0.5, 1), (one.K1.Value.Value, one.Length));
    }

    [Fact]
    public void The_reference_alone_is_no_distance()
    {
        RunTable table = RunTable.Parse("""{"reference_logprobs":[-1,-2],"kl":1}""", "x");
        Assert.False(RescoredSamples.Fits(table));
        Assert.Contains("has no log-probabilities of the policy or its sampler; name their column policy_logprobs", Assert.Throws<InvalidDataException>(() => RescoredSamples.From(table)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"prev_logprobs":[-1,-2],"generation_logprobs":[-1,-2]}""", "add them to each line as reference_logprobs")]
    [InlineData("""{"policy_logprobs":[-1,-2],"reference_logprobs":[-1]}""", "both must be of the same tokens")]
    [InlineData("""{"policy_logprobs":[-1,-900],"reference_logprobs":[-1,-1]}""", "column 'policy_logprobs': token 2 has the log-probabilities -900 ('policy_logprobs') and -1 ('reference_logprobs'), so far apart that one of them is none")]
    [InlineData("""{"policy_logprobs":[-1,-1],"reference_logprobs":[-1,-1e154]}""", "column 'reference_logprobs': token 2")]
    [InlineData("""{"policy_logprobs":[-1,2],"reference_logprobs":[-1,-1]}""", "a log-probability is never above 0")]
    [InlineData("""{"policy_logprobs":[-1,-1],"reference_logprobs":[-1,-1],"mask":[0,0]}""", "no token is left")]
    public void What_is_wrong_with_a_list_is_said(string text, string message)
    {
        var table = RunTable.Parse(text + "\n" + text, "x");
        Assert.True(RescoredSamples.Fits(table));
        Assert.Contains(message, Assert.Throws<InvalidDataException>(() => RescoredSamples.From(table)).Message, StringComparison.Ordinal);
    }

    // Samples of a world of four tokens. Under top-p 0.9 the sampler keeps the first three, whose mass is 0.9, and writes their
    // log-probabilities raised by -ln 0.9 = 0.105.
    private static RunTable World(bool cut, bool sampler, bool learned, int seed, out double kl)
    {
        double[] policy = learned ? [0.6, 0.2, 0.1, 0.1] : [0.5, 0.25, 0.15, 0.1], reference = [0.5, 0.25, 0.15, 0.1];
        double mass = cut ? 0.9 : 1;
        kl = 20 * (cut ? Enumerable.Range(0, 3).Sum(i => policy[i] / mass * Math.Log(policy[i] / mass / reference[i])) : Enumerable.Range(0, 4).Sum(i => policy[i] * Math.Log(policy[i] / reference[i])));
        var stream = RandomStream.FromSeed((ulong)seed);
        var lines = new List<string>();
        for (int s = 0; s < 200; s++)
        {
            double[] ours = new double[20], theirs = new double[20], full = new double[20];
            for (int t = 0; t < 20; t++)
            {
                double u = stream.Uniform((ulong)(20 * s + t)) * mass;
                int token = u < policy[0] ? 0 : u < policy[0] + policy[1] ? 1 : u < policy[0] + policy[1] + policy[2] ? 2 : 3;
                (full[t], ours[t], theirs[t]) = (Math.Log(policy[token]), Math.Log(policy[token] / mass), Math.Log(reference[token]));
            }
            lines.Add(sampler ? $$"""{"prompt":"{{s / 4}}","policy_logprobs":{{List(full)}},"generation_logprobs":{{List(ours)}},"reference_logprobs":{{List(theirs)}}}"""
                : $$"""{"prompt":"{{s / 4}}","policy_logprobs":{{List(ours)}},"reference_logprobs":{{List(theirs)}}}""");
        }
        return RunTable.Parse(string.Join('\n', lines), "world.jsonl");
    }

    // Four standard errors: by chance one of 16,000; the seeds are fixed.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Samples_of_the_policy_itself_give_its_KL(int seed)
    {
        RescoredCheckpoint one = Assert.Single(RescoredSamples.From(World(cut: false, sampler: false, learned: true, seed, out double kl)).Checkpoints);
        Assert.InRange(one.K1.Value.Value, kl - 4 * one.K1.Value.StandardError, kl + 4 * one.K1.Value.StandardError);
        Assert.InRange(one.K3!.Value.Value, kl - 4 * one.K3.Value.StandardError, kl + 4 * one.K3.Value.StandardError);
    }

    [Theory]
    [InlineData(true, true, "kept 90.0 % of its mass")]
    [InlineData(true, false, "kept 90.0 % of its mass")]
    [InlineData(false, false, "renormalised over what a cut")]
    public void A_cut_is_seen_and_refused_until_it_is_said(bool sampler, bool learned, string message)
    {
        RunTable table = World(cut: true, sampler, learned, 3, out double kl);
        Assert.Contains(message, Assert.Throws<InvalidDataException>(() => RescoredSamples.From(table)).Message.Replace("90.0%", "90.0 %", StringComparison.Ordinal), StringComparison.Ordinal);
        RescoredCheckpoint one = Assert.Single(RescoredSamples.From(table, sampledBy: SampledBy.ItsCut).Checkpoints);
        Assert.Null(one.K3);
        Assert.InRange(one.K1.Value.Value, kl - 4 * one.K1.Value.StandardError - 1e-9, kl + 4 * one.K1.Value.StandardError + 1e-9);
    }

    [Fact]
    public void Many_checkpoints_make_a_curve()
    {
        string text = string.Join('\n', Enumerable.Range(0, 24).Select(static i => FormattableString.Invariant(
            $$"""{"step":{{100 * (i / 4)}},"prompt":"p{{i % 4}}","policy_logprobs":{{List(-1)}},"reference_logprobs":{{List(-1 - 0.5 * (i / 4))}},"reward":{{i / 4}},"gold":{{i / 4 * (6 - i / 4)}}}""")));
        RunLog log = RunLog.From(RescoredSamples.From(RunTable.Parse(text, "ladder.jsonl")).ToTable(), kl: KlLogging.PerSequence("k1"));
        Assert.Equal([0, 0.5, 1, 1.5, 2, 2.5], log.ToCurve().Points.Select(static point => point.Kl.Value));
        Assert.Equal(9, log.ToCurve().Points[3].Gold.Value);
        Assert.Equal("step 300", log.PlaceOf(3));
    }
}
