using System.Text.Json;
using RewardScaling.Curves;
using RewardScaling.Numerics;

namespace RewardScaling.Ppo;

/// <summary>
/// Writes what every step measured as one line of JSON, at once, so that a tracker can follow the file while the run goes on.
/// docs/ppo.md defines every field.
/// </summary>
/// <remarks>
/// <para>
/// A line has the metrics of the step in snake case, errors with the ending <c>_se</c>, and <c>gold</c> where a point of the
/// curve was measured at the policy the step began with. A number that is not known is left out.
/// </para>
/// <para>
/// A file that is there already is taken up: lines of the step reported first and of later ones, and a last line cut short by the
/// death of a process, are dropped. So a run that goes on from a checkpoint has every step once.
/// </para>
/// </remarks>
public sealed class PpoMetricsFile : IProgress<PpoProgress>, IDisposable
{
    private readonly string _path;
    private readonly IProgress<PpoProgress>? _next;
    private FileStream? _stream;

    /// <summary>A file; nothing is touched before the first report.</summary>
    /// <param name="path">The file; its folder exists.</param>
    /// <param name="next">Who else is told; null for nobody.</param>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    public PpoMetricsFile(string path, IProgress<PpoProgress>? next = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        (_path, _next) = (path, next);
    }

    /// <inheritdoc/>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Report(PpoProgress value)
    {
        ArgumentNullException.ThrowIfNull(value);
        _stream ??= Open(value.Metrics.Step);
        using var buffer = new MemoryStream();
        Write(buffer, value.Metrics, value.LastPoint.Effort == value.Metrics.Step - 1 ? value.LastPoint : null, withRate: true);
        _stream.Write(buffer.GetBuffer().AsSpan(0, (int)buffer.Length));
        _stream.Flush();
        _next?.Report(value);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stream?.Dispose();
        _stream = null;
    }

    /// <summary>Writes the metrics of a finished run, whole or not at all, without how fast it went: the same run has the same
    /// file.</summary>
    internal static void Write(string path, PpoResult result) => AtomicFile.Write(path, stream =>
    {
        var points = result.Curve.Points.ToDictionary(static point => (int)point.Effort);
        foreach (var step in result.Metrics) Write(stream, step, points.GetValueOrDefault(step.Step - 1), withRate: false);
    });

    private FileStream Open(int firstStep)
    {
        if (File.Exists(_path))
        {
            string[] kept = [.. File.ReadLines(_path).Where(line => StepOf(line) is { } step && step < firstStep)];
            AtomicFile.WriteText(_path, string.Concat(kept.Select(static line => line + "\n")));
        }
        // Others may read it, and move it away, while it is written.
        return new(_path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
    }

    private static int? StepOf(string line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            return document.RootElement.TryGetProperty("step", out var step) && step.TryGetInt32(out int number) ? number : null;
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static void Write(Stream stream, PpoStepMetrics step, RewardPoint? before, bool withRate)
    {
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            foreach (var (name, value) in PpoMetricNames.Of(step))
            {
                if (!double.IsFinite(value) || (name == PpoMetricNames.Rate && !withRate)) continue;
                if (value == Math.Truncate(value) && Math.Abs(value) < int.MaxValue) json.WriteNumber(name, (int)value);
                else json.WriteNumber(name, value);
            }
            if (before is not null)
            {
                json.WriteNumber("effort", before.Effort);
                json.WriteNumber("gold", before.Gold.Value);
                if (before.Gold.HasStandardError) json.WriteNumber("gold_se", before.Gold.StandardError);
            }
            json.WriteEndObject();
        }
        stream.WriteByte((byte)'\n');
    }
}
