using FsCheck.Fluent;
using RewardScaling.Curves;
using RewardScaling.Runs;

namespace RewardScaling.Tests.Runs;

/// <summary>Rows of several runs in one file: a law goes through the points of one run only.</summary>
public sealed class WhoseRowsTests
{
    private static IReadOnlyList<RunLog> All(string text, RunLogOptions? options = null) => RunLog.AllFrom(RunTable.Parse(text, "run"), options);

    private static string Golds(RunLog log) => string.Join(' ', log.ToCurve().Points.Select(static point => FormattableString.Invariant($"{point.Kl.Value}:{point.Gold.Value}")));

    // F5
    [Fact]
    public void Columns_of_two_runs_of_an_export_are_two_runs()
    {
        const string Text = """
            "Step","A - objective/kl","B - objective/kl","B - objective/scores","A - objective/scores","A - gold_score","B - gold_score","A - gold_score__MIN","A - gold_score__MAX"
            "10","1","5","2.1","0.1","0.30","-0.70","0.1","0.4"
            "20","2","10","2.2","0.2","0.35","-0.65","0.1","0.4"
            """;
        var logs = All(Text);
        Assert.Equal(["A", "B"], logs.Select(static log => log.Label));
        Assert.Equal(["1:0.3 2:0.35", "5:-0.7 10:-0.65"], logs.Select(Golds));
        Assert.Equal("step 20", logs[1].PlaceOf(1));
        Assert.Contains("holds 2 runs (A; B)", Assert.Throws<InvalidDataException>(() => RunLog.From(RunTable.Parse(Text, "run"))).Message, StringComparison.Ordinal);
        Assert.Equal("5:-0.7 10:-0.65", Golds(Assert.Single(All(Text, new() { Columns = new() { Kl = "B - objective/kl" } }))));
    }

    // F6
    [Fact]
    public void A_step_that_begins_again_begins_another_run_with_gold_of_its_own()
    {
        var logs = All("""
            {"step":1,"kl_per_sequence":1,"reward":0.1}
            {"step":1,"gold":0.1}
            {"step":2,"kl_per_sequence":2,"reward":0.2}
            {"step":2,"gold":0.2}
            {"step":1,"kl_per_sequence":2,"reward":0.2}
            {"step":1,"gold":5.1}
            {"step":2,"kl_per_sequence":4,"reward":0.4}
            {"step":2,"gold":5.2}
            """);
        Assert.Equal(["1:0.1 2:0.2", "2:5.1 4:5.2"], logs.Select(Golds));
        Assert.Equal("run 2 (from line 5)", logs[1].Label);
    }

    [Fact]
    public void After_a_resumption_lines_of_the_branch_that_was_given_up_do_not_count()
    {
        RunLog log = Assert.Single(All("""
            {"step":1,"kl_per_sequence":1,"reward":0.1,"gold":1}
            {"step":2,"kl_per_sequence":2,"reward":0.2,"gold":2}
            {"step":3,"kl_per_sequence":3,"reward":0.3,"gold":9}
            {"step":3,"eval":1}
            {"step":2,"kl_per_sequence":2.5,"reward":0.2,"gold":2.5}
            {"step":3,"kl_per_sequence":3.5,"reward":0.3,"gold":3.5}
            """));
        Assert.Equal("1:1 2.5:2.5 3.5:3.5", Golds(log));
        Assert.Contains(log.Warnings, static warning => warning.Contains("resumed at line 5", StringComparison.Ordinal) && warning.Contains("3 lines before", StringComparison.Ordinal));
    }

    [Fact]
    public void Evaluations_after_all_training_are_no_new_run()
    {
        RunLog log = Assert.Single(All("""
            {"step":1,"kl_per_sequence":1,"reward":0.1}
            {"step":2,"kl_per_sequence":2,"reward":0.2}
            {"step":1,"gold":5}
            {"step":2,"gold":6}
            """));
        Assert.Equal("1:5 2:6", Golds(log));
    }

    // F7
    [Theory]
    [InlineData("run")]
    [InlineData("seed")]
    [InlineData("arm")]
    [InlineData("size")]
    [InlineData("beta")]
    [InlineData("split")]
    [InlineData("anything")]
    public void A_column_may_tell_curves_apart(string column)
    {
        (string first, string second) = column switch { "seed" or "size" or "beta" => ("1", "2"), "split" => ("train", "eval"), _ => ("a", "b") };
        string text = $"{column},step,kl_per_sequence,proxy,gold\n{first},1,1,.1,.35\n{first},2,2,.2,.39\n{first},3,3,.3,.42\n{second},1,3,.1,-.15\n{second},2,6,.2,-.11\n{second},3,9,.3,-.08\n";
        var logs = All(text);
        Assert.Equal([$"{column}={first}", $"{column}={second}"], logs.Select(static log => log.Label));
        Assert.Equal(["1:0.35 2:0.39 3:0.42", "3:-0.15 6:-0.11 9:-0.08"], logs.Select(Golds));
        Assert.Contains($"--where {column}={first}", Assert.Throws<InvalidDataException>(() => RunLog.From(RunTable.Parse(text, "run"))).Message, StringComparison.Ordinal);
        RunLog together = RunLog.Together(RunTable.Parse(text, "run"));
        Assert.Equal(6, together.ToCurve().Points.Count);
        Assert.Contains("taken as one, as asked", together.Warnings[0], StringComparison.Ordinal);
    }

    // The penalty's weight is adapted at each step: one run.
    [Fact]
    public void A_number_that_changes_along_the_run_tells_no_runs_apart() =>
        Assert.Single(All("step,beta,kl_per_sequence,proxy,gold\n1,.1,1,.1,.3\n2,.2,2,.2,.4\n3,.1,3,.3,.5\n4,.2,4,.3,.5\n"));

    [Fact]
    public void Rows_repeated_word_for_word_count_once_and_are_counted()
    {
        RunLog log = Assert.Single(All("step,kl_per_sequence,proxy,gold\n1,1,.1,.35\n2,2,.2,.39\n2,2,.2,.39\n2,2,.2,.39\n3,3,.3,.42\n"));
        Assert.Equal("1:0.35 2:0.39 3:0.42", Golds(log));
        Assert.Contains("2 lines repeated word for word count once.", log.Warnings);
    }

    [Fact]
    public void Micro_batches_of_one_step_are_averaged_and_said()
    {
        RunLog log = Assert.Single(All("step,kl_per_sequence,proxy,gold\n1,1,.1,.2\n1,3,.3,.4\n2,4,.5,.5\n"));
        Assert.Equal([(2.0, 0.2, 0.3), (4.0, 0.5, 0.5)], log.ToCurve().Points.Select(static p => (p.Kl.Value, Math.Round(p.Proxy.Value, 12), Math.Round(p.Gold.Value, 12))));
        Assert.Contains(log.Warnings, static warning => warning.StartsWith("Up to 2 lines have one step, as micro-batches do", StringComparison.Ordinal));
    }

    // F27: verl's step over two lines.
    [Fact]
    public void The_numbers_of_a_step_may_stand_on_several_lines()
    {
        RunLog log = Assert.Single(All("step:1 - actor/kl_loss:0.01 - response_length/mean:100.0\nstep:1 - critic/score/mean:0.2 - val/test_score/x:0.4\nstep:2 - actor/kl_loss:0.02 - response_length/mean:100.0\nstep:2 - critic/score/mean:0.3 - val/test_score/x:0.5\n"));
        Assert.Equal([(1.0, 0.2, 0.4), (2.0, 0.3, 0.5)], log.ToCurve(conversion: KlConversion.ByMeanLength).Points.Select(static p => (p.Kl.Value, p.Proxy.Value, p.Gold.Value)));
    }

    [Fact]
    public void Rows_of_evaluation_give_gold_to_rows_of_training_and_keep_their_own_reward()
    {
        RunLog log = Assert.Single(All("""
            {"split":"train","step":1,"kl_per_sequence":1,"reward":0.1}
            {"split":"eval","step":1,"reward":0.7,"accuracy":0.4}
            {"split":"train","step":2,"kl_per_sequence":2,"reward":0.2}
            {"split":"eval","step":2,"reward":0.8,"accuracy":0.5}
            """));
        Assert.Equal([(0.1, 0.4), (0.2, 0.5)], log.ToCurve().Points.Select(static p => (p.Proxy.Value, p.Gold.Value)));
        Assert.Contains(log.Warnings, static warning => warning.Contains("'split' tells training from evaluation", StringComparison.Ordinal));
    }

    [Fact]
    public void Gold_of_a_checkpoint_goes_to_the_last_line_before_where_that_is_asked_for()
    {
        const string Text = """
            {"step":5,"kl_per_sequence":1,"reward":0.1}
            {"step":15,"kl_per_sequence":2,"reward":0.2}
            {"step":25,"kl_per_sequence":3,"reward":0.3}
            {"step":10,"gold":0.4}
            {"step":28,"gold":0.5}
            """;
        RunLog same = Assert.Single(All(Text));
        Assert.Contains("--gold-at nearest-earlier", string.Join(' ', same.Warnings), StringComparison.Ordinal);
        Assert.False(same.HasCurve);
        RunLog earlier = Assert.Single(All(Text, new() { GoldStep = GoldStep.NearestEarlier }));
        Assert.Equal("1:0.4 3:0.5", Golds(earlier));
        Assert.Contains(earlier.Warnings, static warning => warning.Contains("5 steps away at most", StringComparison.Ordinal));
    }

    // F21
    [Fact]
    public void One_row_for_each_run_is_no_run() => Assert.Contains("has one row for each run ('seed' differs on every one)",
        Assert.Throws<InvalidDataException>(() => All("seed,final_kl,final_proxy,final_gold\n1,1,1,1\n2,2,2,2\n3,3,3,3\n4,4,4,4\n")).Message, StringComparison.Ordinal);

    // Whatever the order in which the lines of two runs were written to a file, each is read as by itself.
    [Fact]
    public void Interleaved_runs_are_read_as_each_by_itself() => FsCheck.Check.QuickThrowOnFailure(Prop.ForAll(Gen.ListOf(Gen.Elements(true, false), 24).ToArbitrary(), static order =>
    {
        int[] next = [0, 0];
        List<string> lines = [];
        foreach (bool second in order)
        {
            int run = second ? 1 : 0;
            next[run]++;
            lines.Add(FormattableString.Invariant($$"""{"run":"{{(run == 0 ? "a" : "b")}}","step":{{next[run]}},"kl_per_sequence":{{next[run] * (run + 1)}},"proxy":{{next[run]}},"gold":{{100 * run + next[run]}}}"""));
        }
        if (next.Min() < 2) return true;
        var logs = All(string.Join('\n', lines));
        return logs.Count == 2 && logs.All(log =>
        {
            RewardCurve curve = log.ToCurve();
            int run = log.Label == "run=b" ? 1 : 0;
            return curve.Points.Count == next[run] && curve.Points.Select(static (point, i) => (point, i)).All(one => one.point.Gold.Value == 100 * run + one.i + 1);
        });
    }));
}
