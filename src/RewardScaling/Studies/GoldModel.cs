using RewardScaling.Models;
using RewardScaling.RewardModels;

namespace RewardScaling.Studies;

/// <summary>
/// The gold reward model of a run: what scores, what it is, and the network to dispose of if it is the study's own.
/// </summary>
internal sealed record GoldModel(IRewardModel Scorer, GoldSummary Summary, ITrainableRewardModel? Network) : IDisposable
{
    public static GoldModel Of(IRewardModel raw, GoldSummary summary, ITrainableRewardModel? network) =>
        new(new RewardModelNormalization(summary.Mean, summary.StandardDeviation).Apply(WithCost(raw, summary.RepetitionCost)),
            summary, network);

    /// <summary>A model that takes off so much for each repeated token.</summary>
    public static IRewardModel WithCost(IRewardModel raw, double repetitionCost) =>
        repetitionCost == 0 ? raw : new WeightedRewardModel((1, raw), (-repetitionCost, new RepeatedTokens()));

    public void Dispose() => Network?.Dispose();
}
