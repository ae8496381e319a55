using System.Diagnostics;
using RewardScaling.Interrupted;
using RewardScaling.Numerics;

namespace RewardScaling.Benchmarks;

/// <summary>Kills processes at random moments and starts them again until they are done: they come to the bits of one left alone.</summary>
internal static class KillBreaks
{
    private static readonly string[] s_whats = ["trainings", "killed-study", "killed-jobs"];

    private static readonly string s_program = typeof(Trainings).Assembly.Location;

    /// <summary>Prints the table.</summary>
    public static void Run(string folder, RandomStream stream, TimeSpan time)
    {
        Console.WriteLine("| what | runs to the end | kills | other bits | temporary files left |");
        Console.WriteLine("| --- | --- | --- | --- | --- |");
        foreach (string what in s_whats)
        {
            string run = Path.Combine(folder, "killed");
            long start = Stopwatch.GetTimestamp();
            string expected = Live(what, run, null)!;
            double alone = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            Directory.Delete(run, recursive: true);
            int runs = 0, kills = 0, other = 0, left = 0;
            for (int life = 0; Stopwatch.GetElapsedTime(start) < time / s_whats.Length; life++)
            {
                string? said = Live(what, run, TimeSpan.FromMilliseconds(alone * stream.Fork(what).Uniform((ulong)life)));
                if (said is null)
                {
                    kills++;
                    continue;
                }
                runs++;
                if (said != expected) other++;
                left += Directory.GetFiles(run, "*.tmp", SearchOption.AllDirectories).Length;
                Directory.Delete(run, recursive: true);
            }
            Console.WriteLine($"| {what} | {runs} | {kills} | {other} | {left} |");
            if (Directory.Exists(run)) Directory.Delete(run, recursive: true);
        }
    }

    // The digest it ends with, or null where it was killed before.
    private static string? Live(string what, string run, TimeSpan? patience)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", what == s_whats[0] ? [s_program, run] : [s_program, what, run]) { RedirectStandardOutput = true })!;
        var output = process.StandardOutput.ReadToEndAsync();
        if (patience is { } most && !process.WaitForExit(most)) process.Kill();
        process.WaitForExit();
        string last = output.GetAwaiter().GetResult().Split('\n', StringSplitOptions.RemoveEmptyEntries).LastOrDefault("");
        return last.StartsWith("done ", StringComparison.Ordinal) ? last : null;
    }
}
