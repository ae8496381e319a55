using System.Text.Json.Serialization.Metadata;
using RewardScaling.BestOfN;
using RewardScaling.Models;

namespace RewardScaling.Studies.Cells;

internal sealed record PoolDocument(int Prompts, int Samples);

/// <summary>Samples the pool of best-of-n, which every proxy shares.</summary>
internal sealed class PoolCell : Cell<PoolDocument, PoolDocument>
{
    private const string Rollouts = ".rollouts";

    private readonly IPolicyCell _policy;

    /// <summary>The pool of a policy.</summary>
    public PoolCell(StudyRun run, IPolicyCell policy)
        : base(run, StudyCellKind.Pool, "pool", Json(new(WorldConfiguration.Of(run), run.Plan.EvaluationPrompts, run.Plan.PoolSize),
            CellJson.Default.PoolConfiguration), [(Cell)policy]) => _policy = policy;

    /// <inheritdoc/>
    public override CellCost Cost => CellCosts.Pool(Run, _policy.Size);

    private protected override JsonTypeInfo<PoolDocument> Type => StudyJson.Default.PoolDocument;

    /// <summary>The rollouts. The cell is whole.</summary>
    public RolloutPool Load(StudyFolder folder)
    {
        _ = Read(folder);
        return PoolFile.Read(folder.PathOf(Name + Rollouts), Run.Tokenizer);
    }

    /// <inheritdoc/>
    public override async Task MakeAsync(CellWork work)
    {
        var run = work.Run;
        using var policy = _policy.Open(work);
        var sampler = run.Sampler(policy.Policy);
        var prompts = run.EvaluationPrompts;
        var parts = new Parts(prompts.Count, run.Plan.PoolSize);
        var pools = new List<RolloutPool>(parts.Count);
        for (int part = 0; part < parts.Count; part++)
        {
            if (work.Files.ReadPart(Parts.Name(part)) is { } kept)
            {
                pools.Add(PoolFile.Read(kept, run.Tokenizer));
                continue;
            }
            var (from, count) = parts[part];
            double done = part;
            var progress = work.Part<BestOfNProgress>(done / parts.Count, (done + 1) / parts.Count, at =>
                ((double)at.Done / at.Total,
                FormattableString.Invariant($"sampling, prompts {from + 1:N0} to {from + count:N0} of {prompts.Count:N0}")));
            var pool = await sampler.SamplePoolAsync(prompts.Slice(from, count), from, run.Plan.PoolSize, run.Stream("pool"),
                progress,
                work.Cancellation).ConfigureAwait(false);
            if (parts.Count > 1) work.Files.WritePart(Parts.Name(part), path => PoolFile.Write(path, pool));
            pools.Add(pool);
        }
        PoolFile.Write(work.Files.PathOf(Name + Rollouts), Concat(pools));
        Write(work, new(prompts.Count, run.Plan.PoolSize));
    }

    private protected override IReadOnlyList<string> Files(PoolDocument document) => [Name + Rollouts];

    private protected override PoolDocument Meaning(PoolDocument document, StudyFolder folder) =>
        document == new PoolDocument(Run.Plan.EvaluationPrompts, Run.Plan.PoolSize) ? document
            : throw new InvalidDataException($"it is of {document}, and must be of {Run.Plan.EvaluationPrompts} prompts x {Run.Plan.PoolSize}");

    private protected override string Words(PoolDocument value) => FormattableString.Invariant(
        $"{value.Prompts:N0} prompts x {value.Samples:N0} rollouts");

    private static RolloutPool Concat(List<RolloutPool> pools) => pools.Count == 1 ? pools[0] : new(
        new(TokenBatch.Concat([.. pools.Select(static pool => pool.Rollouts.Tokens)]), pools[0].Rollouts.Tokenizer),
        pools[0].SamplesPerPrompt)
    {
        LogProbs = pools.All(static pool => pool.LogProbs is not null) ? [.. pools.SelectMany(static pool => pool.LogProbs!)]
            : null,
    };
}
