using RewardScaling.Curves;
using RewardScaling.Models;
using RewardScaling.Numerics;
using RewardScaling.RewardModels;

namespace RewardScaling.Studies.Cells;

/// <summary>Trains a proxy on the first so many comparisons of a set.</summary>
internal sealed class ProxyCell : RewarderCell
{
    private const string Weights = ".safetensors";
    private const int StepsBetweenCheckpoints = 200;

    private readonly Choice _choice;
    private readonly PolicyCell _policy;
    private readonly IReadOnlyList<ComparisonsCell> _comparisons;
    private readonly ProxyCell? _before;

    /// <summary>A proxy.</summary>
    /// <param name="run">The study.</param>
    /// <param name="choice">Which one.</param>
    /// <param name="policy">The policy it is recentred on, and may begin as.</param>
    /// <param name="comparisons">What it learns from; held out are those of the last of them.</param>
    /// <param name="before">The proxy of the round before, if it goes on from that.</param>
    public ProxyCell(StudyRun run, Choice choice, PolicyCell policy, IReadOnlyList<ComparisonsCell> comparisons,
        ProxyCell? before = null)
        : base(run, StudyCellKind.Proxy, Word(choice), Json(new(WorldConfiguration.Of(run),
            choice.Body.FrozenBlocks is null ? choice.Body.Size : null, choice.Body.FrozenBlocks, choice.Comparisons,
            choice.LabelNoise,
            run.Plan.ProxyTraining with { MicroBatchSize = 1 }, run.Plan.NormalizationRollouts, choice.Purpose),
            CellJson.Default.ProxyConfiguration), before is null ? [policy, .. comparisons] : [policy, .. comparisons, before]) =>
        (_choice, _policy, _comparisons, _before) = (choice, policy, comparisons, before);

    /// <inheritdoc/>
    public override string Purpose => _choice.Key;

    /// <inheritdoc/>
    public override NetworkSize? ScorerSize => _choice.Body.FrozenBlocks is null ? _choice.Body.Size : _policy.Size;

    /// <summary>The comparisons its held-out ones are of.</summary>
    public ComparisonsCell Comparisons => _comparisons[^1];

    /// <inheritdoc/>
    public override CellCost Cost => CellCosts.Proxy(Run, ScorerSize, _policy.Size, _choice.Comparisons * _comparisons.Count);

    /// <inheritdoc/>
    public override StudyCoordinates Place => new()
    {
        StudySeed = Run.Plan.Seed,
        PolicySize = null,
        PolicyParameters = 0,
        ProxySize = _choice.Body.FrozenBlocks is null ? _choice.Body.Size : null,
        ProxyParameters = 0,
        FrozenBlocks = _choice.Body.FrozenBlocks,
        Comparisons = _choice.Comparisons,
        LabelNoise = _choice.LabelNoise,
        ProxySeed = _choice.Seed,
        Round = _choice.Round,
        Method = OptimizationMethod.BestOfN,
    };

    /// <summary>The proxy of a later round.</summary>
    /// <param name="round">The round.</param>
    /// <param name="comparisons">What it learns from.</param>
    /// <param name="goesOn">Whether it starts from this one.</param>
    public ProxyCell Next(int round, IReadOnlyList<ComparisonsCell> comparisons, bool goesOn) =>
        new(Run, _choice with { Round = round }, _policy, comparisons, goesOn ? this : null);

    /// <inheritdoc/>
    public override async Task MakeAsync(CellWork work)
    {
        var run = work.Run;
        var stream = run.Stream(_choice.Purpose);
        using var network = _before is not null ? run.Engine.LoadRewardModel(work.Folder.PathOf(_before.Name + Weights))
            : Create(run, work.Folder, stream.Fork("weights"));
        string label = FormattableString.Invariant($"{network.ParameterCount:N0} parameters, {_choice.Comparisons:N0} comparisons");
        var trained = new RewardModelTrainer(run.Plan.ProxyTraining, work.Time, work.Logger<RewardModelTrainer>()).Train(
            network, TrainingSet(work), stream.Fork("order"), work.Files.Checkpoints(StepsBetweenCheckpoints),
            work.Part<RewardModelTrainingProgress>(0, 0.95, at =>
                ((double)at.Step / at.Steps, FormattableString.Invariant($"{label}: loss {at.Loss:F3}"))), work.Cancellation);
        var normalization = await Normalization.MeasureAsync(work, network, _policy).ConfigureAwait(false);
        var shape = network.Shape;
        var summary = new ProxySummary
        {
            Size = new(shape.Width, shape.Layers, shape.Heads),
            FrozenBlocks = _choice.Body.FrozenBlocks,
            Parameters = network.ParameterCount,
            Comparisons = _choice.Comparisons,
            LabelNoise = _choice.LabelNoise,
            Seed = _choice.Seed,
            Round = _choice.Round,
            StudySeed = run.Plan.Seed,
            HeldOut = trained.HeldOut,
            Mean = normalization.Mean,
            Warnings = work.Warnings ?? [],
        };
        network.Save(work.Files.PathOf(Name + Weights));
        Write(work, ProxyDocument.Of(summary));
    }

    private protected override IReadOnlyList<string> Files(ProxyDocument document) => [Name + Weights];

    private protected override (IRewardModel Raw, IReadOnlyList<IDisposable?> Networks) LoadRaw(StudyRun run, StudyFolder folder,
        StudyCell? keeper)
    {
        var network = run.Engine.LoadRewardModel(folder.PathOf(Name + Weights));
        return (network, [network]);
    }

    private ITrainableRewardModel Create(StudyRun run, StudyFolder folder, RandomStream weights)
    {
        if (_choice.Body.FrozenBlocks is not { } frozen) return _choice.Body.Create(run, weights);
        using var policy = _policy.Load(run, folder);
        return ProxyBody.OnTrunk(run, policy, frozen, weights);
    }

    // The wrong labels are those of every proxy of this share, whatever its size; the comparisons of a round before come first.
    private ComparisonSet TrainingSet(CellWork work)
    {
        var sets = _comparisons.Select((cell, i) =>
        {
            var set = cell.Read(work.Folder).Set.WithTraining(_choice.Comparisons);
            return _choice.LabelNoise == 0 ? set : set.WithLabelNoise(_choice.LabelNoise, work.Run.Stream("label noise").Fork(i));
        }).ToArray();
        return sets.Length == 1 ? sets[0] : sets[^1].Behind([.. sets[..^1].SelectMany(static set => set.Training)]);
    }

    private static string Word(Choice choice) => "proxy-" + choice.Key
        + (choice.LabelNoise == 0 ? "" : FormattableString.Invariant($"-x{choice.LabelNoise}"))
        + (choice.Round == 1 ? "" : FormattableString.Invariant($"-r{choice.Round}"));

    /// <summary>Which proxy of a plan.</summary>
    /// <param name="Body">What it begins as.</param>
    /// <param name="Comparisons">On how many comparisons it is trained, of each round.</param>
    /// <param name="LabelNoise">The share of wrong labels.</param>
    /// <param name="Seed">Which of several, from 0.</param>
    /// <param name="Round">The round of iterated RLHF, from 1.</param>
    public sealed record Choice(ProxyBody Body, int Comparisons, double LabelNoise, int Seed, int Round = 1)
    {
        /// <summary>A name for files and random numbers.</summary>
        public string Key => Body.Key(Comparisons, Seed);

        /// <summary>What its random numbers are for.</summary>
        public string Purpose => "proxy-" + Key + (Round == 1 ? "" : FormattableString.Invariant($", round {Round}"));
    }
}
