using System.Text.Json;
using RewardScaling.Cpu;
using RewardScaling.Studies;
using RewardScaling.Studies.Cells;
using RewardScaling.Tests.Studies;
using RewardScaling.Tool;

namespace RewardScaling.Tests.Tool;

/// <summary>The commands that say what a study is and how far it has come.</summary>
public sealed class PlanCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static async Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments)
    {
        using StringWriter output = new(), error = new();
        return (await CommandLine.RunAsync(arguments, new(output, error)), output.ToString(), error.ToString());
    }

    [Fact]
    public async Task A_plan_is_printed_whole_and_read_again()
    {
        var (code, text, error) = await RunAsync("plan", "paper", "--seed", "3");
        Assert.Equal((0, ""), (code, error));
        Assert.Equal((StudyPlan.Paper with { Seed = 3 }).ToJson(), text.TrimEnd());
        File.WriteAllText(_folder.File("mine.json"), text);
        Assert.Equal(text, (await RunAsync("plan", _folder.File("mine.json"))).Output);
        using var schema = JsonDocument.Parse((await RunAsync("plan", "--schema")).Output);
        Assert.Equal(StudyPlan.JsonSchema, schema.RootElement.GetRawText());
    }

    [Fact]
    public async Task Levels_and_cells_are_those_of_the_graph()
    {
        string[] levels = (await RunAsync("plan", "--levels")).Output.TrimEnd().Split(Environment.NewLine);
        Assert.Equal("3           6  5-10          6 Proxy", levels[4]);
        string[] cells = (await RunAsync("plan", "--cells")).Output.TrimEnd().Split(Environment.NewLine);
        Assert.Equal(29, cells.Length);
        string[] last = cells[^1].Split('\t');
        Assert.Equal(("28", "5", "BestOfN"), (last[0], last[1], last[2]));
        var cell = new OveroptimizationStudy(StudyPlan.Quick with { Seed = 1 }, new CpuEngine(1)).Graph.Cells[28];
        Assert.Equal((cell.Name, string.Join(',', cell.Parents.Order())), (last[3], last[4]));
    }

    [Fact]
    public async Task A_price_has_a_line_for_each_kind_of_cell()
    {
        File.WriteAllText(_folder.File("tiny.json"), TinyStudy.Plan.ToJson());
        var (code, text, _) = await RunAsync("plan", _folder.File("tiny.json"), "--price", "--threads", "1");
        Assert.Equal(0, code);
        Assert.Contains("Proxy              4", text, StringComparison.Ordinal);
        Assert.Equal(text.Split(Environment.NewLine)[0], (await RunAsync("study", "--plan", _folder.File("tiny.json"), "--dry-run")).Output.Split(Environment.NewLine)[0]);
    }

    [Theory]
    [InlineData("plan huge", "huge")]
    [InlineData("plan --gold nowhere", "nowhere")]
    [InlineData("status {folder}/none", "holds no study")]
    [InlineData("status", "Required argument missing")]
    public async Task Bad_input_ends_with_2_and_says_what_is_wrong(string line, string expected)
    {
        var (code, _, error) = await RunAsync(line.Replace("{folder}", _folder.Path, StringComparison.Ordinal).Split(' '));
        Assert.Equal(2, code);
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    // Policy and gold are whole, the comparisons were begun by a process that died, the pool's failure was written down.
    [Fact]
    public async Task A_status_is_read_off_the_folder_alone()
    {
        string run = _folder.File("run");
        var study = new OveroptimizationStudy(TinyStudy.Plan, new CpuEngine(1));
        await study.RunCellsAsync(run, [0, 1], cancellationToken: TestContext.Current.CancellationToken);
        string Work(int number) => Path.Combine(run, "cells", study.Graph.Cells[number].Name + ".work");
        int comparisons = Number(StudyCellKind.Comparisons), pool = Number(StudyCellKind.Pool);
        Directory.CreateDirectory(Work(comparisons));
        File.WriteAllText(Path.Combine(Work(comparisons), "lock"), "");
        Directory.CreateDirectory(Work(pool));
        File.WriteAllText(Path.Combine(Work(pool), "failed.txt"), "the disk is full");
        var (code, text, error) = await RunAsync("status", run);
        Assert.Equal((0, ""), (code, error));
        Assert.StartsWith($"2 of {study.Graph.Cells.Count} cells whole in {run}", text, StringComparison.Ordinal);
        Assert.Contains($"stopped  {comparisons} comparisons-", text, StringComparison.Ordinal);
        Assert.Contains($"failed   {pool} {study.Graph.Cells[pool].Name}: the disk is full", text, StringComparison.Ordinal);
        using var json = JsonDocument.Parse((await RunAsync("status", run, "--json")).Output);
        var root = json.RootElement;
        Assert.Equal((2, study.Graph.Cells.Count), (root.GetProperty("whole").GetInt32(), root.GetProperty("cells").GetInt32()));
        Assert.Equal("the disk is full", root.GetProperty("failed")[0].GetProperty("reason").GetString());
        Assert.Equal(study.Status(run).Ready, root.GetProperty("ready").EnumerateArray().Select(static number => number.GetInt32()));
        using (var claim = new FileStream(Path.Combine(Work(comparisons), "lock"), FileMode.Open, FileAccess.ReadWrite, FileShare.None))
            Assert.Contains($"running  {comparisons} comparisons-", (await RunAsync("status", run)).Output, StringComparison.Ordinal);

        int Number(StudyCellKind kind) => study.Graph.Cells.First(cell => cell.Kind == kind).Number;
    }
}
