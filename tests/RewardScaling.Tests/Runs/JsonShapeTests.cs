using RewardScaling.Runs;
using RewardScaling.Runs.Formats;

namespace RewardScaling.Tests.Runs;

/// <summary>JSON of every shape that holds rows.</summary>
public sealed class JsonShapeTests
{
    [Theory]
    [InlineData("""{"kl": [1, 2, 3], "gold": [0.3, 0.4, 0.3]}""")]
    [InlineData("""{"a": {"kl": [1, 2, 3], "gold": [0.3, 0.4, 0.3]}}""")]
    [InlineData("""{"model": "m", "results": [{"kl": 1, "gold": 0.3}, {"kl": 2, "gold": 0.4}, {"kl": 3, "gold": 0.3}]}""")]
    [InlineData("""{"out": {"deep": {"history": [{"kl": 1, "gold": 0.3}, {"kl": 2, "gold": 0.4}, {"kl": 3, "gold": 0.3}]}}}""")]
    [InlineData("""{"columns": ["kl", "gold"], "data": [[1, 0.3], [2, 0.4], [3, 0.3]]}""")]
    [InlineData("""{"kl": {"0": 1, "1": 2, "2": 3}, "gold": {"0": 0.3, "1": 0.4, "2": 0.3}}""")]
    [InlineData("""{"10": {"kl": 1, "gold": 0.3}, "20": {"kl": 2, "gold": 0.4}, "30": {"kl": 3, "gold": 0.3}}""")]
    [InlineData("""[{"kl": 1, "gold": 0.3}, {"kl": 2, "gold": 0.4}, {"kl": 3, "gold": 0.3}]""")]
    [InlineData("{\"kl\": 1,\n\"gold\": 0.3}\n{\"kl\": 2,\n\"gold\": 0.4}\n{\"kl\": 3,\n\"gold\": 0.3}")]
    [InlineData("{\"m\": \"{'kl': 1, 'gold': 0.3}\"}\n{\"m\": \"{'kl': 2, 'gold': 0.4}\"}\n{\"m\": \"{\\\"kl\\\": 3, \\\"gold\\\": 0.3}\"}")]
    public void Three_rows_are_found(string text)
    {
        foreach (string form in new[] { text, text.Replace(", ", ",\n  ", StringComparison.Ordinal).Replace("{", "{\n", StringComparison.Ordinal) })
        {
            // A text that holds a dictionary has no line ends.
            if (form != text && text.Contains('\\', StringComparison.Ordinal)) continue;
            RunTable table = RunTable.Parse(form, "x");
            string prefix = table.Has("kl") ? "" : "m/";
            Assert.Equal([1, 2, 3], Column(table, prefix + "kl"));
            Assert.Equal([0.3, 0.4, 0.3], Column(table, prefix + "gold"));
            Assert.Empty(table.Notes);
        }
    }

    [Theory]
    [InlineData("""{"R1": [{"kl": 1}, {"kl": 2}], "R2": [{"kl": 3}]}""", "R1 R1 R2")]
    [InlineData("""{"a": {"kl": [1, 2]}, "b": {"kl": [3, 4]}}""", "a a b b")]
    [InlineData("""{"a": {"kl": 1, "gold": 2}, "b": {"kl": 3, "gold": 4}}""", "a b")]
    [InlineData("""[[{"kl": 1}], [{"kl": 2}, {"kl": 3}]]""", "0 1 1")]
    public void Runs_of_one_document_keep_their_names(string text, string runs)
    {
        RunTable table = RunTable.Parse(text, "x");
        Assert.Equal(runs.Split(' '), Enumerable.Range(0, table.RowCount).Select(row => table.Text(row, "run")));
        Assert.Equal(Enumerable.Range(1, table.RowCount).Select(static i => (double)i), Column(table, "kl").Select((kl, i) => text.Contains("gold", StringComparison.Ordinal) ? (kl + 1) / 2 : kl));
    }

    [Fact]
    public void Steps_that_are_names_become_numbers_and_TensorBoards_triples_get_names()
    {
        RunTable table = RunTable.Parse("""{"10": {"kl": 1}, "20": {"kl": 2}}""", "x");
        Assert.Equal([10, 20], Column(table, "step"));
        table = RunTable.Parse("[[1700000000.5, 10, 0.25], [1700000001.5, 20, 0.5]]", "x");
        Assert.Equal([10, 20, 0.25, 0.5], [.. Column(table, "step"), .. Column(table, "value")]);
    }

    [Fact]
    public void One_object_is_a_row_and_what_stands_beside_a_table_is_said()
    {
        RunTable row = RunTable.Parse("{\n \"reward\": 0.5,\n \"results\": {\"gsm8k\": {\"acc,none\": 0.25}},\n \"betas\": [0.9, 0.999]\n}", "x");
        Assert.Equal((1, 0.5, 0.25), (row.RowCount, row.Number(0, "reward"), row.Number(0, "results/gsm8k/acc,none")));
        RunTable table = RunTable.Parse("""{"kl": 9, "rows": [{"kl": 1}, {"kl": 2}]}""", "x");
        Assert.Equal([1, 2], Column(table, "kl"));
        Assert.Equal("The rows are those of 'rows'; 1 numbers that stand beside them in the document are not read.", Assert.Single(table.Notes));
    }

    [Fact]
    public void Lists_may_hold_true_null_and_lists_of_one()
    {
        RunTable table = RunTable.Parse("""
            {"g": [true, false], "n": [[0.1], [0.9]], "m": [1, null], "t": ["a", "b"], "w": [[1, 2]]}
            {"g": [true, true], "n": [[0.2], [0.8]], "m": [null, 2], "t": ["c", "d"], "w": [[1, 2]]}
            """, "x");
        Assert.Equal([1, 0], table.Numbers(0, "g"));
        Assert.Equal([0.1, 0.9], table.Numbers(0, "n"));
        Assert.True(RunCell.IsNull(table.NumbersOrNull(0, "m")[1]));
        Assert.Equal("x, line 2: column 'm': number 1 of the list is null; leave such samples out, or ask for it (NonFiniteRule.LeaveOut, --skip-nan).",
            Assert.Throws<InvalidDataException>(() => table.Numbers(1, "m")).Message);
        Assert.True(table.TryCell(0, "t", out RunCell texts));
        Assert.Equal(["a", "b"], texts.Texts);
        Assert.False(table.IsList(0, "w"));
    }

    [Fact]
    public void Integers_that_a_double_does_not_hold_stay_what_they_are()
    {
        RunTable table = RunTable.Parse("{\"id\": 12345678901234567}\n{\"id\": 12345678901234568}\n", "x");
        Assert.Equal(["12345678901234567", "12345678901234568"], table.Values("id"));
    }

    [Fact]
    public void A_last_line_cut_off_by_a_killed_run_is_left_out_and_said()
    {
        RunTable table = RunTable.Parse("{\"kl\": 1}\n{\"kl\": 2}\n{\"kl\": 3, \"go", "x");
        Assert.Equal([1, 2], Column(table, "kl"));
        Assert.Equal("The last line (3) is cut off, as by a run that was stopped while it wrote; it is left out.", Assert.Single(table.Notes));
        Assert.Equal("The last line (3) is cut off, as by a run that was stopped while it wrote; it is left out.", Assert.Single(RunTable.Parse("a,b\n1,2\n3", "x").Notes));
    }

    private static IEnumerable<double> Column(RunTable table, string name) => Enumerable.Range(0, table.RowCount).Select(row => table.Number(row, name));
}
