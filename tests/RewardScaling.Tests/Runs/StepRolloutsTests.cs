using RewardScaling.Curves;
using RewardScaling.Runs;

namespace RewardScaling.Tests.Runs;

/// <summary>Scored samples of many steps.</summary>
public sealed class StepRolloutsTests
{
    // Four samples a prompt with proxy 0 to 3. At step 1 gold is the proxy, so the best by proxy has 3 and the mean is 1.5: a gain of
    // 1.5. At step 2 gold is 3 less the proxy: a gain of -1.5.
    private static string Rows(string goldName) => string.Join('\n', Enumerable.Range(0, 16).Select(i => FormattableString.Invariant(
        $$"""{"step":{{1 + i / 8}},"prompt":"p{{i / 4 % 2}}","completion":"c","proxy_fn":{{i % 4}},"{{goldName}}":{{(i < 8 ? i % 4 : 3 - i % 4)}},"advantage":0.5}""")));

    [Fact]
    public void Trust_in_the_proxy_is_what_choosing_by_it_gains_at_each_step()
    {
        var table = RunTable.Parse(Rows("gold_fn"), "completions");
        Assert.True(StepRollouts.Fits(table));
        var rollouts = StepRollouts.From(table);
        Assert.Equal(("prompt", "step", "proxy_fn", "gold_fn"), (rollouts.Columns.Prompt, rollouts.Columns.Step, rollouts.Columns.Proxy, rollouts.Columns.Gold));
        Assert.Equal([1.5, -1.5], rollouts.Steps.Select(static pool => pool.GoldGain!.Value.Value));
        Assert.Equal([1.0, -1.0], rollouts.Steps.Select(static pool => Math.Round(pool.Agreement!.Value, 12)));
        RewardCurve curve = rollouts.Steps[0].ToCurve();
        Assert.Equal([1, 2, 3, 4], curve.Points.Select(static point => point.Effort));
        // The best of 2 of {0, 1, 2, 3}: (1 x 1 + 2 x 2 + 3 x 3) / 6 = 14 / 6.
        Assert.Equal([1.5, 14.0 / 6], curve.Points.Take(2).Select(static point => point.Gold.Value), static (a, b) => Math.Abs(a - b) < 1e-12);
    }

    [Fact]
    public void Two_columns_that_nobody_knows_are_asked_about()
    {
        var table = RunTable.Parse(Rows("other_fn"), "completions");
        string message = Assert.Throws<InvalidDataException>(() => StepRollouts.From(table)).Message;
        Assert.Contains("no column has a known name for gold; map one of proxy_fn, other_fn (--gold)", message, StringComparison.Ordinal);
        Assert.Equal("other_fn", StepRollouts.From(table, new() { Gold = "other_fn" }).Columns.Gold);
    }

    // ms-swift: a line is a dictionary of lists.
    [Fact]
    public void A_line_may_hold_the_lists_of_a_step()
    {
        var table = RunTable.Parse("""
            {"step":["1","1","1","1"],"prompt":["a","a","b","b"],"completion":["w","x","y","z"],"reward":[0.1,0.2,0.3,0.4],"gold":[0,1,0,1]}
            {"step":["2","2","2","2"],"prompt":["a","a","b","b"],"completion":["w","x","y","z"],"reward":[0.5,0.6,0.7,0.8],"gold":[1,0,1,0]}
            """, "completions.jsonl");
        Assert.True(StepRollouts.Fits(table));
        var rollouts = StepRollouts.From(table);
        Assert.Equal([2, 2], rollouts.Steps.Select(static pool => pool.Prompts.Count));
        Assert.Equal([0.5, -0.5], rollouts.Steps.Select(static pool => pool.GoldGain!.Value.Value));
    }

    [Theory]
    [InlineData("""{"step":1,"prompt":"a","proxy":1,"gold":1}""")]
    [InlineData("step,prompt,kl,reward,gold\n1,a,1,1,1\n1,a,2,2,2\n2,a,1,1,1\n")]
    [InlineData("step,prompt,proxy,gold\n1,a,1,1\n2,b,1,1\n")]
    public void Other_tables_are_none(string text) => Assert.False(StepRollouts.Fits(RunTable.Parse(text, "x")));
}
