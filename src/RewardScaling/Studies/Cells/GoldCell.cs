using System.Text.Json.Serialization.Metadata;
using RewardScaling.Models;
using RewardScaling.RewardModels;

namespace RewardScaling.Studies.Cells;

/// <summary>
/// Makes the gold reward model and scales it to mean 0 and variance 1 on the initial policy (Gao et al. 2022, section 2.2).
/// </summary>
internal sealed class GoldCell : Cell<GoldDocument, GoldSummary>, IScorerCell
{
    private const string Weights = ".safetensors";
    private const int StepsBetweenCheckpoints = 200, SteadinessRollouts = 8;

    private readonly PolicyCell _policy;

    /// <summary>Gold of a study.</summary>
    /// <param name="run">The study.</param>
    /// <param name="policy">The policy it is scaled on.</param>
    public GoldCell(StudyRun run, PolicyCell policy)
        : base(run, StudyCellKind.Gold, "gold", Json(Configuration(run), CellJson.Default.GoldConfiguration), [policy]) =>
        _policy = policy;

    /// <inheritdoc/>
    public override CellCost Cost => CellCosts.Gold(Run, _policy.Size);

    /// <inheritdoc/>
    public NetworkSize? ScorerSize => Source is TeacherGold or PreferencesGold ? Run.Plan.Gold : null;

    private protected override JsonTypeInfo<GoldDocument> Type => StudyJson.Default.GoldDocument;

    private GoldSource Source => Run.Inputs.Gold;

    // Whether the network is the study's own and so lies in its folder.
    private bool IsMade => Source is TeacherGold or PreferencesGold;

    /// <inheritdoc/>
    public LoadedScorer Load(StudyRun run, StudyFolder folder, StudyCell? keeper = null)
    {
        var summary = Read(folder);
        if (Source is ServerGold)
        {
            var served = Served(run, summary.Probe, folder, keeper);
            return new(GoldModel.Of(run, served.Scorer, summary), served.Networks);
        }
        var network = IsMade ? run.Engine.LoadRewardModel(folder.PathOf(Name + Weights)) : Given(run);
        return new(GoldModel.Of(run, Raw(network), summary), network);
    }

    /// <inheritdoc/>
    public override async Task MakeAsync(CellWork work)
    {
        var run = work.Run;
        var (network, description, heldOut) = Source switch
        {
            CustomGold custom => (null, custom.Name, null),
            ServerGold server => (null, server.Server.ToString(), null),
            FolderGold folder => (Given(run), "the reward model " + folder.Path, null),
            PreferencesGold => Train(work, run.Inputs.Preferences!),
            _ => (Teacher(run), FormattableString.Invariant($"random teacher, weights of deviation {run.Plan.TeacherDeviation}")
                + (run.Plan.TeacherTaste is { } taste ? $", {taste}" : ""), null),
        };
        using (network)
        {
            using var served = Source is ServerGold ? Served(run, null, work.Folder, work.Files) : null;
            var raw = served?.Scorer ?? Raw(network);
            var asked = (Source as ServerGold)?.Server is { } server ? run.Inputs.Servers.Model(server) : raw;
            if (Source is CustomGold or ServerGold) description += await UnsteadinessAsync(work, asked).ConfigureAwait(false);
            var scales = Source is TeacherGold && run.Plan.TeacherTaste is not null
                ? new TasteScales(await Measure(raw).ConfigureAwait(false), await Measure(GoldModel.Style(run))
                .ConfigureAwait(false))
                : null;
            var normalization = await Measure(GoldModel.WithTaste(run, raw, scales)).ConfigureAwait(false);
            var summary = new GoldSummary
            {
                Description = raw is RetokenizedRewardModel { Losses: var losses } ? $"{description}, by way of text ({losses})" : description,
                Parameters = network?.ParameterCount ?? 0,
                Taste = scales,
                Mean = normalization.Mean,
                StandardDeviation = normalization.StandardDeviation,
                HeldOut = heldOut,
                StudySeed = run.Plan.Seed,
                Server = Source is ServerGold { Server: var behind } ? ServedScorer.Words("Gold", behind) : null,
                Probe = Source is not ServerGold ? null
                    : await RewardProbe.AskAsync(asked, _policy.Read(work.Folder).Samples, work.Cancellation)
                        .ConfigureAwait(false),
                Warnings = work.Warnings ?? [],
            };
            if (IsMade) network!.Save(work.Files.PathOf(Name + Weights));
            Write(work, GoldDocument.Of(summary));

            Task<RewardModelNormalization> Measure(IRewardModel model) =>
                Normalization.MeasureAsync(work, model, _policy);
        }
    }

    private protected override IReadOnlyList<string> Files(GoldDocument document) => IsMade ? [Name + Weights] : [];

    private protected override GoldSummary Meaning(GoldDocument document, StudyFolder folder) =>
        document.ToSummary(Run.Plan.Seed);

    private protected override string Words(GoldSummary value) => value.ToString();

    private static GoldConfiguration Configuration(StudyRun run)
    {
        var plan = run.Plan;
        bool teacher = run.Inputs.Gold is TeacherGold, trained = run.Inputs.Gold is PreferencesGold;
        return new(WorldConfiguration.Of(run), run.Inputs.GoldIdentity, teacher || trained ? plan.Gold : null,
            teacher ? plan.TeacherDeviation : null, teacher ? plan.TeacherAttention : null, teacher ? plan.TeacherTaste : null,
            trained ? plan.GoldContext : null, trained ? plan.GoldTraining with { MicroBatchSize = 1 } : null,
            plan.NormalizationRollouts);
    }

    private LoadedScorer Served(StudyRun run, RewardProbe? probe, StudyFolder folder, StudyCell? keeper)
    {
        var server = ((ServerGold)Source).Server;
        return ServedScorer.Open(run.Inputs.Servers.Model(server), server,
            probe is null ? null : (probe, _policy.Read(folder).Samples), Name, keeper);
    }

    private ITrainableRewardModel? Given(StudyRun run) =>
        Source is FolderGold folder ? run.Engine.LoadRewardModel(folder.Path) : null;

    private IRewardModel Raw(ITrainableRewardModel? network) => Source switch
    {
        CustomGold custom => custom.Model,
        FolderGold { Tokenizer: { } own } => new RetokenizedRewardModel(network!, own),
        _ => network!,
    };

    // A judge with a temperature scores the same text otherwise when it is asked again, and nothing made with it comes out twice.
    private async Task<string> UnsteadinessAsync(CellWork work, IRewardModel gold)
    {
        var run = work.Run;
        using var policy = _policy.Open(work);
        var sampler = run.Sampler(policy.Policy);
        var prompts = run.Prompts.Draw(SteadinessRollouts, run.Stream("steadiness prompts"));
        var pool = await sampler.SamplePoolAsync(prompts, 1, run.Stream("steadiness rollouts"),
            cancellationToken: work.Cancellation).ConfigureAwait(false);
        double[] first = await sampler.ScoreAsync(pool, gold, cancellationToken: work.Cancellation).ConfigureAwait(false),
            again = await sampler.ScoreAsync(pool, gold, cancellationToken: work.Cancellation).ConfigureAwait(false);
        double apart = first.Zip(again, static (one, other) => Math.Abs(one - other)).Max();
        return apart == 0 ? "" : FormattableString.Invariant($"; asked twice for the same text its scores differ by up to {apart:G2}, so this study cannot be repeated bit by bit");
    }

    private static ITrainableRewardModel Teacher(StudyRun run) => run.Engine.CreateRewardModel(
        run.Plan.Gold.Shape(run.Vocabulary, run.Context) with { Readout = RewardReadout.ResponseMean },
        run.Stream("gold weights"), run.Plan.TeacherDeviation, run.Plan.TeacherAttention);

    private static (ITrainableRewardModel? Network, string Description, RewardModelEvaluation? HeldOut) Train(
        CellWork work, EncodedPreferences preferences)
    {
        var run = work.Run;
        // Files of preferences repeat their prompts; to hold out comparisons of a prompt that was
        // trained on would measure memory.
        var set = ComparisonSet.Split(preferences.Comparisons, run.Stream("preferences"), keepPromptsTogether: true);
        var network = run.Engine.CreateRewardModel(run.Plan.Gold.Shape(run.Vocabulary, run.Plan.GoldContext), run.Stream("gold weights"));
        try
        {
            var trained = new RewardModelTrainer(run.Plan.GoldTraining, work.Time, work.Logger<RewardModelTrainer>()).Train(
                network, set, run.Stream("gold order"), work.Files.Checkpoints(StepsBetweenCheckpoints),
                work.Part<RewardModelTrainingProgress>(0, 0.95, static at =>
                    ((double)at.Step / at.Steps, FormattableString.Invariant($"loss {at.Loss:F3}"))), work.Cancellation);
            string cut = preferences.CutCount == 0 ? "" : FormattableString.Invariant($", {preferences.CutCount} of them cut to {run.Plan.GoldContext} tokens");
            return (network, FormattableString.Invariant($"trained on {set.Training.Count} preferences{cut}"), trained.HeldOut);
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }
}
