using System.Diagnostics;
using System.Globalization;
using RewardScaling.RewardModels;
using RewardScaling.Runs;

namespace RewardScaling.Benchmarks;

/// <summary>Time and memory of reading many rows with every reader, and of their whole analysis, each in a process of its own.</summary>
internal static class RowCosts
{
    private static readonly int[] s_rows = [10_000, 100_000, 1_000_000];

    private static readonly string[] s_run = ["table", "run", Whole];

    private const string Whole = "analyse", Events = "event file";

    private static readonly (string Name, string Head, Func<int, FormattableString> Row, string[] Readers)[] s_files =
    [
        ("CSV", "step,kl_per_sequence,proxy,gold", static i => $"{i},{Kl(i)},{Proxy(i)},{Gold(i)}", s_run),
        ("JSON lines", "", static i => $"{{\"step\": {i}, \"kl_per_sequence\": {Kl(i)}, \"proxy\": {Proxy(i)}, \"gold\": {Gold(i)}}}", s_run),
        ("Python dictionaries", "", static i => $"{{'step': {i}, 'kl_per_sequence': {Kl(i)}, 'proxy': {Proxy(i)}, 'gold': {Gold(i)}}}", s_run),
        ("bars and dictionaries", "", static i => $"  1%|#| {i}/9\r   \r{{'step': {i}, 'kl_per_sequence': {Kl(i)}, 'proxy': {Proxy(i)}, 'gold': {Gold(i)}}}", s_run),
        ("name:value - name:value", "", static i => $"step:{i} - kl_per_sequence:{Kl(i)} - proxy:{Proxy(i)} - gold:{Gold(i)}", s_run),
        ("name: value|name: value", "", static i => $"epoch: 0|step: {i}|kl_per_sequence: {Kl(i)}|proxy: {Proxy(i)}|gold: {Gold(i)}", s_run),
        // Five metrics a row, whose names no run has.
        (Events, "", static i => $"{i}", ["table"]),
        ("scored samples", "prompt,proxy,gold", static i => $"p{(i - 1) / 16},{Proxy(i)},{Gold(i)}", ["samples", Whole]),
        ("preferences", "", static i => $"{{\"prompt\": \"question {i}\", \"chosen\": \"yes {i}\", \"rejected\": \"no {i}\"}}", ["preferences"]),
    ];

    /// <summary>Prints the table.</summary>
    /// <param name="folder">Where files are put.</param>
    /// <param name="only">What the names of the files have in them.</param>
    public static void Run(string folder, string only)
    {
        Console.WriteLine("| file | rows | MB | reader | seconds | peak MB |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- |");
        foreach (var (name, head, row, readers) in s_files.Where(file => file.Name.Contains(only, StringComparison.Ordinal)))
            foreach (int rows in s_rows)
            {
                string path = Path.Combine(folder, head.Length > 0 ? "rows.csv" : "rows.log");
                Write(path, name, head, row, rows);
                foreach (string reader in readers) Measure(path, name, rows, reader);
                File.Delete(path);
            }
    }

    /// <summary>Reads one file: what the process of its own does.</summary>
    public static void Read(string reader, string path)
    {
        switch (reader)
        {
            case "preferences": _ = PreferenceFile.Read(path); break;
            case "samples": _ = ScoredSamples.Read(path); break;
            case "table": _ = RunTable.Read(path); break;
            default: _ = RunLog.Read(path).ToCurve(); break;
        }
    }

    private static void Write(string path, string name, string head, Func<int, FormattableString> row, int rows)
    {
        if (name == Events)
        {
            ReadFiles.Write("events", path, rows);
            return;
        }
        using var writer = new StreamWriter(path);
        if (head.Length > 0) writer.WriteLine(head);
        for (int i = 1; i <= rows; i++) writer.WriteLine(FormattableString.Invariant(row(i)));
    }

    private static void Measure(string path, string name, int rows, string reader)
    {
        string[] command = reader == Whole
            ? [Path.Combine(AppContext.BaseDirectory, "RewardScaling.Tool.dll"), Whole, path, "--out", path + ".html"]
            : [typeof(RowCosts).Assembly.Location, "read", reader, path];
        long start = Stopwatch.GetTimestamp();
        using var process = Process.Start(new ProcessStartInfo("dotnet", command) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var faults = process.StandardError.ReadToEndAsync();
        double peak = 0;
        while (!process.WaitForExit(20)) peak = Math.Max(peak, Peak(process.Id));
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        string fault = process.ExitCode == 0 ? "" : $" (exit code {process.ExitCode}: {faults.GetAwaiter().GetResult().Trim().Split('\n')[0]})";
        _ = output.GetAwaiter().GetResult();
        string named = reader switch
        {
            "table" => "RunTable.Read",
            "run" => "RunLog.Read, ToCurve",
            "samples" => "ScoredSamples.Read",
            "preferences" => "PreferenceFile.Read",
            _ => "rewardscaling analyse",
        };
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {name} | {rows:N0} | {new FileInfo(path).Length / 1e6:F1} | {named}{fault} | {seconds:F1} | {peak:F0} |"));
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
