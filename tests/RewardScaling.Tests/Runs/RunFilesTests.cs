using RewardScaling.Runs;

namespace RewardScaling.Tests.Runs;

/// <summary>Several files and folders that are one run.</summary>
public sealed class RunFilesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string Wrote(string name, string text)
    {
        string path = _folder.File(name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    private static string State(int steps) => $$"""{"log_history": [{{string.Join(',', Enumerable.Range(1, steps).Select(static i => FormattableString.Invariant($$"""{"step":{{i}},"objective/kl":{{i}},"objective/scores":{{0.1 * i}},"gold":{{0.01 * i}}}""")))}}]}""";

    [Fact]
    public void Of_the_checkpoints_of_a_run_the_longest_history_is_read_and_the_beginnings_are_named()
    {
        Wrote("run/checkpoint-2/trainer_state.json", State(2));
        Wrote("run/checkpoint-10/trainer_state.json", State(10));
        Wrote("run/checkpoint-5/trainer_state.json", State(5));
        var files = RunFiles.Read([_folder.File("run")]);
        RunLog log = Assert.Single(files.Logs());
        Assert.Equal(10, log.Count);
        Assert.Equal(2, files.Notes.Count(static note => note.Contains("is the beginning of", StringComparison.Ordinal)));
    }

    // What transformers wrote (trainer-state.py), a NaN where nobody looks, read without a word of option.
    [Fact]
    public void The_checkpoints_of_transformers_own_trainer_are_read_as_they_are()
    {
        var files = RunFiles.Read([Path.Combine(Repository.Root, "tests", "RewardScaling.Tests", "ReferenceData", "trainer-state")]);
        Assert.Single(files.Notes, static note => note.Contains("is the beginning of", StringComparison.Ordinal));
        RunLog log = Assert.Single(files.Logs());
        Assert.Equal(("TRL GRPO or RLOO", "kl", "rewards/proxy/mean", "rewards/gold/mean"), (log.Tool, log.Columns.Kl, log.Columns.Proxy, log.Columns.Gold));
        Assert.Equal([2, 4, 6, 8], log.Course.Select(static point => point.Step));
        var points = log.ToCurve(conversion: KlConversion.ByMeanLength).Points;
        for (int i = 0; i < 4; i++)
        {
            int step = 2 * i + 2;
            Assert.Equal(0.02 * step * (100 + step), points[i].Kl.Value, 12);
            Assert.Equal(0.3 * Math.Sqrt(step), points[i].Proxy.Value, 12);
            Assert.Equal(0.25 * Math.Sqrt(step) - 0.03 * step, points[i].Gold.Value, 12);
        }
    }

    // mlruns as MLflow keeps it on disk: a file for each metric, beside parameters and tags.
    [Fact]
    public void Runs_of_MLflow_are_folders_of_metrics()
    {
        foreach (var (run, factor) in new[] { ("ab12", 1.0), ("cd34", 2.0) })
            foreach (var (metric, scale) in new[] { ("objective/kl", 0.5), ("objective/scores", 0.25), ("gold_score", 0.125) })
                Wrote($"mlruns/0/{run}/metrics/{metric}", string.Concat(Enumerable.Range(1, 5).Select(i => FormattableString.Invariant($"17000000{i}0000 {i * scale * factor} {i}\n"))));
        Wrote("mlruns/0/ab12/params/lr", "1e-06");
        Wrote("mlruns/0/ab12/meta.yaml", "run_id: ab12\n");
        var logs = RunFiles.Read([_folder.File("mlruns")]).Logs();
        Assert.Equal(["TRL PPO", "TRL PPO"], logs.Select(static log => log.Tool));
        Assert.Equal([[0.5, 1, 1.5, 2, 2.5], [1, 2, 3, 4, 5]], logs.Select(static log => log.LoggedKl.ToArray()));
        Assert.Equal(0.625, Assert.Single(RunFiles.Read([_folder.File("mlruns/0/ab12")]).Logs()).ToCurve().Points[4].Gold.Value);
    }

    // prime-rl's token exports with the reference's log-probabilities beside them, a file for each rank of each step.
    [Fact]
    public void Exports_of_tokens_are_one_table_by_step()
    {
        string Sample(int step, int prompt, double policy) => FormattableString.Invariant($"{{\"schema_version\":1,\"step\":{step},\"rank\":0,\"prompt_id\":\"p{prompt}\",\"loss_mask\":[false,true,true],\"trainer_logprobs\":[-9,{policy},{policy}],\"reference_logprobs\":[-9,-1,-1],\"reward\":0.5,\"gold\":{prompt}}}\n");
        for (int step = 1; step <= 3; step++)
            for (int rank = 0; rank < 2; rank++)
                Wrote($"token_exports/step_{step}/rank_{rank}.jsonl", Sample(step, rank, -1 + 0.1 * step) + Sample(step, rank, -1 + 0.1 * step + 0.02) + Sample(step, rank, -1 - 0.3));
        Wrote("token_exports/step_3/STABLE", "");
        var files = RunFiles.Read([_folder.Path]);
        var checkpoints = RescoredSamples.From(Assert.Single(files.Runs).Table).Checkpoints;
        Assert.Equal([1, 2, 3], checkpoints.Select(static one => one.Step));
        // Two tokens each: 2 (0.1 s) + 2 (0.1 s + 0.02) - 2 (0.3), over three samples.
        for (int i = 0; i < 3; i++) Assert.Equal((0.4 * (i + 1) + 0.04 - 0.6) / 3, checkpoints[i].K1.Value.Value, 12);
        // Of NeMo-RL's the step is in the name alone.
        Wrote("nemo/train_data_step7.jsonl", (Sample(7, 0, -0.9) + Sample(7, 1, -0.7)).Replace("\"step\":7,", "", StringComparison.Ordinal));
        Wrote("nemo/train_data_step8.jsonl", (Sample(7, 0, -0.8) + Sample(7, 1, -0.6)).Replace("\"step\":7,", "", StringComparison.Ordinal));
        Assert.Equal([7, 8], RescoredSamples.From(Assert.Single(RunFiles.Read([_folder.File("nemo")]).Runs).Table).Checkpoints.Select(static one => one.Step));
    }

    [Fact]
    public void Folders_of_several_runs_are_several_runs()
    {
        Wrote("a/checkpoint-3/trainer_state.json", State(3));
        Wrote("b/checkpoint-4/trainer_state.json", State(4).Replace("0.1", "0.2", StringComparison.Ordinal));
        var logs = RunFiles.Read([_folder.File("a"), _folder.File("b")]).Logs();
        Assert.Equal([3, 4], logs.Select(static log => log.Count));
        Assert.StartsWith("a/checkpoint-3", logs[0].Label, StringComparison.Ordinal);
    }

    [Fact]
    public void Gold_from_another_file_is_joined_by_step_with_its_error()
    {
        string run = Wrote("train.csv", "step,objective/kl,objective/scores\n10,1,0.1\n20,2,0.2\n30,3,0.3\n");
        string gold = Wrote("gold.csv", "Step,win_rate,win_rate_stderr\n10,0.5,0.02\n30,0.6,0.03\n");
        var files = RunFiles.Read([gold, run]);
        RunLog log = Assert.Single(files.Logs());
        Assert.Equal([(1.0, 0.5, 0.02), (3.0, 0.6, 0.03)], log.ToCurve().Points.Select(static p => (p.Kl.Value, p.Gold.Value, p.Gold.StandardError)));
        Assert.Contains(files.Notes, static note => note.Contains("is joined to", StringComparison.Ordinal));
    }

    // The page of Weights & Biases exports one metric a file.
    [Fact]
    public void One_metric_a_file_makes_one_run()
    {
        string[] paths =
        [
            Wrote("kl.csv", "\"Step\",\"A - objective/kl\",\"A - objective/kl__MIN\",\"A - objective/kl__MAX\"\n1,1,0,9\n2,2,0,9\n"),
            Wrote("score.csv", "\"Step\",\"A - objective/scores\",\"A - objective/scores__MIN\",\"A - objective/scores__MAX\"\n1,0.1,0,9\n2,0.2,0,9\n"),
            Wrote("gold.csv", "\"Step\",\"A - gold_score\"\n1,0.3\n2,0.4\n"),
        ];
        RunLog log = Assert.Single(RunFiles.Read(paths).Logs());
        Assert.Equal([(1.0, 0.1, 0.3), (2.0, 0.2, 0.4)], log.ToCurve().Points.Select(static p => (p.Kl.Value, p.Proxy.Value, p.Gold.Value)));
    }

    [Fact]
    public void A_single_metric_of_TensorBoard_is_called_by_its_file()
    {
        string kl = Wrote("run-1-tag-kl_per_sequence.csv", "Wall time,Step,Value\n1.5,1,2\n1.6,2,3\n"), reward = Wrote("run-1-tag-reward.csv", "Wall time,Step,Value\n1.5,1,0.1\n1.6,2,0.2\n");
        RunLog log = Assert.Single(RunFiles.Read([kl, reward]).Logs());
        Assert.Equal(("kl_per_sequence", "reward"), (log.Columns.Kl, log.Columns.Proxy));
        Assert.Equal([2.0, 3.0], log.Course.Select(static point => point.Kl!.Value));
    }

    [Fact]
    public void Results_of_an_evaluation_get_the_step_of_their_checkpoint()
    {
        Wrote("run/checkpoint-1/trainer_state.json", """{"log_history": [{"step":1,"objective/kl":1,"objective/scores":0.1}]}""");
        Wrote("run/checkpoint-2/trainer_state.json", """{"log_history": [{"step":1,"objective/kl":1,"objective/scores":0.1},{"step":2,"objective/kl":2,"objective/scores":0.2}]}""");
        foreach (int step in (int[])[1, 2])
            Wrote($"run/checkpoint-{step}/results_2026-01-01.json", $$$"""{"results": {"gsm8k": {"alias": "gsm8k", "exact_match,strict-match": 0.{{{3 + step}}}, "exact_match_stderr,strict-match": 0.01}}, "config": {"model": "hf"}}""");
        RunLog log = Assert.Single(RunFiles.Read([_folder.File("run")]).Logs());
        Assert.Equal([(1.0, 0.4, 0.01), (2.0, 0.5, 0.01)], log.ToCurve().Points.Select(static p => (p.Kl.Value, Math.Round(p.Gold.Value, 12), p.Gold.StandardError)));
    }

    [Fact]
    public void A_folder_without_a_run_says_what_it_holds()
    {
        Wrote("run/readme.md", "nothing");
        Assert.Contains("readme.md", Assert.Throws<InvalidDataException>(() => RunFiles.Read([_folder.File("run")])).Message, StringComparison.Ordinal);
        Assert.Throws<FileNotFoundException>(() => RunFiles.Read([_folder.File("absent.csv")]));
        Assert.Throws<ArgumentException>(() => RunFiles.Read([]));
    }

    [Fact]
    public void Gold_that_may_belong_to_two_runs_is_refused()
    {
        string[] paths =
        [
            Wrote("a.csv", "step,objective/kl,objective/scores\n1,1,0.1\n2,2,0.2\n"), Wrote("b.csv", "step,objective/kl,objective/scores\n1,1,0.5\n2,2,0.6\n"),
            Wrote("gold.csv", "step,win_rate\n1,0.5\n2,0.6\n"),
        ];
        Assert.Contains("may belong to 2 runs", Assert.Throws<InvalidDataException>(() => RunFiles.Read(paths)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/x/checkpoint-120/results.json", 120)]
    [InlineData("/x/global_step_7/results.json", 7)]
    [InlineData("/x/iter0040/y/results.json", 40)]
    [InlineData("/x/results.json", null)]
    public void The_step_stands_in_the_path(string path, int? step) => Assert.Equal(step, RunFiles.StepIn(path));

    [Fact]
    public void Rollouts_of_a_step_a_file_are_pools_by_step()
    {
        foreach (int step in (int[])[1, 10, 2])
            Wrote($"rollouts/{step}.jsonl", string.Join('\n', Enumerable.Range(0, 8).Select(i => FormattableString.Invariant($$"""{"input":"p{{i / 4}}","output":"x","score":{{i % 4}},"acc":{{(i % 4 < 3 ? 1 : 0)}}}"""))));
        var table = Assert.Single(RunFiles.Read([_folder.File("rollouts")]).Runs).Table;
        Assert.True(StepRollouts.Fits(table));
        var rollouts = StepRollouts.From(table);
        Assert.Equal(["1", "2", "10"], rollouts.Steps.Select(static pool => pool.Name));
    }
}
