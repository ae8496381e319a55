using RewardScaling.Curves;
using RewardScaling.Runs;
using RewardScaling.Runs.Tools;

namespace RewardScaling.Tests.Runs;

/// <summary>Logs of many lines: what is averaged, what stays, and how much memory a line takes.</summary>
public sealed class ManyRowsTests
{
    [Fact]
    public void Neighbours_are_averaged_and_said()
    {
        var text = new System.Text.StringBuilder("step,kl_per_sequence,proxy,gold\n");
        for (int i = 1; i <= 12; i++) text.Append(FormattableString.Invariant($"{i},{i},{0.1 * i},{1 + i}\n"));
        RunLog log = RunLog.From(RunTable.Parse(text.ToString(), "run")), averaged = log.Averaged(4);
        Assert.Equal(4, averaged.Count);
        // Steps 1 to 3: their mean KL is 2, their mean gold 3.
        Assert.Equal([(2, 3), (5, 6), (8, 9), (11, 12)], averaged.ToCurve().Points.Select(static p => (p.Kl.Value, p.Gold.Value)));
        Assert.Equal("steps 1 to 3", averaged.PlaceOf(0));
        Assert.Equal("steps 10 to 12", averaged.Course[3].Place);
        Assert.Contains("Of 12 steps neighbours were averaged, up to 3 at a time", averaged.Warnings[0], StringComparison.Ordinal);
        Assert.Same(log, log.Averaged(12));
    }

    [Fact]
    public void Points_that_are_left_out_are_not_averaged_with_the_others()
    {
        RunLog log = RunLog.From(RunTable.Parse("step,kl_per_sequence,proxy,gold\n1,1,1,1\n2,1e9,1,1\n3,3,1,3\n4,4,1,4\n", "run"));
        Assert.Equal([(1, 1), (3.5, 3.5)], log.Averaged(2, [1]).ToCurve().Points.Select(static p => (p.Kl.Value, p.Gold.Value)));
    }

    [Fact]
    public void A_score_keeps_the_KL_of_its_own_lines()
    {
        // Gold on every third line only: KL 3, 6, 9, 12 are its own, and no mean with lines that have none.
        var text = new System.Text.StringBuilder("step,kl_per_sequence,proxy,gold\n");
        for (int i = 1; i <= 12; i++) text.Append(FormattableString.Invariant($"{i},{i},{0.1 * i},{(i % 3 == 0 ? i : "")}\n"));
        RunLog averaged = RunLog.From(RunTable.Parse(text.ToString(), "run")).Averaged(4);
        Assert.Equal([(3, 3), (6, 6), (9, 9), (12, 12)], averaged.ToCurve().Points.Select(static p => (p.Kl.Value, p.Gold.Value)));
        Assert.Equal(4, averaged.ToPartialCurve().Points.Count(static p => !p.HasGold));
    }

    [Fact]
    public void Errors_of_means_shrink_and_unknown_ones_stay_unknown()
    {
        RunLog log = RunLog.From(RunTable.Parse("step,kl_per_sequence,proxy,gold,gold_se\n1,1,1,1,0.3\n2,3,1,2,0.4\n3,4,1,3,\n4,6,1,4,0.1\n", "run"));
        RewardPoint[] points = [.. log.Averaged(2).ToCurve().Points];
        // The mean of two numbers with errors 0.3 and 0.4 has sqrt(0.09 + 0.16) / 2.
        Assert.Equal(0.25, points[0].Gold.StandardError, 12);
        Assert.False(points[1].Gold.HasStandardError);
    }

    [Fact]
    public void Steps_are_grouped_in_order_of_appearance_wherever_their_rows_stand()
    {
        double?[] steps = [1, 1, 3, null, 2, 3, 1, null, 5];
        var groups = RowGroups.Of(steps.Length, row => steps[row]);
        Assert.Equal(["0 1 6", "2 5", "3", "4", "7", "8"], Enumerable.Range(0, groups.Count).Select(i => string.Join(' ', groups[i].ToArray())));
    }

    [Fact]
    public void Rows_that_differ_anywhere_are_no_repetition()
    {
        RunTable table = RunTable.Parse("{\"step\":1,\"a\":\"x\",\"b\":0.5}\n{\"step\":1,\"a\":\"x\",\"b\":0.5}\n{\"step\":1,\"a\":0.5,\"b\":\"x\"}\n{\"step\":1,\"a\":\"x\"}\n", "run");
        Assert.Equal([0, 2, 3], RepeatedRows.Without(table));
    }

    [Fact]
    public void A_hundred_thousand_lines_take_no_objects()
    {
        const int Lines = 100_000;
        var text = new System.Text.StringBuilder("step,kl_per_sequence,proxy,gold\n");
        for (int i = 1; i <= Lines; i++) text.Append(FormattableString.Invariant($"{i},{1e-4 * i},{1e-5 * i},{1e-5 * (i % 1000)}\n"));
        RunTable table = RunTable.Parse(text.ToString(), "run");
        // What this thread asks for, held or not: what the process holds depends on the tests beside this one.
        long before = GC.GetAllocatedBytesForCurrentThread();
        RunLog log = RunLog.From(table);
        long asked = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal(Lines, log.Count);
        Assert.InRange(asked, 44 * Lines, 400 * Lines);
    }
}
