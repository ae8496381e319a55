using RewardScaling.Models;

namespace RewardScaling.Studies.Cells;

/// <summary>Several proxies as one: nothing is trained, it is measured as the others are.</summary>
internal sealed class EnsembleCell : RewarderCell
{
    private readonly PolicyCell _policy;

    /// <summary>An ensemble.</summary>
    /// <param name="run">The study.</param>
    /// <param name="choice">How its members become one.</param>
    /// <param name="members">The members, of one size and the same data.</param>
    /// <param name="policy">The policy it is recentred on.</param>
    public EnsembleCell(StudyRun run, EnsembleChoice choice, IReadOnlyList<ProxyCell> members, PolicyCell policy)
        : base(run, StudyCellKind.Ensemble, Word(choice, members[0]), Json(new(choice), CellJson.Default.EnsembleConfiguration),
            [policy, members[0].Comparisons, .. members]) => (Choice, Members, _policy) = (choice, members, policy);

    /// <summary>How the members become one.</summary>
    public EnsembleChoice Choice { get; }

    /// <summary>The members.</summary>
    public IReadOnlyList<ProxyCell> Members { get; }

    /// <inheritdoc/>
    public override string Purpose => FormattableString.Invariant($"{Members[0].Purpose}-{Kinds(Choice)}{Choice.Members}");

    /// <inheritdoc/>
    public override NetworkSize? ScorerSize => Members[0].ScorerSize;

    /// <inheritdoc/>
    public override CellCost Cost => CellCosts.Measured(Run, ScorerSize, _policy.Size, Members.Count);

    /// <inheritdoc/>
    public override StudyCoordinates Place => Members[0].Place with { Ensemble = Choice, ProxySeed = 0 };

    /// <inheritdoc/>
    public override async Task MakeAsync(CellWork work)
    {
        var (raw, networks) = LoadRaw(work.Run, work.Folder, work.Files);
        using var loaded = new LoadedScorer(raw, networks);
        var (heldOut, mean) = await MeasureAsync(work, raw, _policy, Members[0].Comparisons).ConfigureAwait(false);
        Write(work, ProxyDocument.Of(Members[0].Read(work.Folder) with
        {
            Seed = 0,
            Ensemble = Choice,
            HeldOut = heldOut,
            Mean = mean,
            Warnings = work.Warnings ?? [],
        }));
    }

    private protected override (IRewardModel Raw, IReadOnlyList<IDisposable?> Networks) LoadRaw(StudyRun run, StudyFolder folder,
        StudyCell? keeper)
    {
        LoadedScorer[] members = [.. Members.Select(member => member.Load(run, folder, keeper))];
        return (Choice.Combine([.. members.Select(static member => member.Scorer)]), members);
    }

    private static string Word(EnsembleChoice choice, ProxyCell first) =>
        FormattableString.Invariant($"ensemble-{Kinds(choice)}{choice.Members}-{first.Purpose}");

    private static string Kinds(EnsembleChoice choice) => choice.Kind switch
    {
        EnsembleKind.WorstCase => "worst",
        EnsembleKind.UncertaintyWeighted => FormattableString.Invariant($"uncertain{choice.Weight}of"),
        _ => "mean",
    };
}
