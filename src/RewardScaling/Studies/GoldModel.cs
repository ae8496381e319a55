using RewardScaling.Models;
using RewardScaling.RewardModels;

namespace RewardScaling.Studies;

/// <summary>What makes gold of a raw reward model: a taste, and the scale of the initial policy.</summary>
internal static class GoldModel
{
    /// <summary>Gold as a run needs it: its taste added, on the scale of the initial policy.</summary>
    public static IRewardModel Of(StudyRun run, IRewardModel raw, GoldSummary summary) =>
        new RewardModelNormalization(summary.Mean, summary.StandardDeviation).Apply(WithTaste(run, raw, summary.Taste));

    /// <summary>The style a teacher has a taste for.</summary>
    public static TokenStyle Style(StudyRun run) => new(run.Vocabulary, run.Stream("gold style"));

    /// <summary>A teacher's network and what it thinks of the style.</summary>
    public static IRewardModel WithTaste(StudyRun run, IRewardModel raw, TasteScales? scales)
    {
        if (scales is null || run.Plan.TeacherTaste is not { } taste) return raw;
        var style = new ModeratedRewardModel(scales.Style.Apply(Style(run)), taste.Limit, taste.Fall, taste.Floor);
        return new WeightedRewardModel((1, scales.Network.Apply(raw)), (taste.Weight, style));
    }
}
