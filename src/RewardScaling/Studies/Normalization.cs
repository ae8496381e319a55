using RewardScaling.Models;
using RewardScaling.RewardModels;

namespace RewardScaling.Studies;

/// <summary>
/// Mean and deviation of raw scores on the initial policy; gold and every proxy are measured on the same rollouts.
/// </summary>
internal static class Normalization
{
    public static async Task<RewardModelNormalization> MeasureAsync(
        StudyRun run, IRewardModel model, IPolicy policy, CancellationToken cancellationToken)
    {
        var prompts = run.Prompts.Draw(run.Plan.NormalizationRollouts, run.Stream("normalization prompts"));
        var sampler = run.Sampler(policy);
        var pool = await sampler.SamplePoolAsync(prompts, 1, run.Stream("normalization rollouts"),
            cancellationToken: cancellationToken).ConfigureAwait(false);
        double[] scores = await sampler.ScoreAsync(pool, model, cancellationToken: cancellationToken).ConfigureAwait(false);
        return RewardModelNormalization.FromScores(scores);
    }
}
