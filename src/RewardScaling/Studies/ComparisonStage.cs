using System.Text.Json;
using RewardScaling.Models;
using RewardScaling.Numerics;
using RewardScaling.RewardModels;

namespace RewardScaling.Studies;

/// <summary>
/// Labels pairs of rollouts by gold: the data of the proxies, one set that the smaller ones are the beginning of.
/// </summary>
internal static class ComparisonStage
{
    public const string Name = "comparisons";

    private const string Lines = Name + ".jsonl";
    private const double HeldOutShare = 0.1;

    // A gold that decides fewer pairs than this share is no gold; the rounds then have no end in sight.
    private const double LeastDecided = 0.05;

    // Of a handful all may be ties by chance.
    private const int FewestPairs = 64;

    public static async Task<(ComparisonSet Set, StageTiming Timing)> RunAsync(StudyRun run, IPolicy policy, IRewardModel gold)
    {
        var reporter = run.Begin(StudyStage.Comparisons);
        var cell = run.Folder.Cell(Name, [PolicyStage.Name, GoldStage.Name], Lines);
        string path = cell.PathOf(Lines);
        int ties = 0;
        if (cell.Read(StudyJson.Default.ComparisonStageDocument, Known) is { } known)
        {
            reporter.Done(Words(known, ties), cell.Seconds);
            return (known, StudyRun.Timing(Name, cell));
        }
        cell.Begin();
        int largest = run.Plan.Comparisons.Max(), wanted = (int)Math.Ceiling(largest / (1 - HeldOutShare)) + 1, asked = 0;
        var comparisons = new List<Comparison>(wanted);
        // Gold need not decide every pair, so ask again, of further prompts, until there are enough.
        for (int round = 0; comparisons.Count < wanted; round++)
        {
            int missing = wanted - comparisons.Count, pairs = Math.Max(missing, FewestPairs);
            double from = (double)comparisons.Count / wanted;
            var labeled = await LabelAsync(run, reporter, policy, gold, round, pairs, from).ConfigureAwait(false);
            comparisons.AddRange(labeled.Comparisons.Take(missing));
            asked += pairs;
            ties += labeled.TieCount;
            if (labeled.Comparisons.Count < pairs * LeastDecided)
            {
                throw new InvalidDataException(FormattableString.Invariant(
                    $"Gold prefers neither response in {ties} of {asked} pairs. Take a gold that tells responses apart."));
            }
            // A prompt is held out with all its comparisons, so that fewer may be left to train on.
            if (comparisons.Count == wanted && run.Prompts.Repeat)
                wanted += (int)Math.Ceiling(Math.Max(0, largest - Split(run, comparisons).Training.Count) / (1 - HeldOutShare));
        }
        AtomicFile.Write(path, stream => Write(stream, comparisons));
        cell.Write(new(comparisons.Count, ties), StudyJson.Default.ComparisonStageDocument, reporter.Seconds);
        var set = Split(run, comparisons);
        reporter.Done(Words(set, ties), cell.Seconds);
        return (set, StudyRun.Timing(Name, cell));

        ComparisonSet Known(ComparisonStageDocument document)
        {
            var read = Read(path);
            if (read.Count != document.Comparisons)
                throw new InvalidDataException($"it speaks of {document.Comparisons} comparisons and {Lines} has {read.Count}");
            ties = document.TiedPairs;
            return Split(run, read);
        }
    }

    private static Task<LabeledComparisons> LabelAsync(
        StudyRun run, StageReporter reporter, IPolicy policy, IRewardModel gold, int round, int pairs, double from)
    {
        var prompts = run.Prompts.Draw(pairs, run.Stream("comparison prompts").Fork(round));
        var progress = reporter.Part<int>(from, 1, done => ((double)done / pairs, FormattableString.Invariant($"{done:N0} pairs")));
        return PreferenceLabeler.SampleAndLabelAsync(gold, policy, prompts, run.Tokenizer, run.Sampling,
            run.Stream("comparison rollouts").Fork(round), progress: progress, cancellationToken: run.Cancellation);
    }

    private static ComparisonSet Split(StudyRun run, IReadOnlyList<Comparison> comparisons) =>
        ComparisonSet.Split(comparisons, run.Stream("comparisons"), HeldOutShare, keepPromptsTogether: run.Prompts.Repeat);

    // Token numbers, not text: what a policy writes need not be valid text, and must come back the same.
    private static void Write(Stream stream, IReadOnlyList<Comparison> comparisons)
    {
        foreach (var comparison in comparisons)
        {
            using (var json = new Utf8JsonWriter(stream))
            {
                json.WriteStartObject();
                Tokens(json, "prompt", comparison.Prompt);
                Tokens(json, "chosen", comparison.Chosen.Tokens.Span[comparison.Chosen.PromptLength..]);
                Tokens(json, "rejected", comparison.Rejected.Tokens.Span[comparison.Rejected.PromptLength..]);
                json.WriteEndObject();
            }
            stream.WriteByte((byte)'\n');
        }

        static void Tokens(Utf8JsonWriter json, string name, ReadOnlySpan<int> tokens)
        {
            json.WriteStartArray(name);
            foreach (int token in tokens) json.WriteNumberValue(token);
            json.WriteEndArray();
        }
    }

    private static List<Comparison> Read(string path)
    {
        var comparisons = new List<Comparison>();
        try
        {
            foreach (string line in File.ReadLines(path))
            {
                using var json = JsonDocument.Parse(line);
                int[] prompt = Tokens(json, "prompt");
                comparisons.Add(new(new((int[])[.. prompt, .. Tokens(json, "chosen")], prompt.Length),
                    new((int[])[.. prompt, .. Tokens(json, "rejected")], prompt.Length)));
            }
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException or FormatException
            or KeyNotFoundException or ArgumentException)
        {
            throw new InvalidDataException($"{path}, line {comparisons.Count + 1}, is no comparison ({Excerpt.Of(fault)})", fault);
        }
        return comparisons;

        static int[] Tokens(JsonDocument json, string name) =>
            [.. json.RootElement.GetProperty(name).EnumerateArray().Select(static token => token.GetInt32())];
    }

    private static string Words(ComparisonSet set, int ties) => FormattableString.Invariant(
        $"{set.Training.Count:N0} to train on, {set.HeldOut.Count:N0} held out, {ties:N0} ties left out");
}
