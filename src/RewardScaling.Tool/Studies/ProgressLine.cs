using System.Text.Json;
using RewardScaling.Studies;

namespace RewardScaling.Tool.Studies;

/// <summary>Where a study stands, for programs.</summary>
/// <param name="Event">Always "progress".</param>
/// <param name="Stage">The stage in words.</param>
/// <param name="StageNumber">Its number, from 1.</param>
/// <param name="Stages">How many there are.</param>
/// <param name="Fraction">How much of the stage is done, in [0, 1].</param>
/// <param name="StudyFraction">How much of the whole study is done, in [0, 1].</param>
/// <param name="Detail">What the stage says of itself.</param>
/// <param name="Seconds">Since the command began.</param>
/// <param name="SecondsLeft">How long the rest takes at the pace so far; null where that is not known yet.</param>
internal sealed record ProgressLine(
    string Event, string Stage, int StageNumber, int Stages, double Fraction, double StudyFraction,
    string Detail, double Seconds, double? SecondsLeft)
{
    /// <summary>Writes a line for each report.</summary>
    public sealed class Writer(TextWriter output, TimeProvider clock) : IProgress<StudyProgress>
    {
        private readonly Lock _lock = new();
        private readonly long _start = clock.GetTimestamp();

        public void Report(StudyProgress value)
        {
            var line = new ProgressLine("progress", value.Stage, value.StageNumber, value.Stages, value.Fraction,
                value.StudyFraction, value.Detail, clock.GetElapsedTime(_start).TotalSeconds, value.TimeLeft?.TotalSeconds);
            lock (_lock) output.WriteLine(JsonSerializer.Serialize(line, ToolJson.Lines.ProgressLine));
        }
    }
}
