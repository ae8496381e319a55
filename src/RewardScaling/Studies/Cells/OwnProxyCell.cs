using RewardScaling.Curves;
using RewardScaling.Models;
using RewardScaling.RewardModels;

namespace RewardScaling.Studies.Cells;

/// <summary>A proxy of the caller's, here or behind a server: nothing is trained, it is measured as the others are.</summary>
internal sealed class OwnProxyCell : RewarderCell
{
    private readonly OwnProxy _own;
    private readonly PolicyCell _policy;
    private readonly ComparisonsCell _comparisons;

    /// <summary>A proxy of the caller's.</summary>
    /// <param name="run">The study.</param>
    /// <param name="own">The proxy.</param>
    /// <param name="policy">The policy it is recentred on.</param>
    /// <param name="comparisons">What it is measured on.</param>
    public OwnProxyCell(StudyRun run, OwnProxy own, PolicyCell policy, ComparisonsCell comparisons)
        : base(run, StudyCellKind.Proxy, "proxy-own", Json(new(WorldConfiguration.Of(run), own.Name, run.Plan.NormalizationRollouts,
            own.Server?.Identity),
            CellJson.Default.OwnProxyConfiguration), [policy, comparisons]) =>
        (_own, _policy, _comparisons) = (own, policy, comparisons);

    /// <inheritdoc/>
    public override string Purpose => "own " + _own.Name;

    /// <inheritdoc/>
    public override NetworkSize? ScorerSize => null;

    /// <inheritdoc/>
    public override CellCost Cost => CellCosts.Measured(Run, null, _policy.Size, 1);

    /// <inheritdoc/>
    public override StudyCoordinates Place => new()
    {
        StudySeed = Run.Plan.Seed,
        PolicySize = null,
        PolicyParameters = 0,
        ProxySize = null,
        ProxyParameters = 0,
        Comparisons = 0,
        OwnProxy = _own.Name,
        Method = OptimizationMethod.BestOfN,
    };

    /// <inheritdoc/>
    public override async Task MakeAsync(CellWork work)
    {
        var texts = _policy.Read(work.Folder).Samples;
        var probe = _own.Server is null ? null : await RewardProbe.AskAsync(_own.Model, texts, work.Cancellation)
            .ConfigureAwait(false);
        using var raw = Open(null, texts, work.Files);
        var (heldOut, mean) = await MeasureAsync(work, raw.Scorer, _policy, _comparisons).ConfigureAwait(false);
        Write(work, ProxyDocument.Of(new()
        {
            Size = null,
            Parameters = 0,
            Comparisons = 0,
            Seed = 0,
            OwnProxy = _own.Name,
            StudySeed = Run.Plan.Seed,
            HeldOut = heldOut,
            Mean = mean,
            Server = _own.Server is { } server ? ServedScorer.Words("The proxy", server) : null,
            Probe = probe,
            Warnings = work.Warnings ?? [],
        }));
    }

    private protected override (IRewardModel Raw, IReadOnlyList<IDisposable?> Networks) LoadRaw(StudyRun run, StudyFolder folder,
        StudyCell? keeper)
    {
        var raw = Open(Read(folder).Probe, _policy.Read(folder).Samples, keeper);
        return (raw.Scorer, raw.Networks);
    }

    private LoadedScorer Open(RewardProbe? probe, IReadOnlyList<TextRollout> texts, StudyCell? keeper) =>
        _own.Server is not { } server
        ? new(_own.Model) : ServedScorer.Open(_own.Model, server, probe is null ? null : (probe, texts), Name, keeper);
}
