using FsCheck;
using FsCheck.Fluent;
using RewardScaling.Cpu;
using RewardScaling.Studies;
using RewardScaling.Studies.Cells;
using RewardScaling.Tool.Scheduling;
using RewardScaling.Tool.Studies;

namespace RewardScaling.Tests.Tool;

/// <summary>How the cells of a level are cut into tasks.</summary>
public sealed class TaskLevelTests
{
    private static readonly StudyGraph s_graph = new OveroptimizationStudy(StudyPlan.Quick, new CpuEngine(1)).Graph;

    private static StudyCellPrice[] Prices(Func<int, double> seconds, Func<int, bool>? isTimed = null) =>
        [.. s_graph.Cells.Select(cell => new StudyCellPrice(cell.Number, seconds(cell.Number), isTimed?.Invoke(cell.Number) ?? true, 1e6 * cell.Number))];

    // Proxies are cells 5 to 10. With 0.2 s beside its networks a cell of 9.8 s is one of 10 s.
    [Fact]
    public void A_task_takes_cells_until_it_is_long_enough()
    {
        var proxies = TaskLevel.Of(s_graph, Prices(static number => number == 7 ? 99.8 : 9.8), null, 30)[3];
        Assert.Equal((3, 6), (proxies.Level, proxies.Cells));
        Assert.Equal([[5, 6], [7], [8, 9, 10]], proxies.Tasks.Select(static task => task.Cells));
        Assert.Equal([20.0, 100, 30], proxies.Tasks.Select(static task => task.Seconds), (a, b) => Math.Abs(a - b) < 1e-9);
        Assert.Equal((100, 10e6), (proxies.Seconds, proxies.Memory));
    }

    [Fact]
    public void A_cell_that_is_not_timed_has_a_task_of_its_own()
    {
        var proxies = TaskLevel.Of(s_graph, Prices(static _ => 1, static number => number is not (6 or 9)), null, 60)[3];
        Assert.Equal([[5], [6], [7, 8], [9], [10]], proxies.Tasks.Select(static task => task.Cells));
        Assert.Equal([[5, 6, 7, 8], [9, 10]], TaskLevel.Of(s_graph, Prices(static _ => 1, static _ => false), 4, 60)[3].Tasks.Select(static task => task.Cells));
    }

    // Whatever is left and whatever it costs: each cell once, in order, in its level; a task longer than it should be has one cell.
    [Fact]
    public void Every_cell_that_is_left_is_in_one_task() => Check.QuickThrowOnFailure(Prop.ForAll(
        Gen.Elements(0.0, 0.5, 3, 20, 400).ArrayOf(s_graph.Cells.Count).ToArbitrary(), Gen.Choose(0, 7).ArrayOf(s_graph.Cells.Count).ToArbitrary(),
        (seconds, left) =>
        {
            var prices = Prices(number => seconds[number], number => left[number] > 1).Where(price => left[price.Number] > 0).ToArray();
            var levels = TaskLevel.Of(s_graph, prices, null, 60);
            var tasks = levels.SelectMany(static level => level.Tasks).ToArray();
            return tasks.SelectMany(static task => task.Cells).SequenceEqual(prices.Select(static price => price.Number))
                && levels.All(level => level.Tasks.All(task => task.Cells.All(cell => s_graph.Cells[cell].Level == level.Level)))
                && tasks.All(static task => task.Seconds <= 60 || task.Cells.Count == 1);
        }));

    [Theory]
    [InlineData("7", new[] { 7 })]
    [InlineData("3-5,9", new[] { 3, 4, 5, 9 })]
    [InlineData("0-1,3,5-7", new[] { 0, 1, 3, 5, 6, 7 })]
    public void Numbers_are_one_word_both_ways(string word, int[] numbers)
    {
        Assert.Equal(word, CellNumbers.Text(numbers));
        Assert.Equal(numbers, StudyArguments.Read(StudyArguments.Command().Parse(["--cells", word])).Cells);
    }

    [Theory]
    [InlineData("")]
    [InlineData("5-3")]
    [InlineData("3-")]
    [InlineData("-3")]
    [InlineData("1-2-3")]
    [InlineData("1,,2")]
    [InlineData("1 2")]
    [InlineData("99999999")]
    public void Other_words_are_no_numbers(string word) => Assert.NotEmpty(StudyArguments.Command().Parse(["--cells", word]).Errors);
}
