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

    // The same with bars between names and values: a header of the first line's values, and no number in any field.
    [Fact]
    public void Lines_with_bars_are_no_table_of_texts()
    {
        string text = string.Concat(Enumerable.Range(0, 20_000).Select(static i => FormattableString.Invariant($"epoch: 0|step: {i}|kl: {i / 7.0:R}|gold: {i / 9.0:R}\n")));
        long before = GC.GetAllocatedBytesForCurrentThread();
        RunTable table = Read(text);
        // A table of texts takes 200 bytes a field and more beside this.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 20_000 * 1_300);
        Assert.Equal((RunFileFormat.MetricLines, 20_000), (table.Format, table.RowCount));
        Assert.Equal(19_999 / 9.0, table.Number(19_999, "gold"));
        Assert.Equal(RunFileFormat.Csv, Read("prompt,answer\nwhat,this\nwho,that\n").Format);
    }

    // NeMo-RL, AReaL, tinker-cookbook and verl's list, as they print, shortened.
    [Theory]
    [InlineData("""
        ========================= Step 7/100 =========================
        ▶ Preparing batch...
        📊 Training Results:
          • Loss: 0.0000
          • reward: 0.5
          • length: 345.6 tokens/sample
          • Total step time: 35.70s
        ========================= Step 8/100 =========================
          • reward: 0.6
          • length: 350 tokens/sample
        """, "reward", "length")]
    [InlineData("""
        20260701-12:00:00.123 StatsLogger INFO: Epoch 1/2 Step 3/50 Train step 7/100 done.
        20260701-12:00:00.123 StatsLogger INFO: Stats (1/1):
        ╭──────────────────────────┬────────────┬────────────────────┬────────────╮
        │ ppo_actor/task_reward/avg │ 5.0000e-01 │ ppo_actor/seq_len/avg │ 3.4560e+02 │
        ├──────────────────────────┼────────────┼────────────────────┼────────────┤
        │ ppo_actor/kl_rewards/avg │ 0.0000e+00 │ one word │ 2.0000e+00 │
        ╰──────────────────────────┴────────────┴────────────────────┴────────────╯
        20260701-12:01:00.123 StatsLogger INFO: Epoch 1/2 Step 4/50 Train step 8/100 done.
        │ ppo_actor/task_reward/avg │ 6.0000e-01 │ ppo_actor/seq_len/avg │ 3.5000e+02 │
        """, "ppo_actor/task_reward/avg", "ppo_actor/seq_len/avg")]
    [InlineData("""
                             Step 7
        ┏━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━┓
        ┃ Metric               ┃ Value    ┃
        ┡━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━┩
        │ env/all/reward/total │ 0.5      │
        │ test/env/all/by_gro… │ 0.210000 │
        │ test/env/all/by_gro… │ 0.790000 │
        │ env/all/tokens       │ 345.6    │
        └──────────────────────┴──────────┘
        ## Step 3: what an answer said of steps
        Step 4
        ... and a table of it:
        │ word │ 7 │
                             Step 8
        │ env/all/reward/total │ 0.6      │
        │ env/all/tokens       │ 350      │
        """, "env/all/reward/total", "env/all/tokens")]
    [InlineData("""
        (TaskRunner pid=15930, ip=10.4.1.33) step:7
         - critic/score/mean:np.float64(0.5)
         - response_length/mean:345.6
        (TaskRunner pid=15930, ip=10.4.1.33) step:8
         - critic/score/mean:0.6
         - response_length/mean:350
        """, "critic/score/mean", "response_length/mean")]
    [InlineData("""
        12:00:01 SUCCESS Step 7 | Time: 73.77s | Reward: 0.5 | Throughput: 2408.9 tokens/s | Seq. Length: 345.6 tokens/sample | Peak Mem.: 5.1/23.7 GiB (21.4%)
        12:00:02    INFO Starting orchestrator step 8
        12:00:03 SUCCESS Step 8 | Time: 72.73s | Reward: 0.6 | Throughput: 2288.1 tokens/s | Seq. Length: 350 tokens/sample | Peak Mem.: 5.1/23.7 GiB (21.4%)
        """, "Reward", "Seq. Length")]
    public void Numbers_below_their_step_are_rows(string text, string reward, string length)
    {
        RunTable table = Read("loading\n" + text);
        Assert.Equal([7, 8], Column(table, "step"));
        Assert.Equal([0.5, 0.6], Column(table, reward));
        Assert.Equal([345.6, 350], Column(table, length));
    }

    // A number joined to letters may be another one.
    [Theory]
    [InlineData("345.6 tokens/sample", 345.6)]
    [InlineData("0.3 nats", 0.3)]
    [InlineData("7", 7.0)]
    [InlineData("1.2k", null)]
    [InlineData("0.0%", null)]
    [InlineData("5.1/23.7 GiB (21.4%)", null)]
    public void A_unit_stands_behind_a_space(string text, double? value) =>
        Assert.Equal(value, RewardScaling.Runs.Formats.RunText.TryMeasure(text, out double number) ? number : null);

    // verl prints its configuration, a worker's name before each line; other tools print theirs on one.
    [Fact]
    public void A_configuration_is_no_row()
    {
        RunTable table = Read("""
            (TaskRunner pid=358044) {'actor_rollout_ref': {'actor': {'clip_ratio': 0.2,
            (TaskRunner pid=358044)                                  'fsdp_config': {'fsdp_size': -1,
            (TaskRunner pid=358044)                                                  'param_offload': True,
            (TaskRunner pid=358044)                                                  'wrap_policy': {'min_num_params': 0}},
            (TaskRunner pid=358044)                                  'optim': {'lr': 1e-06, 'betas': [0.9, 0.999], 'weight_decay': 0.01},
            (TaskRunner pid=358044)                                  'grad_clip': 1.0},
            (TaskRunner pid=358044)                        'rollout': {'logprobs': 1, 'n': 8}}}
            ray init kwargs: {'num_cpus': 8, 'runtime_env': {'env_vars': {'A': 'true', 'B': 'WARN', 'C': 'WARN'}}}
            {'optim_target': 'x', 'loss_mode': 'gspo', 'path': 'Qwen', 'lr': 1e-06}
            (TaskRunner pid=358044) step:1 - critic/score/mean:0.5 - response_length/mean:100
            """);
        Assert.Equal(["step", "critic/score/mean", "response_length/mean"], table.Columns);
        Assert.Empty(table.Notes);
        // A rollout that is printed has more words than numbers, and is one.
        Assert.Equal(1, Read("{'prompt': 'a', 'answer': 'b', 'reward': 0.5}\n").RowCount);
        // Names are names: what ray puts before a line is none.
        Assert.Throws<InvalidDataException>(() => Read("{'a': 1, (main_task pid=4) 'b': 2}\n"));
    }

    // As rich prints the arguments of a program; there is nothing else in it.
    [Fact]
    public void Printed_arguments_are_text()
    {
        string message = Assert.Throws<InvalidDataException>(() => Read("Args(\n│   exp_name='dpo',\n│   seed=1,\n│   lr=3e-06,\n│   task=Task(\n│   │   query_length=512\n│   )\n)\n===training===\nppo_epoch_idx 0 approxkl 0.0 ratio 1.0\n")).Message;
        Assert.StartsWith("x is text without a line of metrics that is known", message, StringComparison.Ordinal);
        Assert.Equal([0.5, 0.6], Column(Read("Args(\n│   seed=1,\n│   lr=3e-06\n)\n{'kl': 0.5, 'reward': 1}\n{'kl': 0.6, 'reward': 1}\n"), "kl"));
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
