using RewardScaling.Curves;
using RewardScaling.Models;

namespace RewardScaling.Studies.Cells;

/// <summary>A proxy of the caller's: nothing is trained, it is measured as the others are.</summary>
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
        : base(run, StudyCellKind.Proxy, "proxy-own", Json(new(WorldConfiguration.Of(run), own.Name, run.Plan.NormalizationRollouts),
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
        var (heldOut, mean) = await MeasureAsync(work, _own.Model, _policy, _comparisons).ConfigureAwait(false);
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
            Warnings = work.Warnings ?? [],
        }));
    }

    private protected override (IRewardModel Raw, IReadOnlyList<IDisposable?> Networks) LoadRaw(StudyRun run,
        StudyFolder folder) =>
        (_own.Model, []);
}
