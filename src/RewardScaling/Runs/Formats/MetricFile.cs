using System.Text;

namespace RewardScaling.Runs.Formats;

/// <summary>
/// Reads one metric as MLflow keeps it on disk, mlruns/EXPERIMENT/RUN/metrics/NAME: a line of time, value and step for each
/// value.
/// The name of the metric is the file's, below "metrics".
/// </summary>
internal static class MetricFile
{
    private const string Folder = "metrics/";
    private const double Earliest = 1e9;

    /// <summary>Whether the first lines are a time, a value and a step each.</summary>
    public static bool Is(ReadOnlySpan<byte> head)
    {
        string[] lines = Encoding.UTF8.GetString(head).Split('\n');
        // A head that is cut ends within a line.
        return lines.Take(Math.Max(1, lines.Length - 1)).All(static line => TryRead(line, out _, out _, out _));
    }

    /// <summary>Reads a file into the table.</summary>
    public static void Read(RunSource source, RunTableBuilder builder)
    {
        string path = source.Name.Replace('\\', '/');
        int folder = path.LastIndexOf(Folder, StringComparison.Ordinal);
        string column = folder < 0 ? Path.GetFileName(path) : path[(folder + Folder.Length)..];
        using ByteLines lines = source.Lines();
        while (lines.Next())
        {
            if (lines.Line.IndexOfAnyExcept(" \t\r"u8) < 0) continue;
            if (!TryRead(Encoding.UTF8.GetString(lines.Line), out double time, out double value, out double step))
                throw RunText.Fault(source.Name, lines.Number, "the line must be a time, a value and a step, as MLflow writes them");
            builder.Begin(lines.Number);
            builder.Add("timestamp", time);
            builder.Add("step", step);
            builder.Add(column, value);
        }
    }

    private static bool TryRead(string line, out double time, out double value, out double step)
    {
        time = value = step = 0;
        return line.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) is [var first,
            var second, var third]
            && RunText.TryNumber(first, out time) && time >= Earliest && time == Math.Floor(time)
            && RunText.TryNumber(second, out value) && RunText.TryNumber(third, out step) && step >= 0
                && step == Math.Floor(step);
    }
}
