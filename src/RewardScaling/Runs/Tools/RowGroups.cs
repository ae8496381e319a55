namespace RewardScaling.Runs.Tools;

/// <summary>The rows of each step together, steps in order of appearance; rows without a step each by itself.</summary>
/// <remarks>Two lists of numbers, and a table of steps only where one comes again later.</remarks>
internal sealed class RowGroups
{
    private readonly int[] _rows, _starts;

    private RowGroups(int[] rows, int[] starts) => (_rows, _starts) = (rows, starts);

    public int Count => _starts.Length - 1;

    public ReadOnlySpan<int> this[int group] => _rows.AsSpan(_starts[group].._starts[group + 1]);

    /// <summary>Groups rows.</summary>
    /// <param name="rows">How many there are.</param>
    /// <param name="stepOf">The step of a row; null for none.</param>
    public static RowGroups Of(int rows, Func<int, double?> stepOf)
    {
        int[] groupOf = new int[rows];
        Dictionary<double, int>? places = null;
        int groups = 0, last = -1;
        double largest = double.NegativeInfinity, before = double.NaN;
        for (int row = 0; row < rows; row++)
        {
            if (stepOf(row) is not { } step)
            {
                groupOf[row] = groups++;
                continue;
            }
            if (step == before) groupOf[row] = last;
            else if (step > largest)
            {
                places?.Add(step, groups);
                groupOf[row] = groups++;
            }
            else
            {
                // Only where steps go back must every one be looked up.
                places ??= Places(row, stepOf, groupOf);
                if (!places.TryGetValue(step, out groupOf[row])) places.Add(step, groupOf[row] = groups++);
            }
            (before, last, largest) = (step, groupOf[row], Math.Max(largest, step));
        }
        int[] starts = new int[groups + 1];
        foreach (int group in groupOf) starts[group + 1]++;
        for (int group = 0; group < groups; group++) starts[group + 1] += starts[group];
        int[] sorted = new int[rows], next = starts[..^1];
        for (int row = 0; row < rows; row++) sorted[next[groupOf[row]]++] = row;
        return new(sorted, starts);
    }

    private static Dictionary<double, int> Places(int rows, Func<int, double?> stepOf, int[] groupOf)
    {
        var places = new Dictionary<double, int>();
        for (int row = 0; row < rows; row++)
            if (stepOf(row) is { } step) places.TryAdd(step, groupOf[row]);
        return places;
    }
}
