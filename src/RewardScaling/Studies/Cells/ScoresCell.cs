using System.Text.Json.Serialization.Metadata;
using RewardScaling.BestOfN;

namespace RewardScaling.Studies.Cells;

/// <summary>Scores a pool by gold or by one proxy.</summary>
internal sealed class ScoresCell : Cell<PoolDocument, PoolDocument>
{
    private const string Scores = ".scores";

    private readonly IScorerCell _scorer;

    /// <summary>The scores of a pool.</summary>
    /// <param name="run">The study.</param>
    /// <param name="pool">The pool.</param>
    /// <param name="scorer">What scores it, which is a cell.</param>
    /// <param name="word">What it is called.</param>
    public ScoresCell(StudyRun run, PoolCell pool, IScorerCell scorer, string word)
        : base(run, StudyCellKind.PoolScores, "scores-" + word, Json(new(1), CellJson.Default.ScoresConfiguration),
            [pool, (Cell)scorer]) => (Pool, _scorer) = (pool, scorer);

    /// <summary>What was scored.</summary>
    public PoolCell Pool { get; }

    /// <inheritdoc/>
    public override CellCost Cost => CellCosts.Scores(Run, _scorer.ScorerSize);

    private protected override JsonTypeInfo<PoolDocument> Type => StudyJson.Default.PoolDocument;

    /// <summary>One score for each rollout, in their order. The cell is whole.</summary>
    public double[] Load(StudyFolder folder)
    {
        var of = Read(folder);
        return PoolFile.ReadNumbers(folder.PathOf(Name + Scores), (long)of.Prompts * of.Samples);
    }

    /// <inheritdoc/>
    public override async Task MakeAsync(CellWork work)
    {
        var pool = Pool.Load(work.Folder);
        using var loaded = _scorer.Load(work.Run, work.Folder, work.Files);
        var parts = new Parts(pool.PromptCount, pool.SamplesPerPrompt);
        var scores = new double[pool.Rollouts.Count];
        for (int part = 0; part < parts.Count; part++)
        {
            var (from, count) = parts[part];
            int first = from * pool.SamplesPerPrompt, rollouts = count * pool.SamplesPerPrompt;
            double[] some;
            if (work.Files.ReadPart(Parts.Name(part)) is { } kept) some = PoolFile.ReadNumbers(kept, rollouts);
            else
            {
                double done = part;
                var progress = work.Part<BestOfNProgress>(done / parts.Count, (done + 1) / parts.Count, at =>
                    ((double)at.Done / at.Total,
                    FormattableString.Invariant($"scoring, prompts {from + 1:N0} to {from + count:N0} of {pool.PromptCount:N0}")));
                var piece = parts.Count == 1 ? pool
                    : new RolloutPool(new(pool.Rollouts.Tokens.Slice(first, rollouts), work.Run.Tokenizer),
                    pool.SamplesPerPrompt);
                some = await BestOfNSampler.ScoreAsync(piece, loaded.Scorer, new(), progress, work.Cancellation)
                    .ConfigureAwait(false);
                if (parts.Count > 1) work.Files.WritePart(Parts.Name(part), path => PoolFile.WriteNumbers(path, some));
            }
            some.CopyTo(scores, first);
        }
        PoolFile.WriteNumbers(work.Files.PathOf(Name + Scores), scores);
        Write(work, new(pool.PromptCount, pool.SamplesPerPrompt));
    }

    private protected override IReadOnlyList<string> Files(PoolDocument document) => [Name + Scores];

    private protected override PoolDocument Meaning(PoolDocument document, StudyFolder folder) =>
        document == Pool.Read(folder) ? document : throw new InvalidDataException($"it is of {document}, and must be of {Pool.Read(folder)}");

    private protected override string Words(PoolDocument value) => FormattableString.Invariant(
        $"{(long)value.Prompts * value.Samples:N0} scores");
}
