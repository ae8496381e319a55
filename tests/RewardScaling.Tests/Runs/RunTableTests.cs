using System.Text;
using RewardScaling.Runs;

namespace RewardScaling.Tests.Runs;

public sealed class RunTableTests
{
    private const string Line = """{"step": 1, "kl": 0.5, "note": "a, b"}""";

    public static TheoryData<string, RunFileFormat> Formats => new()
    {
        { "{\"step\": 3, \"kl\": 0.25}\n\n{\"step\": 4, \"kl\": 1e-1}\n", RunFileFormat.JsonLines },
        { "[\n {\"step\": 3, \"kl\": 0.25},\n {\"step\": 4, \"kl\": 0.1}\n]\n", RunFileFormat.JsonArray },
        { "{\n \"best\": [1, {\"kl\": 9}],\n \"log_history\": [\n  {\"step\": 3, \"kl\": 0.25},\n  {\"step\": 4, \"kl\": 0.1}\n ],\n \"epoch\": 1\n}", RunFileFormat.TrainerState },
        { "# a comment, with a comma\nstep,kl\r\n3,0.25\r\n\r\n4,0.1", RunFileFormat.Csv },
        { ",step,kl\n0,3,.25\n1,4,1e-1\n", RunFileFormat.Csv },
        { "step\tkl\n3\t0.25\n4\t0.1\n", RunFileFormat.Csv },
        { "\"step\",\"kl\"\n\"3\",\"0.25\"\n4,0.1\n", RunFileFormat.Csv },
        { "loading\n(Task pid=7) step:3 - kl:0.25\nnoise\nstep:4 - kl:np.float64(0.1)\n", RunFileFormat.MetricLines },
        { "12:00 INFO Global step 3: {'kl': 0.25, 'x': None}\n12:01 INFO Global step 4: {'kl': tensor(0.1, device='cuda:0')}\n", RunFileFormat.MetricLines },
        { "{'kl': 0.25, 'step': 3, 'text': 'it\\'s {1}', 'list': [1, 'a,b'], 'in': {'a': 1}}\n{'kl': 0.1, 'step': 4}\n", RunFileFormat.MetricLines },
        { "{\"step\": 3, \"data\": {\"kl\": 0.25}}\n{\"step\": 4, \"data\": {\"kl\": 0.1}}", RunFileFormat.JsonLines },
    };

    [Theory]
    [MemberData(nameof(Formats))]
    public void The_same_two_rows_come_out_of_every_format(string text, RunFileFormat format)
    {
        RunTable table = RunTable.Parse(text, "x");
        Assert.Equal(format, table.Format);
        Assert.Equal(2, table.RowCount);
        Assert.Equal([3, 4], [table.Number(0, "step"), table.Number(1, "step")]);
        Assert.Equal([0.25, 0.1], [table.Number(0, "kl"), table.Number(1, "kl")]);
        string[] lines = text.Split('\n');
        Assert.Contains("25", lines[table.LineOf(0) - 1], StringComparison.Ordinal);
        Assert.Contains("1", lines[table.LineOf(1) - 1], StringComparison.Ordinal);
    }

    [Fact]
    public void Python_writes_NaN_and_infinities_and_they_are_seen_but_never_read_as_numbers()
    {
        RunTable table = RunTable.Parse("""{"a": NaN, "b": -Infinity, "t": "NaN, \"Infinity", "c": [1, NaN]}""", "x.jsonl");
        Assert.True(table.IsNonFinite(0, "a"));
        Assert.True(table.IsNonFinite(0, "b"));
        Assert.Equal("NaN, \"Infinity", table.Text(0, "t"));
        Assert.Equal("x.jsonl, line 1: column 'a': 'NaN' is not a finite number; remove the line, or ask for such lines to be left out (NonFiniteRule.LeaveOut, --skip-nan).",
            Assert.Throws<InvalidDataException>(() => table.Number(0, "a")).Message);
        foreach (string word in new[] { "nan", "NaN", "inf", "-inf", "Infinity" })
            Assert.True(RunTable.Parse($"a\n{word}\n", "x").IsNonFinite(0, "a"), word);
    }

    [Fact]
    public void Quoted_fields_hold_separators_quotes_and_line_ends_and_lines_are_still_counted()
    {
        RunTable table = RunTable.Parse("p,q\n\"a,\"\"b\"\"\nc\",1\n\"d\",2\n", "x");
        Assert.Equal("a,\"b\"\nc", table.Text(0, "p"));
        Assert.Equal([2, 4], [table.LineOf(0), table.LineOf(1)]);
        Assert.Equal(2, table.Number(1, "q"));
    }

    [Fact]
    public void True_and_false_are_one_and_zero()
    {
        RunTable json = RunTable.Parse("""{"a": true, "b": false}""", "x"), csv = RunTable.Parse("a,b\nTrue,false\n", "x");
        Assert.Equal([1, 0], [json.Number(0, "a"), json.Number(0, "b")]);
        Assert.Equal([1, 0], [csv.Number(0, "a"), csv.Number(0, "b")]);
    }

    [Fact]
    public void One_run_of_several_is_chosen_by_a_column()
    {
        RunTable table = RunTable.Parse("run,kl\na,1\nb,2\na,3\n", "x.csv");
        RunTable a = table.Where("run", "a");
        Assert.Equal([1, 3], [a.Number(0, "kl"), a.Number(1, "kl")]);
        Assert.Equal(4, a.LineOf(1));
        Assert.Equal("x.csv has no row with run = c; there are a, b.", Assert.Throws<InvalidDataException>(() => table.Where("run", "c")).Message);
        Assert.Contains("there are none", Assert.Throws<InvalidDataException>(() => table.Where("seed", "1")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Tables_made_of_tables_show_the_same_cells()
    {
        RunTable table = RunTable.Parse("{\"a\": 1, \"b\": 10}\n{\"b\": 20, \"t\": \"x\"}\n{\"a\": 3, \"c\": [1, 2]}\n", "x");
        RunTable taken = table.Take([2, 0]);
        Assert.Equal(["a", "b", "c"], taken.Columns);
        Assert.Equal((3, 10), (taken.Number(0, "a"), taken.Number(1, "b")));
        Assert.True(taken.IsMissing(0, "b") && !taken.Has("t"));
        RunTable renamed = taken.Renamed(static column => column == "c" ? null : "n", "y");
        Assert.Equal("y: n", $"{renamed.Name}: {string.Join(' ', renamed.Columns)}");
        Assert.Equal((3, 1), (renamed.Number(0, "n"), renamed.Number(1, "n")));
        Assert.Equal(20, table.Renamed(static column => column is "a" or "b" ? "n" : null).Number(1, "n"));
        RunTable with = taken.With("b", row => 100 + row);
        Assert.Equal((100, 10), (with.Number(0, "b"), with.Number(1, "b")));
        Assert.Equal([null, 7], Enumerable.Range(1, 2).Select(row => table.With("d", row => row == 2 ? 7 : null).Finite(row, "d")));
        RunTable both = RunTable.Concatenated("z", [taken, table]);
        Assert.Equal((5, 3, 20, "1 2", "x"), (both.RowCount, both.Number(0, "a"), both.Number(3, "b"), both.Raw(4, "c"), both.Raw(3, "t")));
        Assert.Equal([3, 1, 1, 2, 3], Enumerable.Range(0, 5).Select(both.LineOf));
    }

    [Theory]
    [InlineData("", "x is empty.")]
    [InlineData(" \n\t\n", "x is empty.")]
    [InlineData("[]", "x has no rows")]
    [InlineData("kl,gold\n", "x has no rows")]
    [InlineData(Line + "\n{\"step\": 2, \"kl\": }", "x, line 2: this is not a JSON object (at byte 18)")]
    [InlineData(Line + "\n[1, 2]", "x, line 2: this is an array; it must be an object")]
    [InlineData(Line + "\n17", "x, line 2: this is a number; it must be an object")]
    [InlineData(Line + "\nnull", "x, line 2: this is null; it must be an object")]
    [InlineData(Line + "\n" + Line + " " + Line, "x, line 2: this is not a JSON object")]
    [InlineData(Line + "\n{\"kl\": 1, \"kl\": 2}", "x, line 2: 'kl' is there twice")]
    [InlineData(Line + "\nstep,kl", "x, line 2: this is not a JSON object")]
    [InlineData("{\"data\": {\"kl\": 1}, \"kl\": 2}", "x, line 1: 'kl' is there twice")]
    [InlineData("[\n{\"n\": 1},\n{\"n\": 2}", "x, line 3: this is not JSON")]
    [InlineData("[\n{\"n\": 1},\n3]", "x, line 3: this is a number; it must be an object")]
    [InlineData("[{\"n\": 1}] [2]", "x, line 1: this is not JSON")]
    [InlineData("{\"log_history\": 3}", "x, line 1: 'log_history' must be an array of objects")]
    [InlineData("a,b\n1,2\n3\n", "x, line 3: the line has 1 fields and the header 2")]
    [InlineData("a,b\n1,2,3\n", "x, line 2: the line has 3 fields and the header 2")]
    [InlineData("a,a\n1,2\n", "x, line 1: the header names the column 'a' twice")]
    [InlineData("a,,b\n1,2,3\n", "x, line 1: column 2 of the header has no name")]
    [InlineData("a,b\n\"1,2\n", "x, line 2: a quoted field is not closed by the end of the file")]
    [InlineData("a,b\n\"1\"2,3\n", "x, line 2: '2' follows a closing quote")]
    [InlineData("step:1 - kl:abc\n", "x has no line of metrics that can be read; the first that looks like one is line 1 (column 'kl': 'abc' is not a number).")]
    [InlineData("step:1 - kl:0.5 - kl:0.6\n", "x has no line of metrics that can be read; the first that looks like one is line 1 ('kl' is there twice)")]
    [InlineData("begin\n{'kl' 0.5}\n", "x has no line of metrics that can be read; the first that looks like one is line 2 ('0.5}' stands where ':' should)")]
    [InlineData("{'kl': 0.5, 'kl': 0.6}\n", "x has no line of metrics that can be read; the first that looks like one is line 1 ('kl' is there twice)")]
    [InlineData("{'kl: 0.5}\n", "x has no line of metrics that can be read; the first that looks like one is line 1 (it is not closed)")]
    [InlineData("1,2\n3,4\n", "x, line 1: the first line is numbers; the file needs a header")]
    [InlineData("[1, 2, 3]", "x, line 1: the array holds neither objects nor anything else with names for its numbers")]
    [InlineData("{\"a\": [1, 2, 3], \"b\": [1, 2]}", "x: the lists have different lengths ('a' 3, 'b' 2)")]
    [InlineData("{}", "x has no values: every cell is empty")]
    [InlineData("{\"a\": 1\n", "x, line 1: this is not a JSON object: what begins here is not closed at the end of the file")]
    [InlineData(Line + "\n{\"a\": 1\n" + Line + "\n", "x, line 2: this is not a JSON object: the object must be closed on its line")]
    [InlineData("{\"t\": \"\\ud800\"}", "x, line 1: a text is not UTF-8 or holds half of a surrogate pair")]
    public void A_malformed_file_is_a_fault_that_names_the_line(string text, string message) =>
        Assert.StartsWith(message, Assert.Throws<InvalidDataException>(() => RunTable.Parse(text, "x")).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("""{"kl": "abc"}""", "x, line 1: column 'kl': 'abc' is not a number; map another column or mend the line.")]
    [InlineData("{\"kl\": [1, 2]}\n{\"kl\": 3}\n", "x, line 1: column 'kl': a list of 2 numbers is not a number")]
    [InlineData("""{"kl": [[1]]}""", "x, line 1: column 'kl': a list of 1 numbers is not a number")]
    [InlineData("""{"kl": null}""", "x has no values: every cell is empty")]
    [InlineData("""{"gold": 1}""", "x, line 1: column 'kl': nothing is there")]
    [InlineData("kl,gold\n,1\n", "x, line 2: column 'kl': nothing is there")]
    [InlineData("kl\n\"1,5\"\n", "x, line 2: column 'kl': '1,5' is not a number")]
    [InlineData("""{"kl": 1e999}""", "x, line 1: column 'kl': Infinity is not a finite number")]
    public void A_cell_that_is_no_number_is_named_with_its_value(string text, string message) =>
        Assert.StartsWith(message,
            Assert.Throws<InvalidDataException>(() => RunTable.Parse(text, "x").Number(0, "kl")).Message, StringComparison.Ordinal);

    [Fact]
    public void Files_that_are_no_text_are_refused()
    {
        using var folder = new TemporaryFolder();
        Assert.Contains("does not exist", Assert.Throws<FileNotFoundException>(() => RunTable.Read(folder.File("none"))).Message, StringComparison.Ordinal);
        Assert.Contains("is a folder", Assert.Throws<InvalidDataException>(() => RunTable.Read(folder.Path)).Message, StringComparison.Ordinal);
        File.WriteAllBytes(folder.File("latin"), [.. "kl\n"u8, 0xe9, 0x0a]);
        Assert.Contains("is not UTF-8", Assert.Throws<InvalidDataException>(() => RunTable.Read(folder.File("latin"))).Message, StringComparison.Ordinal);
        File.WriteAllText(folder.File("bom"), "kl\r\n1\r\n", new UTF8Encoding(true));
        Assert.Equal(1, RunTable.Read(folder.File("bom")).Number(0, "kl"));
    }
}
