using RewardScaling.BestOfN;
using RewardScaling.Models;
using RewardScaling.RewardModels;
using RewardScaling.Studies.Cells;

namespace RewardScaling.Studies;

/// <summary>
/// Mean and deviation of raw scores on the initial policy; gold and every proxy are measured on the same rollouts.
/// </summary>
internal static class Normalization
{
    /// <summary>Measures a reward model.</summary>
    /// <param name="work">The cell that is being made.</param>
    /// <param name="model">The reward model, raw.</param>
    /// <param name="policy">The initial policy, whole.</param>
    public static async Task<RewardModelNormalization> MeasureAsync(CellWork work, IRewardModel model, PolicyCell policy)
    {
        var pool = await policy.NormalizationPoolAsync(work).ConfigureAwait(false);
        double[] scores = await BestOfNSampler.ScoreAsync(pool, model, new(), null, work.Cancellation).ConfigureAwait(false);
        return RewardModelNormalization.FromScores(scores);
    }

    /// <summary>Samples the rollouts.</summary>
    public static Task<RolloutPool> SampleAsync(StudyRun run, IPolicy policy, CancellationToken cancellationToken) =>
        run.Sampler(policy).SamplePoolAsync(run.Prompts.Draw(run.Plan.NormalizationRollouts, run.Stream("normalization prompts")), 1,
            run.Stream("normalization rollouts"), cancellationToken: cancellationToken);
}
