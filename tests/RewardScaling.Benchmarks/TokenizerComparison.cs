using System.Diagnostics;
using System.Globalization;
using System.Text;
using RewardScaling.HuggingFace;

namespace RewardScaling.Benchmarks;

/// <summary>Tokenizers beside the library everybody uses: every difference, and how fast they are.</summary>
internal static class TokenizerComparison
{
    private const int Shown = 5, Passes = 3;

    /// <summary>Prints a line for every kind in the folder.</summary>
    public static void Run(TokenizerArguments arguments)
    {
        string[] lines = arguments.Text is { } path ? File.ReadAllLines(path) : [];
        double megabytes = lines.Sum(Encoding.UTF8.GetByteCount) / 1e6;
        foreach (string kind in TokenizerReference.Kinds(arguments.Folder))
        {
            var reference = TokenizerReference.Read(arguments.Folder, kind);
            string[] differences = [.. reference.Differences()];
            string speed = lines.Length == 0 ? "" : Speed(reference.Tokenizer, lines, megabytes);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{kind,-14} {reference.Texts.Count,6} texts {reference.Tokens.Count,6} decoded {differences.Length,5} differences{speed}"));
            foreach (string difference in differences.Take(Shown)) Console.WriteLine($"  {difference}");
        }
    }

    // The best of a few passes; words that were seen before are known, as they are in a long run.
    private static string Speed(HuggingFaceTokenizer tokenizer, string[] lines, double megabytes)
    {
        int[][] tokens = [];
        double encode = Best(() => tokens = Array.ConvertAll(lines, tokenizer.Encode));
        double decode = Best(() => { foreach (int[] line in tokens) tokenizer.Decode(line); });
        return string.Create(CultureInfo.InvariantCulture, $", {megabytes / encode,6:F1} MB/s encoded, {megabytes / decode,6:F1} decoded");
    }

    private static double Best(Action pass) => Enumerable.Range(0, Passes).Min(_ =>
    {
        long start = Stopwatch.GetTimestamp();
        pass();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    });
}
