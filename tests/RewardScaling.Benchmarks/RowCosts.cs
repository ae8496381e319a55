using System.Diagnostics;
using System.Globalization;
using RewardScaling.RewardModels;
using RewardScaling.Runs;

namespace RewardScaling.Benchmarks;

/// <summary>Time and memory of reading many rows, each in a process of its own.</summary>
internal static class RowCosts
{
    private static readonly int[] s_rows = [10_000, 100_000, 1_000_000];

    private static readonly (string Name, string Head, Func<int, FormattableString> Row)[] s_files =
    [
        ("csv", "step,kl,proxy,gold", static i => $"{i},{Kl(i)},{Proxy(i)},{Gold(i)}"),
        ("jsonl", "", static i => $"{{\"step\": {i}, \"kl\": {Kl(i)}, \"proxy\": {Proxy(i)}, \"gold\": {Gold(i)}}}"),
        ("python", "", static i => $"{{'step': {i}, 'kl': {Kl(i)}, 'proxy': {Proxy(i)}, 'gold': {Gold(i)}}}"),
        ("metrics", "", static i => $"step:{i} - kl:{Kl(i)} - proxy:{Proxy(i)} - gold:{Gold(i)}"),
        ("samples", "prompt,proxy,gold", static i => $"p{i / 16},{Proxy(i)},{Gold(i)}"),
        ("preferences", "", static i => $"{{\"prompt\": \"question {i}\", \"chosen\": \"yes {i}\", \"rejected\": \"no {i}\"}}"),
    ];

    /// <summary>Prints the table.</summary>
    /// <param name="folder">Where files are put.</param>
    /// <param name="analyse">The tool whose analyse is timed, or empty.</param>
    public static void Run(string folder, string analyse)
    {
        Console.WriteLine("| file, rows | MB | reader | seconds | peak MB |");
        Console.WriteLine("| --- | --- | --- | --- | --- |");
        foreach (var (name, head, row) in s_files)
            foreach (int rows in s_rows)
            {
                string path = Path.Combine(folder, name + (name is "csv" or "samples" ? ".csv" : ".jsonl"));
                using (var writer = new StreamWriter(path))
                {
                    if (head.Length > 0) writer.WriteLine(head);
                    for (int i = 1; i <= rows; i++) writer.WriteLine(FormattableString.Invariant(row(i)));
                }
                Measure(path, name, rows, "its reader", [Environment.ProcessPath!, typeof(RowCosts).Assembly.Location, "read", name, path]);
                if (analyse.Length > 0 && name is not ("samples" or "preferences")) Measure(path, name, rows, "analyse", [Environment.ProcessPath!, analyse, "analyse", path]);
                File.Delete(path);
            }
    }

    /// <summary>Reads one file: what the process of its own does.</summary>
    public static void Read(string name, string path)
    {
        switch (name)
        {
            case "preferences": _ = PreferenceFile.Read(path); break;
            case "samples": _ = ScoredSamples.Read(path); break;
            default: _ = RunLog.Read(path, kl: KlLogging.PerSequence("exact")).ToCurve(); break;
        }
    }

    private static void Measure(string path, string name, int rows, string reader, string[] command)
    {
        long start = Stopwatch.GetTimestamp();
        using var process = Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var faults = process.StandardError.ReadToEndAsync();
        double peak = 0;
        while (!process.WaitForExit(20)) peak = Math.Max(peak, Peak(process.Id));
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        string fault = process.ExitCode == 0 ? "" : $" (exit code {process.ExitCode}: {faults.GetAwaiter().GetResult().Trim().Split('\n')[0]})";
        _ = output.GetAwaiter().GetResult();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {name}, {rows:N0} | {new FileInfo(path).Length / 1e6:F1} | {reader}{fault} | {seconds:F1} | {peak:F0} |"));
    }

    // The most memory a process of Linux has had, in MB; 0 where that is not told.
    private static double Peak(int process)
    {
        try
        {
            string? line = File.ReadLines($"/proc/{process}/status").FirstOrDefault(static line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
            return line is null ? 0 : double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) / 1000;
        }
        catch (IOException)
        {
            return 0;
        }
    }

    private static double Kl(int i) => Math.Round(1e-5 * i + 1e-3 * (i % 7), 6);

    private static double Proxy(int i) => Math.Round(0.3 * Math.Sqrt(1e-5 * i) + 1e-3 * (i % 11), 6);

    private static double Gold(int i) => Math.Round(Math.Sqrt(1e-5 * i) * (0.5 - 0.1 * Math.Sqrt(1e-5 * i)) + 1e-3 * (i % 13), 6);
}
