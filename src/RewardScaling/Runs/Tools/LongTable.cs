using RewardScaling.Runs.Formats;

namespace RewardScaling.Runs.Tools;

/// <summary>
/// Tables with a row for each number, "step, key, value" as databases of MLflow and trackio are exported: made into a row for each
/// step, with a column for each key.
/// </summary>
internal static class LongTable
{
    private static readonly string[] s_keys = ["key", "metric", "metric_name", "tag", "name", "variable"];
    private static readonly string[] s_values = ["value", "metric_value"];
    private static readonly string[] s_runs = ["run_uuid", "run_id", "run_name", "run"];

    /// <summary>The table with a column for each key; the table itself where it has no keys and values, or no step.</summary>
    public static RunTable Pivoted(RunTable table)
    {
        string? value = s_values.FirstOrDefault(table.Has), key =
            s_keys.FirstOrDefault(name => table.Has(name) && IsText(table, name));
        string step = RunSteps.Of(table, "").Column;
        if (value is null || key is null || step.Length == 0 || step == key || step == value) return table;
        string? run = s_runs.FirstOrDefault(table.Has);
        var builder = new RunTableBuilder();
        var rows = new Dictionary<(string?, double), List<int>>();
        List<(string?, double)> order = [];
        for (int row = 0; row < table.RowCount; row++)
        {
            if (RunSteps.At(table, row, step) is not { } at || table.IsMissing(row, value)
                || table.Raw(row, key) is null) continue;
            var place = (run is null ? null : table.Raw(row, run), at);
            if (!rows.TryGetValue(place, out List<int>? held))
            {
                rows.Add(place, held = []);
                order.Add(place);
            }
            held.Add(row);
        }
        foreach (var place in order)
        {
            builder.Begin(table.LineOf(rows[place][0]));
            builder.Add("step", place.Item2);
            if (place.Item1 is { } name) builder.Add("run", name.AsSpan());
            foreach (int row in rows[place])
                if (table.TryCell(row, value, out RunCell cell)) builder.TryAdd(table.Raw(row, key)!, cell);
        }
        return new(table.Name, table.Format, builder.ToData(), table.OtherLines, table.Notes);
    }

    private static bool IsText(RunTable table, string column) => Enumerable.Range(0, table.RowCount)
        .All(row => !table.IsMissing(row, column) && table.Finite(row, column) is null);
}
