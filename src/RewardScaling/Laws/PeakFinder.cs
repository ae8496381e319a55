using MathNet.Numerics.Distributions;
using RewardScaling.Numerics;

namespace RewardScaling.Laws;

/// <summary>Says what a fit knows of its peak.</summary>
internal static class PeakFinder
{
    public static LawPeak Find(LawFit fit)
    {
        if (!fit.Law.TryPeak(fit.Coefficients, out var peak)) return new LawPeak.None(WhyNone(fit));
        double reward = fit.Evaluate(peak), kl = peak.Squared().Value;
        Estimate klEstimate = Estimate.WithoutError(kl), rewardEstimate = Estimate.WithoutError(reward);
        ConfidenceInterval places = new(double.NegativeInfinity, double.PositiveInfinity, 0.95), heights = places;
        if (fit.HasErrors)
        {
            // The height moves with the coefficients only directly: at the peak dR/dd = 0.
            rewardEstimate = new(reward, fit.StandardErrorAt(peak));
            var intervals = fit.Intervals();
            (places, heights) = (intervals.PeakKl, intervals.PeakReward);
            if (KlError(fit) is { } error) klEstimate = new(kl, error);
            if (BetaOf(fit) is { State: ParameterState.Estimated } beta
                && beta.Value.Value <= Quantile(fit, 0.975) * beta.Value.StandardError)
                return new LawPeak.Undecided(klEstimate, rewardEstimate, $"beta = {beta.Value} is not clearly above 0")
                {
                    KlInterval = places,
                    RewardInterval = heights,
                };
        }
        // A point at KL = 0 counts where the offset is free; the peak may lie between it and the next.
        double smallest = fit.Problem.Distances.Min(), largest = fit.Problem.Distances.Max();
        return peak.Value >= smallest && peak.Value <= largest
            ? new LawPeak.InsideData(klEstimate, rewardEstimate) { KlInterval = places, RewardInterval = heights }
            : new LawPeak.OutsideData(klEstimate, rewardEstimate, new(smallest * smallest), new(largest * largest))
            {
                KlInterval = places,
                RewardInterval = heights,
            };
    }

    /// <summary>The quantile of (estimate - truth) / error: Student's t, or the normal when the errors were given.</summary>
    public static double Quantile(LawFit fit, double probability) => fit.Weighting == LawWeighting.KnownErrors
        ? Normal.InvCDF(0, 1, probability)
        : StudentT.InvCDF(0, 1, fit.Problem.Covariance is { } covariance ? covariance.Groups - 1 : fit.DegreesOfFreedom,
            probability);

    private static FittedParameter? BetaOf(LawFit fit) =>
        fit.Parameters.FirstOrDefault(static parameter => parameter.Name == "beta");

    // What the fitted reward does over the data, whatever the signs of the coefficients would do elsewhere.
    private static string WhyNone(LawFit fit)
    {
        double farthest = fit.Problem.Distances.Max(), change = fit.Evaluate(new(farthest)) - fit.Evaluate(default);
        string course = change < 0 ? FormattableString.Invariant($"the fitted reward falls, from {fit.Evaluate(default):G3} at the start to {fit.Evaluate(new(farthest)):G3} at the largest KL")
            : "the fitted reward does not turn down";
        if (BetaOf(fit) is not { } beta) return course;
        return beta.Value.Value <= 0 ? FormattableString.Invariant($"{course} (beta = {beta.Value.Value:G3} is not positive)")
            : fit.Law.ParameterNames.Contains("alpha") && fit.Alpha.Value <= 0 ? FormattableString.Invariant($"{course} (alpha = {fit.Alpha.Value:G3} is not positive)")
            : "the fitted peak is too far away to be a number";
    }

    // d* has no formula common to the laws, so KL* is differentiated by central differences; null where a neighbour has no peak.
    private static double? KlError(LawFit fit)
    {
        int count = fit.Coefficients.Length;
        Span<double> gradient = stackalloc double[count + 1], moved = stackalloc double[count];
        fit.Coefficients.CopyTo(moved);
        for (int j = 0; j < count; j++)
        {
            double value = moved[j], step = 1e-5 * Math.Max(Math.Abs(value), 1e-8);
            moved[j] = value + step;
            if (!fit.Law.TryPeak(moved, out var above)) return null;
            moved[j] = value - step;
            if (!fit.Law.TryPeak(moved, out var below)) return null;
            moved[j] = value;
            gradient[j] = (above.Value - below.Value) * (above.Value + below.Value) / (2 * step);
        }
        double error = fit.ErrorAlong(gradient);
        return double.IsFinite(error) ? error : null;
    }
}
