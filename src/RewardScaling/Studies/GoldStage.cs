using RewardScaling.Models;
using RewardScaling.RewardModels;

namespace RewardScaling.Studies;

/// <summary>
/// Makes the gold reward model and scales it to mean 0 and variance 1 on the initial policy (Gao et al. 2022, section 2.2).
/// </summary>
internal static class GoldStage
{
    public const string Name = "gold";

    /// <summary>The folder of a gold that is there already, as a parent.</summary>
    public const string Folder = "gold folder";

    private const string Weights = Name + ".safetensors";
    private const int StepsBetweenCheckpoints = 200, SteadinessRollouts = 8;

    public static async Task<(GoldModel Gold, StageTiming Timing)> RunAsync(StudyRun run, IPolicy policy)
    {
        var source = run.Inputs.Gold;
        bool isMade = source is TeacherGold or PreferencesGold;
        var reporter = run.Begin(StudyStage.Gold);
        var cell = run.Folder.Cell(Name, source is FolderGold ? [PolicyStage.Name, Folder] : [PolicyStage.Name],
            isMade ? [Weights] : []);
        if (cell.Read(StudyJson.Default.GoldDocument, static document => document.ToSummary()) is { } known)
        {
            var loaded = isMade ? run.Engine.LoadRewardModel(cell.PathOf(Weights)) : Given(run, source);
            reporter.Done(Words(known), cell.Seconds);
            return (GoldModel.Of(run, Raw(source, loaded), known, loaded), StudyRun.Timing(Name, cell));
        }
        cell.Begin();
        var (network, description, heldOut) = source switch
        {
            CustomGold custom => (null, custom.Name, null),
            FolderGold folder => (Given(run, source), "the reward model " + folder.Path, null),
            PreferencesGold => Train(run, cell, run.Inputs.Preferences!, reporter),
            _ => (Teacher(run), FormattableString.Invariant($"random teacher, weights of deviation {run.Plan.TeacherDeviation}")
                + (run.Plan.TeacherTaste is { } taste ? $", {taste}" : ""), null),
        };
        try
        {
            var raw = Raw(source, network);
            if (source is CustomGold) description += await UnsteadinessAsync(run, raw, policy).ConfigureAwait(false);
            var scales = source is TeacherGold && run.Plan.TeacherTaste is not null
                ? new TasteScales(await Normalization.MeasureAsync(run, raw, policy).ConfigureAwait(false),
                    await Normalization.MeasureAsync(run, GoldModel.Style(run), policy).ConfigureAwait(false))
                : null;
            var normalization =
                await Normalization.MeasureAsync(run, GoldModel.WithTaste(run, raw, scales), policy).ConfigureAwait(false);
            var summary = new GoldSummary
            {
                Description = raw is RetokenizedRewardModel { Losses: var losses } ? $"{description}, by way of text ({losses})" : description,
                Parameters = network?.ParameterCount ?? 0,
                Taste = scales,
                Mean = normalization.Mean,
                StandardDeviation = normalization.StandardDeviation,
                HeldOut = heldOut,
            };
            if (isMade) network!.Save(cell.PathOf(Weights));
            cell.Write(GoldDocument.Of(summary), StudyJson.Default.GoldDocument, reporter.Seconds);
            reporter.Done(Words(summary), cell.Seconds);
            return (GoldModel.Of(run, raw, summary, network), StudyRun.Timing(Name, cell));
        }
        catch
        {
            network?.Dispose();
            throw;
        }
    }

    private static ITrainableRewardModel? Given(StudyRun run, GoldSource source) =>
        source is FolderGold folder ? run.Engine.LoadRewardModel(folder.Path) : null;

    private static IRewardModel Raw(GoldSource source, ITrainableRewardModel? network) => source switch
    {
        CustomGold custom => custom.Model,
        FolderGold { Tokenizer: { } own } => new RetokenizedRewardModel(network!, own),
        _ => network!,
    };

    // A judge with a temperature scores the same text otherwise when it is asked again, and nothing made with it comes out twice.
    private static async Task<string> UnsteadinessAsync(StudyRun run, IRewardModel gold, IPolicy policy)
    {
        var sampler = run.Sampler(policy);
        var prompts = run.Prompts.Draw(SteadinessRollouts, run.Stream("steadiness prompts"));
        var pool = await sampler.SamplePoolAsync(prompts, 1, run.Stream("steadiness rollouts"),
            cancellationToken: run.Cancellation).ConfigureAwait(false);
        double[] first = await sampler.ScoreAsync(pool, gold, cancellationToken: run.Cancellation).ConfigureAwait(false),
            again = await sampler.ScoreAsync(pool, gold, cancellationToken: run.Cancellation).ConfigureAwait(false);
        double apart = first.Zip(again, static (one, other) => Math.Abs(one - other)).Max();
        return apart == 0 ? "" : FormattableString.Invariant($"; asked twice for the same text its scores differ by up to {apart:G2}, so this study cannot be repeated bit by bit");
    }

    private static ITrainableRewardModel Teacher(StudyRun run) => run.Engine.CreateRewardModel(
        run.Plan.Gold.Shape(run.Vocabulary, run.Context) with { Readout = RewardReadout.ResponseMean },
        run.Stream("gold weights"), run.Plan.TeacherDeviation, run.Plan.TeacherAttention);

    private static (ITrainableRewardModel? Network, string Description, RewardModelEvaluation? HeldOut) Train(
        StudyRun run, StudyCell cell, EncodedPreferences preferences, StageReporter reporter)
    {
        // Files of preferences repeat their prompts; to hold out comparisons of a prompt that was
        // trained on would measure memory.
        var set = ComparisonSet.Split(preferences.Comparisons, run.Stream("preferences"), keepPromptsTogether: true);
        var network = run.Engine.CreateRewardModel(run.Plan.Gold.Shape(run.Vocabulary, run.Plan.GoldContext), run.Stream("gold weights"));
        try
        {
            var trained = new RewardModelTrainer(run.Plan.GoldTraining).Train(network, set, run.Stream("gold order"),
                reporter.Part<RewardModelTrainingProgress>(0, 0.95, static at =>
                    ((double)at.Step / at.Steps, FormattableString.Invariant($"loss {at.Loss:F3}"))),
                cell.Checkpoints(StepsBetweenCheckpoints), run.Cancellation);
            string cut = preferences.CutCount == 0 ? "" : FormattableString.Invariant($", {preferences.CutCount} of them cut to {run.Plan.GoldContext} tokens");
            return (network, FormattableString.Invariant($"trained on {set.Training.Count} preferences{cut}"), trained.HeldOut);
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    private static string Words(GoldSummary gold)
    {
        string parameters = gold.Parameters == 0 ? "" : FormattableString.Invariant($", {gold.Parameters:N0} parameters");
        string heldOut = gold.HeldOut is not { } measured ? ""
            : FormattableString.Invariant($", held-out loss {measured.Loss} (chance 0.693), accuracy {measured.Accuracy}");
        return gold.Description + parameters + heldOut;
    }
}
