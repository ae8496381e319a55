using System.Globalization;
using RewardScaling.Studies;

namespace RewardScaling.Tool.Studies;

/// <summary>
/// Shows where a study stands: on a terminal one line that renews itself, with a bar, what the stage says (rate, KL, proxy, gold,
/// time left) and the time so far; when piped a plain line per finished stage and per quarter. Stages go on side by side, so a
/// line begins with how much of the whole study is done, which only grows.
/// </summary>
internal sealed class ConsoleProgress(TextWriter output, bool live, TimeProvider clock) : IProgress<StudyProgress>
{
    private const int BarWidth = 16;

    private readonly Lock _lock = new();
    private readonly long _start = clock.GetTimestamp();
    private readonly Dictionary<int, int> _quarters = [];
    private int _width;

    public void Report(StudyProgress value)
    {
        lock (_lock)
        {
            if (live) ShowLive(value);
            else ShowPlain(value);
        }
    }

    // A terminal that does not know its width says 0.
    private static int Columns => Console.WindowWidth > 20 ? Console.WindowWidth - 1 : 79;

    private void ShowLive(StudyProgress value)
    {
        string line = Line(value, Columns, clock.GetElapsedTime(_start));
        output.Write('\r' + line.PadRight(Math.Min(Columns, _width)));
        _width = line.Length;
        if (!value.IsFinished) return;
        output.WriteLine();
        _width = 0;
    }

    /// <summary>The line of a terminal: a bar where there is room, the time at its end, the detail cut to fit between.</summary>
    internal static string Line(StudyProgress value, int columns, TimeSpan elapsed)
    {
        int full = (int)Math.Round(BarWidth * Math.Clamp(value.StudyFraction, 0, 1));
        string bar = columns >= 80 ? $"{new string('━', full)}{new string('╌', BarWidth - full)} " : "";
        string head = string.Create(CultureInfo.InvariantCulture,
            $"{bar}{100 * value.StudyFraction,3:F0} %  {value.Stage} {100 * value.Fraction:F0} %  ");
        string tail = elapsed.TotalHours >= 1 ? $"  {elapsed:h\\:mm\\:ss}" : $"  {elapsed:mm\\:ss}";
        string detail = value.Detail;
        int room = columns - head.Length - tail.Length;
        if (room < 8) return head.Length > columns ? head[..columns] : head.TrimEnd();
        if (detail.Length > room) detail = detail[..(room - 1)] + "…";
        return (head + detail).PadRight(columns - tail.Length) + tail;
    }

    private void ShowPlain(StudyProgress value)
    {
        int quarter = (int)(value.Fraction * 4);
        // How much a stage has left is an estimate that may rise again.
        if (_quarters.GetValueOrDefault(value.StageNumber, -1) >= quarter) return;
        _quarters[value.StageNumber] = quarter;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{100 * value.StudyFraction,3:F0} %  {value.Stage} {100 * value.Fraction:F0} %  {value.Detail}").TrimEnd());
    }
}
