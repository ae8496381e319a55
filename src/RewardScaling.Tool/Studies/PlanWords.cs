using RewardScaling.Studies;

namespace RewardScaling.Tool.Studies;

/// <summary>What a study would do, without doing any of it, in words.</summary>
internal static class PlanWords
{
    /// <summary>A line for each level: its number, how many cells, their numbers, of which kinds.</summary>
    public static void Levels(StudyGraph graph, TextWriter output)
    {
        output.WriteLine($"{"level",-7}{"cells",6}  {"numbers",-14}kinds");
        for (int level = 0; level < graph.Levels.Count; level++)
        {
            var numbers = graph.Levels[level];
            string kinds = string.Join(", ", numbers.GroupBy(number => graph.Cells[number].Kind)
                .Select(static kind => FormattableString.Invariant($"{kind.Count()} {kind.Key}")));
            output.WriteLine(FormattableString.Invariant($"{level,-7}{numbers.Count,6}  {CellNumbers.Text(numbers),-14}{kinds}"));
        }
    }

    /// <summary>A line for each cell: its number, level, kind, name, and the numbers of what it is made from.</summary>
    public static void Cells(StudyGraph graph, TextWriter output)
    {
        foreach (var cell in graph.Cells)
            output.WriteLine(FormattableString.Invariant($"{cell.Number}\t{cell.Level}\t{cell.Kind}\t{cell.Name}\t{CellNumbers.Text([.. cell.Parents.Order()])}"));
    }

    /// <summary>What is left to do costs on this machine.</summary>
    /// <param name="study">The study.</param>
    /// <param name="folder">The run folder, of which what is whole costs nothing; null for all of it.</param>
    /// <param name="jobs">How many cells are made side by side.</param>
    /// <param name="output">Where it is said.</param>
    /// <param name="cancellation">Stops the measurement.</param>
    public static async Task PriceAsync(
        OveroptimizationStudy study, string? folder, int jobs, TextWriter output, CancellationToken cancellation)
    {
        output.WriteLine(study.Graph);
        var price = await study.PriceAsync(folder, jobs, cancellationToken: cancellation);
        output.WriteLine(price);
        string side = jobs == 1 ? "" : FormattableString.Invariant($"With {jobs} jobs {price.SecondsWithJobs / 60:F0} min at best. ");
        output.WriteLine($"{side}Trainings and runs of PPO are counted to their last step; a run that reaches its KL budget before ends sooner.");
    }
}
