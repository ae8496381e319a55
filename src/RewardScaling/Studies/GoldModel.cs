using RewardScaling.Models;
using RewardScaling.RewardModels;

namespace RewardScaling.Studies;

/// <summary>
/// The gold reward model of a run: what scores, what it is, and the network to dispose of if it is the study's own.
/// </summary>
internal sealed record GoldModel(IRewardModel Scorer, GoldSummary Summary, ITrainableRewardModel? Network) : IDisposable
{
    /// <summary>Gold as a run needs it: its taste added, on the scale of the initial policy.</summary>
    public static GoldModel Of(StudyRun run, IRewardModel raw, GoldSummary summary, ITrainableRewardModel? network) =>
        new(new RewardModelNormalization(summary.Mean, summary.StandardDeviation).Apply(WithTaste(run, raw, summary.Taste)),
            summary, network);

    /// <summary>The style a teacher has a taste for.</summary>
    public static TokenStyle Style(StudyRun run) => new(run.Vocabulary, run.Stream("gold style"));

    /// <summary>A teacher's network and what it thinks of the style.</summary>
    public static IRewardModel WithTaste(StudyRun run, IRewardModel raw, TasteScales? scales)
    {
        if (scales is null || run.Plan.TeacherTaste is not { } taste) return raw;
        var style = new ModeratedRewardModel(scales.Style.Apply(Style(run)), taste.Limit, taste.Fall, taste.Floor);
        return new WeightedRewardModel((1, scales.Network.Apply(raw)), (taste.Weight, style));
    }

    public void Dispose() => Network?.Dispose();
}
