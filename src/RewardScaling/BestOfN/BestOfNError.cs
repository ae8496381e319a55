using RewardScaling.Numerics;

namespace RewardScaling.BestOfN;

/// <summary>The error of a best-of-n estimate, split into what more samples and what more prompts would lessen.</summary>
/// <param name="N">The n of best-of-n.</param>
/// <param name="Gold">Mean gold over prompts; its error is the whole, that of independent prompts.</param>
/// <param name="Within">The part from the finite samples of each prompt, by the jackknife: more samples lessen it.</param>
/// <param name="Between">The part from the prompts, which differ: only more prompts lessen it. 0 when the within part explains
/// all there is.</param>
public sealed record BestOfNError(int N, Estimate Gold, double Within, double Between)
{
    /// <summary>Splits the error of gold at each n.</summary>
    /// <remarks>The whole is the standard error over prompts, s / √P. It holds both parts: whole² = within² + between².</remarks>
    /// <param name="prompts">At least two scored prompts.</param>
    /// <param name="n">Which n; each in [1, smallest N - 1], because the jackknife leaves out a sample.</param>
    /// <exception cref="ArgumentException">Fewer than two prompts, no n, or one outside its range; the message names the prompt.
    /// </exception>
    public static IReadOnlyList<BestOfNError> Of(IReadOnlyList<ScoredPrompt> prompts, IReadOnlyList<int> n)
    {
        ArgumentNullException.ThrowIfNull(prompts);
        ArgumentNullException.ThrowIfNull(n);
        if (prompts.Count < 2) throw new ArgumentException("Splitting the error needs at least two prompts.", nameof(prompts));
        if (n.Count == 0) throw new ArgumentException("n is empty; there must be at least one n.", nameof(n));
        foreach (var prompt in prompts)
            if (n.Max() >= prompt.SampleCount) throw new ArgumentException(FormattableString.Invariant($"Prompt '{prompt.Name}' has N = {prompt.SampleCount} samples; the jackknife at n = {n.Max()} needs more than n."), nameof(n));
        for (int k = 0; k < n.Count; k++) Guard.Positive(n[k], $"n[{k}]");
        var estimates = new Estimate[prompts.Count][];
        Parallel.For(0, estimates.Length, i =>
        {
            var estimator = new BestOfNEstimator(prompts[i].Proxy, prompts[i].Gold);
            estimates[i] = [.. n.Select(estimator.GoldEstimate)];
        });
        return [.. n.Select((value, k) =>
        {
            var gold = Estimate.Mean([.. estimates.Select(one => one[k].Value)]);
            double within = Math.Sqrt(estimates.Sum(one => one[k].StandardError * one[k].StandardError)) / estimates.Length;
            return new BestOfNError(value, gold, within, Math.Sqrt(Math.Max(0, gold.StandardError * gold.StandardError - within
                * within)));
        })];
    }

    /// <summary>As "best-of-16: gold 0.41 ± 0.02 (0.012 from samples, 0.016 from prompts)".</summary>
    public override string ToString() => FormattableString.Invariant(
        $"best-of-{N}: gold {Gold} ({Within:G2} from samples, {Between:G2} from prompts)");
}
