using RewardScaling.BestOfN;
using RewardScaling.Runs;

namespace RewardScaling.Tests.Runs;

public sealed class ScoredSamplesTests
{
    [Theory]
    [InlineData("prompt,proxy,gold\nb,1,0\na,2,1\nb,1,1\na,4,0\n")]
    [InlineData("""
        {"question": "b", "score": 1, "correct": false}
        {"question": "a", "score": 2, "correct": true}
        {"question": "b", "score": 1, "correct": true}
        {"question": "a", "score": 4, "correct": false}
        """)]
    [InlineData("""[{"instruction": "b", "proxy_scores": [1, 1], "gold_scores": [0, 1]}, {"instruction": "a", "proxy_scores": [2, 4], "gold_scores": [1, 0]}]""")]
    public void Samples_are_gathered_by_prompt_in_order_of_appearance(string text)
    {
        RunTable table = RunTable.Parse(text, "s");
        Assert.True(ScoredSamples.Fits(table));
        ScoredSamples samples = ScoredSamples.From(table);
        Assert.Equal(["b", "a"], samples.Prompts.Select(static prompt => prompt.Name));
        Assert.Equal([2, 4], samples.Prompts[1].Proxy.ToArray());
        Assert.Equal([0, 1], samples.Prompts[0].Gold.ToArray());
        Assert.Equal((2, 2, 1), (samples.SmallestCount, samples.LargestCount, samples.TiedPrompts));
    }

    [Theory]
    [InlineData("proxy,gold\n1,2\n", "s: no column has a known name for prompt; map one of proxy, gold.")]
    [InlineData("prompt,gold\n1,2\n", "s: no column has a known name for proxy; map one of prompt, gold.")]
    [InlineData("prompt,proxy\n1,2\n", "s: no column has a known name for gold; map one of prompt, proxy.")]
    [InlineData("prompt,proxy,gold\na,1,2\na,nan,2\n", "s, line 3: column 'proxy': 'nan' is not a finite number")]
    [InlineData("prompt,proxy,gold\na,1,2\na,1,\n", "s, line 3: column 'gold': nothing is there")]
    [InlineData("prompt,proxy,gold\na,1,2\n,1,2\n", "s, line 3: column 'prompt': nothing is there")]
    [InlineData("prompt,proxy,gold\na,1,yes\n", "s, line 2: column 'gold': 'yes' is not a number")]
    [InlineData("""[{"prompt": "a", "proxy": [1, 2], "gold": [1]}]""", "s, line 1: column 'gold': the list has 1 scores and 'proxy' 2")]
    [InlineData("""[{"prompt": "a", "proxy": [1, NaN], "gold": [1, 2]}]""", "s, line 1: column 'proxy': number 2 of the list is NaN")]
    [InlineData("""[{"prompt": "a", "proxy": [], "gold": []}]""", "s, line 1: column 'proxy': the list is empty")]
    [InlineData("""[{"prompt": "a", "proxy": [1], "gold": 1}]""", "s, line 1: column 'gold': 1 is not a list of numbers")]
    [InlineData("""{"prompt": ["a"], "proxy": 1, "gold": 1}""", "s, line 1: column 'prompt': a list of 1 texts is not a text")]
    public void Bad_scores_are_named(string text, string message) =>
        Assert.StartsWith(message, Assert.Throws<InvalidDataException>(() => ScoredSamples.From(RunTable.Parse(text, "s"))).Message, StringComparison.Ordinal);

    [Fact]
    public void Columns_can_be_mapped_and_a_wrong_map_is_named()
    {
        RunTable table = RunTable.Parse("q,rm,truth\na,1,2\n", "s");
        Assert.False(ScoredSamples.Fits(table));
        RunColumns columns = new() { Prompt = "q", Proxy = "rm", Gold = "truth" };
        Assert.True(ScoredSamples.Fits(table, columns));
        Assert.Equal(2, ScoredSamples.From(table, columns).Prompts[0].Gold[0]);
        Assert.Equal("s has no column 'x' for gold; it has q, rm, truth.",
            Assert.Throws<InvalidDataException>(() => ScoredSamples.From(table, columns with { Gold = "x" })).Message);
    }

    [Fact]
    public void Samples_without_a_score_are_left_out_when_asked_and_counted()
    {
        RunTable table = RunTable.Parse("""
            {"prompt": "a", "proxy": 1, "gold": true}
            {"prompt": "a", "proxy": null, "gold": false}
            {"prompt": "b", "proxy": [[1], [null], [3]], "gold": [true, true, false]}
            """, "s");
        Assert.Contains("nothing is there", Assert.Throws<InvalidDataException>(() => ScoredSamples.From(table)).Message, StringComparison.Ordinal);
        ScoredSamples samples = ScoredSamples.From(table, null, NonFiniteRule.LeaveOut);
        Assert.Equal((2, 1), (samples.LeftOut, samples.Prompts[0].SampleCount));
        Assert.Equal([1, 3, 1, 0], [.. samples.Prompts[1].Proxy.ToArray(), .. samples.Prompts[1].Gold.ToArray()]);
        Assert.StartsWith("2 samples without a score are left out", Assert.Single(samples.Notes), StringComparison.Ordinal);
    }

    // F19
    [Fact]
    public void Rounds_are_no_draws_from_one_policy()
    {
        string text = "task_id,round,proxy,correct\n" + string.Join('\n', from task in Enumerable.Range(0, 3) from round in Enumerable.Range(0, 4) select $"t{task},{round},{40 - round},{(round < 2 ? 1 : 0)}");
        RunColumns columns = new() { Prompt = "task_id" };
        Assert.Equal("s: 'round' is 0, 1, 2, 3, so the samples are no draws from one policy; choose one of them (RunTable.Where, --where round=0).",
            Assert.Throws<InvalidDataException>(() => ScoredSamples.From(RunTable.Parse(text, "s"), columns)).Message);
        Assert.Equal(3, ScoredSamples.From(RunTable.Parse(text, "s").Where("round", "1"), columns).Prompts.Count);
    }

    [Fact]
    public void Counts_alone_are_said_to_be_counts() =>
        Assert.Contains("they give pass@k", Assert.Throws<InvalidDataException>(() => ScoredSamples.From(RunTable.Parse("prompt,num_correct,num_samples\na,3,8\n", "s"))).Message, StringComparison.Ordinal);

    [Fact]
    public void The_real_probe_has_200_prompts_of_4_with_ties()
    {
        ScoredSamples samples = ScoredSamples.Read(SharedData.File("data/gsm8k-proxy-rl/probe-base.csv"));
        Assert.Equal((200, 4, 4), (samples.Prompts.Count, samples.SmallestCount, samples.LargestCount));
        Assert.InRange(samples.TiedPrompts, 1, 199);
        // Gold of n = 1 is the share of right answers, 0.3175 by awk over the file's third column.
        Assert.Equal(0.3175, BestOfNCurve.From(samples.Prompts, [1]).Points[0].Gold.Value, 12);
    }
}
