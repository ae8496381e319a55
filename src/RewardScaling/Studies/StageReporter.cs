using System.Globalization;

namespace RewardScaling.Studies;

/// <summary>Tells where one stage stands, how long it took, and how long it will take at the pace so far.</summary>
internal sealed class StageReporter(StudyStage stage, TimeProvider time, IProgress<StudyProgress>? progress)
{
    private static readonly int s_stages = Enum.GetValues<StudyStage>().Length;
    private readonly long _start = time.GetTimestamp();

    public double Seconds => time.GetElapsedTime(_start).TotalSeconds;

    private string Name => stage switch
    {
        StudyStage.Policy => "pre-train the policy",
        StudyStage.Gold => "make the gold reward model",
        StudyStage.Comparisons => "label comparisons by gold",
        StudyStage.Proxies => "train the proxies",
        StudyStage.BestOfN => "best-of-n",
        _ => "PPO",
    };

    /// <summary>Reports a fraction below 1, with the time left at the pace so far.</summary>
    public void At(double fraction, string detail)
    {
        if (progress is null) return;
        fraction = Math.Clamp(fraction, 0, 0.999);
        string left = fraction > 0.02 ? $", {Words(Seconds * (1 - fraction) / fraction)} left" : "";
        progress.Report(new(Name, (int)stage, s_stages, fraction, detail + left));
    }

    /// <summary>Reports the end of the stage.</summary>
    public void Done(string detail, double seconds) =>
        progress?.Report(new(Name, (int)stage, s_stages, 1, $"{detail} ({Words(seconds)})"));

    /// <summary>What turns a lower room's progress into this stage's: part of the stage, from one fraction to another.</summary>
    public IProgress<T> Part<T>(double from, double to, Func<T, (double Fraction, string Detail)> read) => new Relay<T>(value =>
    {
        var (fraction, detail) = read(value);
        At(from + (to - from) * fraction, detail);
    });

    private static string Words(double seconds) =>
        seconds < 60 ? string.Create(CultureInfo.InvariantCulture, $"{seconds:F1} s") : string.Create(CultureInfo.InvariantCulture, $"{(int)seconds / 60} min {(int)seconds % 60} s");

    // Progress<T> posts to another thread; reports would overtake each other.
    private sealed class Relay<T>(Action<T> report) : IProgress<T>
    {
        public void Report(T value) => report(value);
    }
}
