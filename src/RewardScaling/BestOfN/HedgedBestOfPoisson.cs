using RewardScaling.Divergence;
using RewardScaling.Numerics;

namespace RewardScaling.BestOfN;

/// <summary>
/// The μ of best-of-Poisson that has the highest gold on calibration data. Best-of-Poisson keeps the best of 1 + Poisson(μ)
/// samples; unlike n its μ is continuous.
/// </summary>
/// <param name="Mu">The best μ.</param>
/// <param name="Kl">The KL of best-of-Poisson there, for a proxy without ties.</param>
/// <param name="Gold">Mean gold there, with the error over prompts. Being the highest of many it is a little too high.</param>
/// <param name="LossAtLargest">Gold at the best μ less gold at the largest the samples allow, with the error of the difference
/// over prompts.</param>
/// <param name="SmallestPlausible">The smallest μ whose gold is not below the best's by more than twice the error of the
/// difference.</param>
/// <param name="LargestPlausible">The largest such μ.</param>
public sealed record HedgedBestOfPoisson(double Mu, KlNats Kl, Estimate Gold, Estimate LossAtLargest, double SmallestPlausible,
    double LargestPlausible)
{
    private const int GridSize = 64;

    /// <summary>Looks for the best μ (Khalaf et al. 2025, arXiv:2506.19248) between 0 and the largest for which all but one in a
    /// million draws find enough samples.</summary>
    /// <remarks>
    /// Gold at μ is the mean of the unbiased estimates (<see cref="BestOfNEstimator"/>) over n = 1 + Poisson(μ), on a grid of 64
    /// μ, the best then refined between its neighbours. Costs O(N²) for N samples of a prompt, once.
    /// </remarks>
    /// <param name="prompts">Scored calibration prompts; at least two, each of at least 8 samples.</param>
    /// <exception cref="ArgumentException">Fewer than two prompts, or one with fewer samples.</exception>
    public static HedgedBestOfPoisson Of(IReadOnlyList<ScoredPrompt> prompts)
    {
        ArgumentNullException.ThrowIfNull(prompts);
        if (prompts.Count < 2) throw new ArgumentException("A hedge needs at least two prompts for its errors.", nameof(prompts));
        foreach (var prompt in prompts)
            if (prompt.SampleCount < 8) throw new ArgumentException(FormattableString.Invariant($"Prompt '{prompt.Name}' has N = {prompt.SampleCount} samples; best-of-Poisson needs at least 8."), nameof(prompts));
        int samples = prompts.Min(static prompt => prompt.SampleCount);
        var curves = new double[prompts.Count][];
        // Every prompt writes its own place, so the answer is the same at any thread count.
        Parallel.For(0, curves.Length, i =>
        {
            var estimator = new BestOfNEstimator(prompts[i].Proxy, prompts[i].Gold);
            curves[i] = [.. Enumerable.Range(1, samples).Select(estimator.Gold)];
        });
        double largest = PoissonEstimates.LargestMu(samples);
        // Denser near 0, where every sample counts: μ = (1 + largest)^share - 1.
        double[] grid = [.. Enumerable.Range(0, GridSize).Select(k => Math.Pow(1 + largest, k / (GridSize - 1.0)) - 1)];
        grid[^1] = largest;
        var search = new HedgeSearch(Array.ConvertAll(grid, GoldAt));
        double high = grid[Math.Min(search.Best + 1, GridSize - 1)],
            mu = GoldenSection.Maximum(at => GoldAt(at).Average(), grid[Math.Max(search.Best - 1, 0)], high, 1e-6 * (1 + high));
        if (!(GoldAt(mu).Average() > search.Gold.Value)) mu = grid[search.Best];
        var found = new HedgeSearch([GoldAt(mu), GoldAt(largest)]);
        int[] plausible = [.. search.Plausible];
        return new(mu, SelectionRules.PoissonKl(mu), found.Gold, found.Behind(1), grid[plausible[0]], grid[plausible[^1]]);

        double[] GoldAt(double mu)
        {
            double[] weights = PoissonEstimates.Weights(mu, samples);
            return Array.ConvertAll(curves, curve =>
            {
                double sum = 0;
                for (int m = 0; m < weights.Length; m++) sum += weights[m] * curve[m];
                return sum;
            });
        }
    }

    /// <summary>The best μ in words.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"best-of-Poisson with mu = {Mu:G4} ({Kl}): gold {Gold}; mu from {SmallestPlausible:G3} to {LargestPlausible:G3} cannot be told apart from it; {HedgeSearch.AtLargest(LossAtLargest, "mu")}");
}
