using RewardScaling.Studies;

namespace RewardScaling.Tool.Studies;

/// <summary>
/// Shows where a study stands: one line that renews itself on a terminal, a line per finished stage and per quarter when piped.
/// </summary>
internal sealed class ConsoleProgress(TextWriter output, bool live) : IProgress<StudyProgress>
{
    private readonly Lock _lock = new();
    private (int Stage, int Quarter) _last;
    private int _width;

    public void Report(StudyProgress value)
    {
        string line = $"[{value.StageNumber}/{value.Stages}] {value.Stage} {value.Fraction,4:P0}  {value.Detail}".TrimEnd();
        lock (_lock)
        {
            if (live) ShowLive(line, value.IsFinished);
            else ShowPlain(line, (value.StageNumber, (int)(value.Fraction * 4)));
        }
    }

    private void ShowLive(string line, bool finished)
    {
        // A terminal that does not know its width says 0.
        int columns = Console.WindowWidth > 20 ? Console.WindowWidth - 1 : 79;
        if (line.Length > columns) line = line[..columns];
        output.Write('\r' + line.PadRight(Math.Min(columns, _width)));
        _width = line.Length;
        if (!finished) return;
        output.WriteLine();
        _width = 0;
    }

    private void ShowPlain(string line, (int Stage, int Quarter) now)
    {
        if (now == _last) return;
        _last = now;
        output.WriteLine(line);
    }
}
