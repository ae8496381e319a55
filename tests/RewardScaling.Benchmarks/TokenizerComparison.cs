using System.Diagnostics;
using System.Globalization;
using System.Text;
using RewardScaling.HuggingFace;

namespace RewardScaling.Benchmarks;

/// <summary>Tokenizers beside the library everybody uses: every difference, and how fast they are.</summary>
internal static class TokenizerComparison
{
    private const int Shown = 5;

    /// <summary>Prints a line for every kind in the folder.</summary>
    public static void Run(TokenizerArguments arguments)
    {
        string[] lines = arguments.Text is { } path ? File.ReadAllLines(path) : [];
        foreach (string kind in TokenizerReference.Kinds(arguments.Folder))
        {
            var reference = TokenizerReference.Read(arguments.Folder, kind);
            string[] differences = [.. reference.Differences()];
            string speed = lines.Length == 0 ? "" : Speed(reference.Tokenizer, lines);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{kind,-14} {reference.Texts.Count,6} texts {reference.Tokens.Count,6} decoded {differences.Length,5} differences{speed}"));
            foreach (string difference in differences.Take(Shown)) Console.WriteLine($"  {difference}");
        }
    }

    // On the second half of the text, after the first: words that come often are known by then, as they are in a long run.
    private static string Speed(HuggingFaceTokenizer tokenizer, string[] lines)
    {
        string[] before = lines[..(lines.Length / 2)], measured = lines[before.Length..];
        double megabytes = measured.Sum(Encoding.UTF8.GetByteCount) / 1e6;
        foreach (int[] line in Array.ConvertAll(before, tokenizer.Encode)) tokenizer.Decode(line);
        int[][] tokens = [];
        double encode = Seconds(() => tokens = Array.ConvertAll(measured, tokenizer.Encode));
        double decode = Seconds(() => { foreach (int[] line in tokens) tokenizer.Decode(line); });
        return string.Create(CultureInfo.InvariantCulture, $", {megabytes / encode,6:F1} MB/s encoded, {megabytes / decode,6:F1} decoded");
    }

    private static double Seconds(Action pass)
    {
        long start = Stopwatch.GetTimestamp();
        pass();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
