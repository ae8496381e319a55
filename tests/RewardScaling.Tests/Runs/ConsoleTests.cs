using RewardScaling.Runs;

namespace RewardScaling.Tests.Runs;

/// <summary>What tools print, as it is found: progress bars, prefixes, broken lines.</summary>
public sealed class ConsoleTests
{
    // The whole line of a public log, shortened: the bar is printed over itself.
    private const string Bar = "  1%|#| 1/5\r        \r";

    [Fact]
    public void Metrics_behind_a_carriage_return_are_found()
    {
        RunTable table = Read(Bar + "{'kl': 0.01, 'gold': 0.30}\n{'kl': 0.02, 'gold': 0.35}\n  3%|#| 3/5\r        \r{'kl': 0.03, 'gold': 0.38}\r\n{'kl': 0.05, 'gold': 0.39}\n");
        Assert.Equal([0.01, 0.02, 0.03, 0.05], Column(table, "kl"));
        Assert.Equal([1, 2, 3, 4], Enumerable.Range(0, 4).Select(table.LineOf));
        Assert.Equal(2, table.OtherLines);
        Assert.Empty(table.Notes);
    }

    [Fact]
    public void With_every_line_behind_a_bar_it_is_still_output_and_not_CSV()
    {
        string text = string.Concat(Enumerable.Range(1, 5).Select(i => Bar + FormattableString.Invariant($"{{'kl': 0.0{i}, 'reward': {i}}}\n")));
        RunTable table = Read(text);
        Assert.Equal([0.01, 0.02, 0.03, 0.04, 0.05], Column(table, "kl"));
        Assert.Equal(RunFileFormat.MetricLines, table.Format);
    }

    [Theory]
    [InlineData("[2025-01-02][INFO] {'kl': 0.5, 'reward': 1}")]
    [InlineData("[2025-01-02][INFO] {\"kl\": 0.5, \"reward\": 1}")]
    [InlineData("\u001b[36m(Task pid=7)\u001b[0m {'kl': 0.5, 'reward': 1}")]
    [InlineData("  5%|#5 | 5/100 [00:01<00:20]{'kl': 0.5, 'reward': 1}")]
    [InlineData("{'kl': 0.5, 'reward': 1}  5%|#5 | 5/100 [00:01<00:20]")]
    [InlineData("(Task pid=7) {'kl': 0.5, 'reward': 1} [repeated 3x across cluster]")]
    [InlineData("{'kl': np.float64(0.5), 'reward': tensor(1., device='cuda:0', grad_fn=<MeanBackward0>)}")]
    [InlineData("{'kl': 0.5, 'reward': True, 'x': None, 'l': [1, 2], 'n': {'a': 3}, 'o': <object at 0x7f>}")]
    [InlineData("{'kl': 0.5,\n 'reward': 1}")]
    [InlineData("INFO {\n  \"kl\": 0.5,\n  \"reward\": 1\n}")]
    [InlineData("step:1 - kl:0.5 - reward:1")]
    [InlineData("step:1 - kl:0.5\nstep:1 - reward:1")]
    [InlineData("(main_task pid=7) step:1 - kl:np.float64(0.5) - reward:1 - ")]
    [InlineData("step:1 - kl:0.5 - reward:1 - note:warmup done")]
    [InlineData("step: 1|kl: 0.5|reward: 1")]
    [InlineData("epoch: 0|step: 1|kl: 0.5\nreward: 1")]
    public void A_row_is_found_wherever_it_stands(string line)
    {
        RunTable table = Read("loading\n" + line + "\ndone\n");
        Assert.Equal((1, 0.5, 1), (table.RowCount, table.Number(0, "kl"), table.Number(0, "reward")));
        Assert.Equal(2, table.OtherLines);
    }

    [Theory]
    [InlineData("{'pad_token': 7} changed")]
    [InlineData("step:1 - move the cursor")]
    [InlineData("{'a': 1")]
    [InlineData("{'kl': 0.5, 'kl': 0.6}")]
    [InlineData("print({'a'})")]
    public void A_line_that_only_looks_like_metrics_does_not_end_the_reading(string line)
    {
        RunTable table = Read("{'kl': 0.5}\n" + line + "\n{'kl': 0.6}\n");
        Assert.Equal([0.5, 0.6], Column(table, "kl"));
        Assert.Equal(1, table.OtherLines);
    }

    [Fact]
    public void Damaged_lines_are_counted_and_the_first_is_named()
    {
        RunTable table = Read("start\n{'kl': 0.5}\nGlobal step 2: {'kl' 0.6}\n{'kl': 0.7, 'kl': 1}\nstep:3 - kl:0.8 - and more\n");
        Assert.Equal([0.5, 0.8], Column(table, "kl"));
        Assert.Equal("3 lines that look like metrics cannot be read, or not whole; the first is line 3 ('0.6}' stands where ':' should).", Assert.Single(table.Notes));
    }

    // Every line has as many commas, and no field of it is a number: the same rows either way, but not by way of a table of texts.
    [Fact]
    public void Lines_of_dictionaries_are_no_table_and_take_the_room_of_their_numbers()
    {
        string text = string.Concat(Enumerable.Range(0, 20_000).Select(static i => FormattableString.Invariant($"{{'step': {i}, 'kl': {i / 7.0:R}, 'gold': {i / 9.0:R}}}\n")));
        RunTable table = Read(text);
        Assert.Equal((RunFileFormat.MetricLines, 20_000), (table.Format, table.RowCount));
        Assert.Equal(19_999 / 9.0, table.Number(19_999, "gold"));
    }

    [Theory]
    [InlineData("Global step 7: {'kl': 0.5}", "step")]
    [InlineData("12:00 step 7 | {'kl': 0.5}", "step")]
    [InlineData("[step=7/100] {'kl': 0.5}", "step")]
    [InlineData("rollout 7: {'kl': 0.5}", "rollout")]
    [InlineData("Epoch 7 - {'kl': 0.5}", "epoch")]
    public void The_count_before_a_dictionary_is_its_step(string line, string column) => Assert.Equal(7, Read(line + "\n").Number(0, column));

    [Fact]
    public void DeepSpeed_Chat_prints_a_row_over_several_lines()
    {
        RunTable table = Read("""
            epoch: 0|step: 1|ppo_ep: 1|act_loss: 0.1|cri_loss: 0.2|unsuper_loss: 0.0
            |E2E latency=6.52s |Gather latency=0.00s
            average reward score: 0.5
            -------------------------------------------------------------------------------------
            epoch: 0|step: 2|ppo_ep: 1|act_loss: 0.3|cri_loss: 0.2|unsuper_loss: 0.0
            average reward score: 0.75
            """);
        Assert.Equal([1, 2], Column(table, "step"));
        Assert.Equal([0.5, 0.75], Column(table, "average reward score"));
        Assert.Equal([0.1, 0.3], Column(table, "act_loss"));
    }

    [Fact]
    public void A_hundred_thousand_blank_or_unclosed_lines_take_no_longer_than_they_are_many()
    {
        RunTable table = Read(new string('\n', 200_000) + "step,kl,proxy,gold\n1,2,3,4\n");
        Assert.Equal((200_002, 2), (table.LineOf(0), table.Number(0, "kl")));
        RunTable open = Read("{'kl': 1}\n" + string.Concat(Enumerable.Repeat("{'kl': \n", 50_000)));
        Assert.Equal((1, 50_000), (open.RowCount, open.OtherLines));
        // One line with many braces that open nothing.
        Assert.Equal(1, Read("{'kl': 1}\n" + string.Concat(Enumerable.Repeat("{'a': {", 100_000)) + "\n").RowCount);
    }

    private static RunTable Read(string text) => RunTable.Parse(text, "x");

    private static IEnumerable<double> Column(RunTable table, string name) => Enumerable.Range(0, table.RowCount).Select(row => table.Number(row, name));
}
