using MathNet.Numerics.Distributions;
using RewardScaling.Curves;
using RewardScaling.Numerics;

namespace RewardScaling.Laws;

/// <summary>Refits of curves drawn again, and intervals from them.</summary>
/// <remarks>
/// <para>
/// Draw i uses <c>stream.Fork(i)</c> and writes its own place, so the result is the same bits at any number of threads.
/// Percentile and BCa intervals: Efron 1987, "Better bootstrap confidence intervals".
/// </para>
/// <para>
/// With weights by standard errors every refit has the weights of the original. They say how much a point counts and are no
/// measurement of the reward: where the law holds, the scatter of the coefficients does not depend to first order on whether the
/// weights are known or estimated. Errors estimated from a draw would be worse ones: of few seeds a draw may hold one of them
/// only, whose scatter is 0 and whose weight would be infinite.
/// </para>
/// </remarks>
public sealed class LawBootstrap
{
    private readonly LawFit[] _fits;
    private readonly Lazy<LawFit[]> _jackknife;
    private readonly CurveResampler _resampler;

    private LawBootstrap(LawFit original, LawFit[] fits, int failures, CurveResampler resampler, LawRefits refits)
    {
        (Original, _fits, Failures, _resampler) = (original, fits, failures, resampler);
        _jackknife = new(() => [.. Enumerable.Range(0, resampler.UnitCount).Select(unit => refits.Of(resampler.Without(unit)))]);
    }

    /// <summary>The fit of the curve as measured.</summary>
    public LawFit Original { get; }

    /// <summary>How many refits there are.</summary>
    public int Count => _fits.Length;

    /// <summary>
    /// How many draws could not be fitted, because a nonlinear search did not converge; they are not in the intervals.
    /// </summary>
    public int Failures { get; }

    /// <summary>Draws curves again and fits each.</summary>
    /// <param name="law">The law.</param>
    /// <param name="resampler">What is drawn again: prompts, seeds or residuals.</param>
    /// <param name="draws">How many; at least 100. 2000 for intervals to publish.</param>
    /// <param name="stream">Where the randomness comes from.</param>
    /// <param name="options">How each is fitted; null for gold with equal weights. Weights by errors need those of the original
    /// curve only.</param>
    /// <param name="threads">How many threads; 0 for all. Never changes the result.</param>
    /// <param name="cancellationToken">Stops between draws.</param>
    /// <exception cref="ArgumentException">The original curve cannot be fitted so: it lacks errors or points.</exception>
    /// <exception cref="LawFitException">More than a tenth of the draws could not be fitted.</exception>
    public static LawBootstrap Run(
        OveroptimizationLaw law, CurveResampler resampler, int draws, RandomStream stream, LawFitOptions? options = null,
            int threads = 0, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(law);
        ArgumentNullException.ThrowIfNull(resampler);
        Guard.InRange(draws, 100, 10_000_000);
        Guard.NotNegative(threads);
        options ??= new();
        if (resampler is ResidualResampler residuals) options = residuals.WithOffset(options);
        // Refits need values only; and a curve drawn again does not carry the covariance of its points.
        var inner = options.Weighting == LawWeighting.SharedSamples ? options with { Weighting = LawWeighting.Equal } : options;
        var original = law.Fit(resampler.Original, options.Weighting == LawWeighting.SharedSamples
            && LawFitProblem.CovarianceOf(resampler.Original, options.Target) is null ? inner : options);
        var refits = new LawRefits(law, resampler, inner);
        var fits = new LawFit?[draws];
        var parallel =
            new ParallelOptions { MaxDegreeOfParallelism = threads == 0 ? -1 : threads, CancellationToken = cancellationToken };
        Parallel.For(0, draws, parallel, i =>
        {
            try
            {
                fits[i] = refits.Draw(stream.Fork(i));
            }
            catch (LawFitException)
            {
                // Counted below; one stubborn draw must not cost the others.
            }
        });
        LawFit[] found = [.. fits.OfType<LawFit>()];
        if (found.Length < 0.9 * draws)
            throw new LawFitException(FormattableString.Invariant($"{draws - found.Length} of {draws} draws could not be fitted by {law.Name}: the data do not determine it; bound or fix a coefficient."));
        return new(original, found, draws - found.Length, resampler, refits);
    }

    /// <summary>A quantity in every refit, in ascending order.</summary>
    /// <param name="quantity">The quantity.</param>
    public double[] Values(LawQuantity quantity)
    {
        ArgumentNullException.ThrowIfNull(quantity);
        double[] values = Array.ConvertAll(_fits, quantity.Of);
        Array.Sort(values);
        return values;
    }

    /// <summary>The percentile interval: the middle of the refits.</summary>
    /// <param name="quantity">The quantity.</param>
    /// <param name="level">The confidence, in (0, 1).</param>
    /// <exception cref="ArgumentOutOfRangeException">The level is not in (0, 1).</exception>
    public ConfidenceInterval Percentile(LawQuantity quantity, double level = 0.95)
    {
        Guard.Level(level);
        double[] values = Values(quantity);
        return new(Quantile(values, 0.5 - level / 2), Quantile(values, 0.5 + level / 2), level);
    }

    /// <summary>The BCa interval: percentiles corrected for bias and for an error that changes with the value.</summary>
    /// <remarks>Its acceleration comes from leaving out one unit after another; needs at least 3 units. Where the original is
    /// infinite, and for drawn residuals, it is the percentile interval: points of a curve are no units alike, and at 6 to 12
    /// points
    /// what leaving them out gave held the truth 92 times in 100, where percentiles hold it 93 to 95 times.</remarks>
    /// <param name="quantity">The quantity.</param>
    /// <param name="level">The confidence, in (0, 1).</param>
    /// <exception cref="ArgumentOutOfRangeException">The level is not in (0, 1).</exception>
    public ConfidenceInterval Bca(LawQuantity quantity, double level = 0.95)
    {
        Guard.Level(level);
        if (_resampler is ResidualResampler) return Percentile(quantity, level);
        double[] values = Values(quantity);
        double estimate = quantity.Of(Original);
        double[] left = Array.ConvertAll(_jackknife.Value, quantity.Of);
        if (!double.IsFinite(estimate) || !left.All(double.IsFinite) || left.Length < 3) return Percentile(quantity, level);
        // Ties count half, so that a quantity that does not vary has no bias.
        double below = (values.Count(value => value < estimate) + 0.5 * values.Count(value => value == estimate)) / values.Length;
        double bias = Normal.InvCDF(0, 1, Math.Clamp(below, 0.5 / values.Length, 1 - 0.5 / values.Length));
        double mean = left.Average(), squares = 0, cubes = 0;
        foreach (double value in left)
        {
            squares += (mean - value) * (mean - value);
            cubes += (mean - value) * (mean - value) * (mean - value);
        }
        double acceleration = squares > 0 ? cubes / (6 * Math.Pow(squares, 1.5)) : 0;
        double Corrected(double probability)
        {
            double z = bias + Normal.InvCDF(0, 1, probability);
            return Normal.CDF(0, 1, bias + z / (1 - acceleration * z));
        }
        double low = Quantile(values, Corrected(0.5 - level / 2)), high = Quantile(values, Corrected(0.5 + level / 2));
        return new(Math.Min(low, high), Math.Max(low, high), level);
    }

    /// <summary>What was drawn and how often.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"{Count} refits of {Original.Law.Name}, {_resampler.UnitCount} {_resampler.UnitName} drawn with replacement{(Failures > 0 ? FormattableString.Invariant($", {Failures} draws not fitted") : "")}");

    // The quantile of type 6, (B + 1) p, without interpolating towards infinity.
    private static double Quantile(double[] sorted, double probability)
    {
        double rank = Math.Clamp((sorted.Length + 1) * probability - 1, 0, sorted.Length - 1);
        int low = (int)rank;
        double share = rank - low;
        if (share == 0 || low == sorted.Length - 1) return sorted[low];
        return double.IsFinite(sorted[low + 1]) ? sorted[low] + share * (sorted[low + 1] - sorted[low]) : share > 0.5
            ? sorted[low + 1] : sorted[low];
    }
}
