using System.Text.Json.Serialization.Metadata;
using RewardScaling.Models;
using RewardScaling.RewardModels;

namespace RewardScaling.Studies.Cells;

/// <summary>A cell whose reward model policies are optimised against: a proxy, an ensemble, one of the caller's.</summary>
internal abstract class RewarderCell : Cell<ProxyDocument, ProxySummary>, IScorerCell
{
    private protected RewarderCell(
        StudyRun run, StudyCellKind kind, string word, string configuration, IReadOnlyList<Cell> parents)
        : base(run, kind, word, configuration, parents)
    {
    }

    /// <summary>What runs of PPO against it are called in their random numbers: the same whatever noise, penalty or policy, so
    /// that runs that differ in those alone see the same prompts.</summary>
    public abstract string Purpose { get; }

    /// <inheritdoc/>
    public abstract NetworkSize? ScorerSize { get; }

    /// <summary>What it is, as far as it is known before it is made.</summary>
    public abstract StudyCoordinates Place { get; }

    private protected override JsonTypeInfo<ProxyDocument> Type => StudyJson.Default.ProxyDocument;

    /// <inheritdoc/>
    public LoadedScorer Load(StudyRun run, StudyFolder folder, StudyCell? keeper = null)
    {
        var summary = Read(folder);
        var (raw, networks) = LoadRaw(run, folder, keeper);
        return new(new RewardModelNormalization(summary.Mean, 1).Apply(raw), networks);
    }

    private protected abstract (IRewardModel Raw, IReadOnlyList<IDisposable?> Networks) LoadRaw(StudyRun run, StudyFolder folder,
        StudyCell? keeper);

    private protected override IReadOnlyList<string> Files(ProxyDocument document) => [];

    private protected override string Words(ProxySummary value) => value.ToString();

    private protected override ProxySummary Meaning(ProxyDocument document, StudyFolder folder)
    {
        var summary = document.ToSummary(Run.Plan.Seed);
        var place = Place;
        bool same = (place.ProxySize is null || summary.Size == place.ProxySize)
            && summary.FrozenBlocks == place.FrozenBlocks
            && (summary.Comparisons, summary.Seed, summary.LabelNoise, summary.Ensemble, summary.OwnProxy, summary.Round)
                == (place.Comparisons, place.ProxySeed, place.LabelNoise, place.Ensemble, place.OwnProxy, place.Round);
        return same ? summary : throw new InvalidDataException($"it must be of {place}, and is of {document}");
    }

    // What a model says of comparisons it was not trained on, and its mean on the initial policy.
    private static protected async Task<(RewardModelEvaluation HeldOut, double Mean)> MeasureAsync(
        CellWork work, IRewardModel raw, PolicyCell initial, ComparisonsCell comparisons)
    {
        var heldOut = await RewardModelEvaluation.MeasureAsync(raw, comparisons.Read(work.Folder).Set.HeldOut, work.Run.Tokenizer,
            work.Cancellation).ConfigureAwait(false);
        var normalization = await Normalization.MeasureAsync(work, raw, initial).ConfigureAwait(false);
        return (heldOut, normalization.Mean);
    }
}
