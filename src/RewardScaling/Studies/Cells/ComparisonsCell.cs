using System.Text.Json.Serialization.Metadata;
using RewardScaling.Models;
using RewardScaling.Numerics;
using RewardScaling.RewardModels;

namespace RewardScaling.Studies.Cells;

internal sealed record ComparisonsDocument(int Comparisons, int TiedPairs);

/// <summary>Comparisons as they were labelled, split into those to train on and those held out.</summary>
internal sealed record LabeledSet(ComparisonSet Set, int Ties);

/// <summary>
/// Labels pairs of rollouts by gold: the data of the proxies, one set that the smaller ones are the beginning of.
/// </summary>
internal sealed class ComparisonsCell : Cell<ComparisonsDocument, LabeledSet>
{
    private const string Lines = ".jsonl";
    private const double HeldOutShare = 0.1;

    // A gold that decides fewer pairs than this share is no gold; the rounds then have no end in sight.
    private const double LeastDecided = 0.05;

    // Of a handful all may be ties by chance.
    private const int FewestPairs = 64;

    private readonly IPolicyCell _policy;
    private readonly GoldCell _gold;
    private readonly int _largest;
    private readonly string _suffix;

    /// <summary>Comparisons of what a policy writes.</summary>
    /// <param name="run">The study.</param>
    /// <param name="policy">The policy, which is a cell.</param>
    /// <param name="gold">Gold.</param>
    /// <param name="largest">How many there are to train on at least.</param>
    /// <param name="round">The round of iterated RLHF.</param>
    public ComparisonsCell(StudyRun run, IPolicyCell policy, GoldCell gold, int largest, int round)
        : base(run, StudyCellKind.Comparisons, "comparisons",
            Json(new(WorldConfiguration.Of(run), largest, Suffix(round)), CellJson.Default.ComparisonsConfiguration),
            [(Cell)policy, gold]) => (_policy, _gold, _largest, _suffix) = (policy, gold, largest, Suffix(round));

    /// <inheritdoc/>
    public override CellCost Cost => CellCosts.Comparisons(Run, _policy.Size, _gold.ScorerSize, Wanted(_largest));

    private protected override JsonTypeInfo<ComparisonsDocument> Type => StudyJson.Default.ComparisonsDocument;

    /// <inheritdoc/>
    public override async Task MakeAsync(CellWork work)
    {
        using var policy = _policy.Open(work);
        using var gold = _gold.Load(work.Run, work.Folder, work.Files);
        int wanted = Wanted(_largest), asked = 0, ties = 0;
        var comparisons = new List<Comparison>(wanted);
        // Gold need not decide every pair, so ask again, of further prompts, until there are enough.
        for (int round = 0; comparisons.Count < wanted; round++)
        {
            int missing = wanted - comparisons.Count, pairs = Math.Max(missing, FewestPairs);
            double from = (double)comparisons.Count / wanted;
            var labeled = await LabelAsync(work, policy.Policy, gold.Scorer, round, pairs, from).ConfigureAwait(false);
            comparisons.AddRange(labeled.Comparisons.Take(missing));
            asked += pairs;
            ties += labeled.TieCount;
            if (labeled.Comparisons.Count < pairs * LeastDecided)
            {
                throw new InvalidDataException(FormattableString.Invariant(
                    $"Gold prefers neither response in {ties} of {asked} pairs. Take a gold that tells responses apart."));
            }
            // A prompt is held out with all its comparisons, so that fewer may be left to train on.
            if (comparisons.Count == wanted && work.Run.Prompts.Repeat)
                wanted += (int)Math.Ceiling(Math.Max(0, _largest - Split(comparisons).Training.Count) / (1 - HeldOutShare));
        }
        AtomicFile.Write(work.Files.PathOf(Name + Lines), stream => ComparisonLines.Write(stream, comparisons));
        Write(work, new(comparisons.Count, ties));
    }

    private protected override IReadOnlyList<string> Files(ComparisonsDocument document) => [Name + Lines];

    private protected override LabeledSet Meaning(ComparisonsDocument document, StudyFolder folder)
    {
        var read = ComparisonLines.Read(folder.PathOf(Name + Lines));
        return read.Count == document.Comparisons ? new(Split(read), document.TiedPairs)
            : throw new InvalidDataException($"it speaks of {document.Comparisons} comparisons and {Name + Lines} has {read.Count}");
    }

    private protected override string Words(LabeledSet value) => FormattableString.Invariant(
        $"{value.Set.Training.Count:N0} to train on, {value.Set.HeldOut.Count:N0} held out, {value.Ties:N0} ties left out");

    private Task<LabeledComparisons> LabelAsync(
        CellWork work, IPolicy policy, IRewardModel gold, int round, int pairs, double from)
    {
        var run = work.Run;
        var prompts = run.Prompts.Draw(pairs, run.Stream("comparison prompts" + _suffix).Fork(round));
        var progress = work.Part<int>(from, 1, done => ((double)done / pairs, FormattableString.Invariant($"{done:N0} pairs")));
        return PreferenceLabeler.SampleAndLabelAsync(gold, policy, run.Tokenizer, run.Sampling, prompts,
            run.Stream("comparison rollouts" + _suffix).Fork(round), progress: progress, cancellationToken: work.Cancellation);
    }

    private ComparisonSet Split(IReadOnlyList<Comparison> comparisons) =>
        ComparisonSet.Split(comparisons, Run.Stream("comparisons" + _suffix), HeldOutShare, keepPromptsTogether: Run.Prompts.Repeat);

    private static int Wanted(int largest) => (int)Math.Ceiling(largest / (1 - HeldOutShare)) + 1;

    private static string Suffix(int round) => round == 1 ? "" : FormattableString.Invariant($", round {round}");
}
