using System.Diagnostics;
using System.Globalization;
using RewardScaling.Runs;

namespace RewardScaling.Benchmarks;

/// <summary>How fast files of metrics are read, and how much memory it takes.</summary>
internal static class ReadRates
{
    public static void Run(ReadArguments arguments)
    {
        if (arguments.Fuzz > 0)
        {
            ReadFuzz.Run(arguments);
            return;
        }
        if (arguments.File is { } file)
        {
            Here(file);
            return;
        }
        Console.WriteLine($"{"format",-10}{"rows",10}{"file MB",10}{"s",8}{"rows/s",12}{"peak MB",10}");
        foreach (string format in ReadFiles.Formats.Where(one => arguments.Format.Length == 0 || one == arguments.Format))
            foreach (int rows in arguments.Rows > 0 ? [arguments.Rows] : (int[])[10_000, 100_000, 1_000_000])
            {
                string path = Path.Combine(Path.GetTempPath(), $"read-{format}-{rows}");
                ReadFiles.Write(format, path, rows);
                double[] said = InProcess(path);
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"{format,-10}{said[0],10}{new FileInfo(path).Length / 1e6,10:F1}{said[1],8:F2}{said[0] / said[1],12:F0}{said[2] / 1e6,10:F0}"));
                File.Delete(path);
            }
    }

    private static void Here(string path)
    {
        var watch = Stopwatch.StartNew();
        RunTable table = RunTable.Read(path);
        double seconds = watch.Elapsed.TotalSeconds;
        using var process = Process.GetCurrentProcess();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{table.RowCount} {seconds:R} {process.PeakWorkingSet64}"));
    }

    private static double[] InProcess(string path)
    {
        // This program is itself, or dotnet with its first argument.
        string program = Environment.ProcessPath!, first = Environment.GetCommandLineArgs()[0];
        string[] rest = ["read", "--file", path];
        var start = new ProcessStartInfo(program, Path.GetFileNameWithoutExtension(program) == "dotnet" ? [first, .. rest] : rest) { RedirectStandardOutput = true };
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.");
        string said = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return [.. said.Split(' ').Select(static number => double.Parse(number, CultureInfo.InvariantCulture))];
    }
}
