using RewardScaling.Runs;

namespace RewardScaling.Tests.Runs;

/// <summary>Kinds of files that people have and no tool's table describes, each by a small invented one.</summary>
public sealed class OtherPeoplesFilesTests
{
    [Theory]
    [InlineData("step=100 kl=0.1 reward=0.3\nloading the next batch\nstep=200 kl=0.2 reward=0.6\n")]
    [InlineData("step: 100 | kl: 0.1 | reward: 0.3\nstep: 200 | kl: 0.2 | reward: 0.6\n")]
    [InlineData("Step 100 | kl 0.1 | note\nStep 100 | kl: 0.1 | reward: 0.3\nStep 200 | kl: 0.2 | reward: 0.6\n")]
    [InlineData("2025-01-01 10:00:01,123 INFO [trainer] Step 100/900: kl=0.1, reward=0.3, lr=1e-5, 3.2s/it\n2025-01-01 10:00:09,123 INFO [trainer] Step 200/900: kl=0.2, reward=0.6, lr=1e-5, 3.1s/it\n")]
    [InlineData("[Step 100] kl: 0.1, reward: 0.3\n[Step 200] kl: 0.2, reward: 0.6\n")]
    [InlineData("step: 100/900, kl=0.1, reward=0.3\nstep: 200/900, kl=0.2, reward=0.6\n")]
    public void Names_and_values_printed_by_hand_are_read(string text)
    {
        RunTable table = RunTable.Parse(text, "run.log");
        Assert.Equal([(100, 0.1, 0.3), (200, 0.2, 0.6)], Enumerable.Range(0, table.RowCount)
            .Select(row => (table.Number(row, "step"), table.Number(row, "kl"), table.Number(row, "reward"))));
    }

    [Theory]
    [InlineData("Starting the run now, please wait\nLoading the tokenizer, this may take long\nINFO: done with this\n")]
    [InlineData("2025-06-09 23:21:02 - INFO - GPU #0 has 4602 MB free\n2025-06-09 23:21:02 - INFO - step by step: waiting: 60 s more\nhttp://localhost:80/step?a=1 b c d\n")]
    public void Prose_is_said_to_be_prose(string text) =>
        Assert.Contains("text without a line of metrics that is known", Assert.Throws<InvalidDataException>(() => RunTable.Parse(text, "out.log")).Message, StringComparison.Ordinal);

    [Fact]
    public void A_list_of_messages_is_a_prompt()
    {
        const string Rows = """
            {"prompt": [{"role": "user", "content": "q"}], "reward": 1, "gold": 0}
            {"prompt": [{"role": "user", "content": "q"}], "reward": 2, "gold": 1}
            {"prompt": [{"role": "system", "content": "s"}, {"from": "human", "value": "p"}], "reward": 1, "gold": 1}
            """;
        var samples = ScoredSamples.From(RunTable.Parse(Rows, "samples.jsonl"));
        Assert.Equal([("q", 2), ("System: s\n\nHuman: p", 1)], samples.Prompts.Select(static prompt => (prompt.Name, prompt.SampleCount)));
    }

    [Fact]
    public void A_row_for_each_number_becomes_a_row_for_each_step()
    {
        RunTable table = RunTable.Parse("key,value,timestamp,step,is_nan,run_uuid\nkl_per_sequence,1,1700000000,1,0,a\nreward,0.1,1700000000,1,0,a\ngold,0.3,1700000000,1,0,a\nkl_per_sequence,2,1700000001,2,0,a\nreward,0.2,1700000001,2,0,a\ngold,0.4,1700000001,2,0,a\n", "metrics.csv");
        Assert.Equal([(1, 0.1, 0.3), (2, 0.2, 0.4)], RunLog.From(table).ToCurve().Points.Select(static p => (p.Kl.Value, p.Proxy.Value, p.Gold.Value)));
    }

    [Fact]
    public void Metrics_under_a_key_of_their_own_are_known_by_their_names()
    {
        RunTable table = RunTable.Parse("{\"run_name\":\"r\",\"step\":1,\"metrics\":{\"train/objective/kl\":1,\"train/objective/scores\":0.1,\"gold\":0.3}}\n{\"run_name\":\"r\",\"step\":2,\"metrics\":{\"train/objective/kl\":2,\"train/objective/scores\":0.2,\"gold\":0.4}}\n", "trackio.jsonl");
        Assert.Equal(("TRL PPO", 2), (RunLog.From(table).Tool, RunLog.From(table).Count));
    }

    /// <summary>What is no run, and what is said of it.</summary>
    public static TheoryData<string, string> NoRuns => new()
    {
        { """{"log_history": [{"loss": 0.69, "learning_rate": 1e-5, "grad_norm": 1, "step": 10, "accuracy": 0.5, "margin": 0.1, "mean_reward": 0.1, "min_reward": -1, "max_reward": 1}]}""", "is a log of the training of a reward model" },
        { """{"loss": 0.6, "learning_rate": 1e-5, "grad_norm": 1, "step": 10}""", "is a log of supervised fine-tuning" },
        { """{"history": "q", "human_ref_A": "a", "human_ref_B": "b", "labels": 1}""", "is a file of preferences ('human_ref_A'), not of a run" },
        { "{\"chosen\": [{\"role\": \"user\", \"content\": \"q\"}], \"rejected\": [{\"role\": \"user\", \"content\": \"p\"}]}\n{\"chosen\": [{\"role\": \"user\", \"content\": \"r\"}], \"rejected\": [{\"role\": \"user\", \"content\": \"s\"}]}\n", "is a file of preferences ('chosen')" },
        { "{\"messages\": [{\"role\": \"user\", \"content\": \"q\"}]}\n{\"messages\": [{\"role\": \"user\", \"content\": \"p\"}]}\n", "holds texts ('messages') and no run" },
        { "{\"prompt\": \"q\", \"responses\": [\"a\", \"b\"], \"rewards\": [0.1, 0.2]}\n{\"prompt\": \"p\", \"responses\": [\"a\", \"b\"], \"rewards\": [0.3, 0.2]}\n", "has scores of several samples of each prompt ('rewards') and no gold" },
        { """{"results": {"gsm8k": {"exact_match,strict-match": 0.41, "exact_match_stderr,strict-match": 0.01}}}""", "holds results of an evaluation" },
    };

    [Theory]
    [MemberData(nameof(NoRuns))]
    public void What_is_no_run_is_named(string text, string expected)
    {
        string message = Assert.Throws<InvalidDataException>(() => RunLog.From(RunTable.Parse(text, "file.json"))).Message;
        Assert.StartsWith("file.json " + expected, message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_home_made_log_of_a_loss_and_a_mean_reward_is_no_fine_tuning() => Assert.Equal("mean_reward",
        RunLog.From(RunTable.Parse("step,loss,learning_rate,grad_norm,mean_reward\n1,0.5,1e-5,1,0.1\n2,0.4,1e-5,1,0.2\n", "log.csv")).Columns.Proxy);
}
