using RewardScaling.Runs;

namespace RewardScaling.Tests.Runs;

/// <summary>Dialects of separated values.</summary>
public sealed class CsvTests
{
    [Theory]
    [InlineData("step;kl;gold\n1;0,25;1,5\n2;0,5;2\n")]
    [InlineData("sep=;\nstep;kl;gold\n1;0,25;1,5\n2;0,5;2\n")]
    [InlineData("step;kl;gold\n1;0.25;1.5\n2;.5;2.0\n")]
    [InlineData("step\tkl\tgold\n1\t0,25\t1,5\n2\t0,5\t2\n")]
    [InlineData("step|kl|gold\n1|0.25|1.5\n2|0.5|2\n")]
    [InlineData("# comment\nstep kl   gold\n1 0.25 1.5\n2  0.5 2\n")]
    [InlineData("step,kl,gold,\n1,0.25,1.5,\n2,0.5,2,\n")]
    [InlineData("step,kl,gold\r1,0.25,1.5\r2,0.5,2\r")]
    [InlineData("step,kl,gold\n1,0.25,1.5\nstep,kl,gold\n2,0.5,2\n")]
    [InlineData("\"step\";\"kl\";\"gold\"\n\"1\";\"0,25\";\"1,5\"\n\"2\";\"0,5\";\"2\"\n")]
    public void The_same_numbers_come_out_of_every_dialect(string text)
    {
        RunTable table = RunTable.Parse(text, "x");
        Assert.Equal((RunFileFormat.Csv, 2), (table.Format, table.RowCount));
        Assert.Equal([0.25, 0.5, 1.5, 2], [table.Number(0, "kl"), table.Number(1, "kl"), table.Number(0, "gold"), table.Number(1, "gold")]);
    }

    [Theory]
    [InlineData("Step | reward | rewards / f\n-- | -- | --\n1 | -17.25 | 0.5\n2 | 7.5 | 0.6\n")]
    [InlineData("| Step | reward | rewards / f |\n|------|:------:|---:|\n| 1 | -17.25 | 0.5 |\n| 2 | 7.5 | 0.6 |\n")]
    public void A_table_of_Markdown_is_one(string text)
    {
        RunTable table = RunTable.Parse(text, "x");
        Assert.Equal((2, -17.25, 0.6), (table.RowCount, table.Number(0, "reward"), table.Number(1, "rewards / f")));
        Assert.Equal(["Step", "reward", "rewards / f"], table.Columns);
    }

    [Fact]
    public void A_comma_that_may_be_for_thousands_is_no_decimal_comma()
    {
        RunTable table = RunTable.Parse("n;kl\n1,024;0.5\n2,048;0.7\n", "x");
        Assert.Contains("'1,024' is not a number", Assert.Throws<InvalidDataException>(() => table.Number(0, "n")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Texts_that_look_like_numbers_keep_their_form()
    {
        RunTable table = RunTable.Parse("run,kl\n007,0.10\n7,1e-3\n1.10,12345678901234567890\n1.1,0.123456789012345678\n", "x");
        Assert.Equal(["007", "7", "1.10", "1.1"], table.Values("run"));
        Assert.Equal([0.1, 1e-3, 12345678901234567890, 0.123456789012345678], Enumerable.Range(0, 4).Select(row => table.Number(row, "kl")));
        Assert.Equal(0.1, table.Where("kl", "0.10").Number(0, "kl"));
        Assert.Equal(1, table.Where("kl", "1e-3").RowCount);
        Assert.Equal(1, table.Where("run", "007").RowCount);
    }

    [Fact]
    public void A_header_that_comes_again_is_said()
    {
        Assert.Equal("The header comes 1 times more, as where runs are appended to one file; what follows it is read on.",
            Assert.Single(RunTable.Parse("a,b\n1,2\na,b\n1,2\n", "x").Notes));
    }

    [Fact]
    public void Two_hundred_thousand_columns_take_no_longer_than_they_are_many()
    {
        string header = string.Join(',', Enumerable.Range(0, 200_000).Select(static i => FormattableString.Invariant($"c{i}")));
        RunTable table = RunTable.Parse(header + "\n" + string.Join(',', Enumerable.Repeat("1", 200_000)) + "\n", "x");
        Assert.Equal((200_000, 1), (table.Columns.Count, table.Number(0, "c199999")));
    }

    [Fact]
    public void A_zero_byte_is_no_part_of_a_number() =>
        Assert.Contains("bytes of 0", Assert.Throws<InvalidDataException>(() => RunTable.Parse("kl\n2\0\n", "x")).Message, StringComparison.Ordinal);
}
