using RewardScaling.Divergence;
using RewardScaling.Numerics;

namespace RewardScaling.Laws;

/// <summary>Confidence intervals of a fit, by theory: for the coefficients, for where the reward peaks and how high, for where it
/// is back at the start.</summary>
/// <remarks>
/// <para>
/// They invert tests instead of adding and subtracting an error, which matters for ratios: the interval of the peak's place holds
/// every d at which a slope of 0 is not rejected (for the best-of-n law this is Fieller's interval of α / 2β), that of the return
/// to the start every d at which R(d) = 0 is not, and that of the height runs from the peak of the lower to the peak of the upper
/// confidence band, which is the range of heights over the confidence ellipse. Where the data cannot exclude that there is no
/// peak, an interval is unbounded, and says so.
/// </para>
/// <para>
/// Quantiles are Student's t, or normal when the errors were given. For nonlinear laws the band is linearised; use
/// <see cref="Profile"/> for a coefficient. <see cref="LawBootstrap"/> is another road to the same intervals and no better one.
/// Independent errors are assumed, as in the fit; and all of it takes the law as true: see <see cref="LawFit.LackOfFit"/>.
/// </para>
/// </remarks>
[TypeFormatterSource]
public sealed class LawIntervals
{
    // d from 1e-3 to 1e3 covers KL from 1e-6 to 1e6 nats, more than any policy has; bounds beyond count as 0 and infinity.
    private const int GridSize = 161;
    private const double Nearest = 1e-3, Farthest = 1e3;
    private readonly LawFit _fit;
    private readonly double _quantile;

    internal LawIntervals(LawFit fit, double level)
    {
        Guard.Level(level);
        if (!fit.HasErrors) throw new InvalidOperationException($"Errors could not be estimated: {fit.WhyNoErrors}. Ask HasErrors first.");
        (_fit, Level, _quantile) = (fit, level, PeakFinder.Quantile(fit, 0.5 + level / 2));
    }

    /// <summary>The confidence of each interval, not of all together.</summary>
    public double Level { get; }

    /// <summary>
    /// KL* in nats, where the reward is highest; unbounded above when the data cannot exclude that it never turns down.
    /// </summary>
    public ConfidenceInterval PeakKl => PeakDistance.Map(static d => d * d);

    /// <summary>d* = sqrt(KL*).</summary>
    public ConfidenceInterval PeakDistance
    {
        get
        {
            Span<double> gradient = stackalloc double[_fit.Values.Length];
            // Rising beyond doubt up to the lower bound, falling beyond doubt from the upper.
            int low = 0;
            while (low < GridSize && Test(Grid(low), gradient, slope: true) > _quantile) low++;
            if (low == GridSize) return new(double.PositiveInfinity, double.PositiveInfinity, Level);
            double lower = low == 0 ? 0 : Cross(Grid(low - 1), Grid(low), _quantile, slope: true);
            int high = low;
            while (high < GridSize && !(Test(Grid(high), gradient, slope: true) < -_quantile)) high++;
            double upper = high == GridSize ? double.PositiveInfinity : high == 0 ? Nearest
                : Cross(Grid(high - 1), Grid(high), -_quantile, slope: true);
            return new(lower, Math.Max(lower, upper), Level);
        }
    }

    /// <summary>
    /// R*, the highest reward, offset included; unbounded above when the upper confidence band never turns down.
    /// </summary>
    public ConfidenceInterval PeakReward => new(Highest(-_quantile), Highest(_quantile), Level);

    /// <summary>
    /// The KL in nats where the reward is back at that of the start; unbounded above when the data
    /// cannot exclude that it never is.
    /// </summary>
    public ConfidenceInterval ZeroKl
    {
        get
        {
            Span<double> gradient = stackalloc double[_fit.Values.Length];
            int first = 0;
            while (first < GridSize && !(Test(Grid(first), gradient, slope: false) > _quantile)) first++;
            // Never above the start beyond doubt: the return may be anywhere.
            if (first == GridSize) return new(0, double.PositiveInfinity, Level);
            int low = first;
            while (low < GridSize && Test(Grid(low), gradient, slope: false) > _quantile) low++;
            if (low == GridSize) return new(double.PositiveInfinity, double.PositiveInfinity, Level);
            int high = low;
            while (high < GridSize && !(Test(Grid(high), gradient, slope: false) < -_quantile)) high++;
            double lower = Cross(Grid(low - 1), Grid(low), _quantile, slope: false);
            double upper = high == GridSize ? double.PositiveInfinity
                : Cross(Grid(high - 1), Grid(high), -_quantile, slope: false);
            return new ConfidenceInterval(lower, Math.Max(lower, upper), Level).Map(static d => d * d);
        }
    }

    /// <summary>
    /// The interval of a coefficient, value ± quantile x error; a fixed one is a point, one at its bound is unbounded.
    /// </summary>
    /// <param name="name">One of the law's parameter names, or "offset".</param>
    /// <exception cref="ArgumentException">The law has no such coefficient.</exception>
    public ConfidenceInterval Parameter(string name)
    {
        var value = _fit[name];
        return value.HasStandardError ? new(value.Value - _quantile * value.StandardError,
            value.Value + _quantile * value.StandardError, Level)
            : new(double.NegativeInfinity, double.PositiveInfinity, Level);
    }

    /// <summary>The interval of the fitted reward at a distance: the confidence band.</summary>
    /// <param name="distance">d = sqrt(KL), KL in nats.</param>
    public ConfidenceInterval Reward(KlDistance distance)
    {
        double value = _fit.Evaluate(distance), error = _quantile * _fit.StandardErrorAt(distance);
        return new(value - error, value + error, Level);
    }

    /// <summary>
    /// The profile interval of a coefficient: all values at which the best fit with the coefficient held there is not rejected by
    /// the F-test (by the likelihood ratio when the errors were given). For linear laws it equals <see cref="Parameter"/>.
    /// </summary>
    /// <param name="name">One of the law's parameter names, or "offset"; estimated by the fit.</param>
    /// <exception cref="ArgumentException">The law has no such coefficient, or it was not estimated.</exception>
    /// <exception cref="InvalidOperationException">The points share samples, or the fit is one curve of a joint fit.</exception>
    public ConfidenceInterval Profile(string name)
    {
        int index = _fit.IndexOf(name);
        var parameter = _fit.Parameters[index];
        if (parameter.State != ParameterState.Estimated) throw new ArgumentException($"{parameter}: only an estimated coefficient has a profile.", nameof(name));
        if (_fit.Weighting == LawWeighting.SharedSamples)
            throw new InvalidOperationException("A profile needs errors of independent points; with shared samples use Parameter or a bootstrap of the prompts.");
        if (_fit.IsPartOfJointFit)
            throw new InvalidOperationException("A curve of a joint fit has no profile of its own, because the other curves would move too; use Parameter.");
        double variance = _fit.Weighting == LawWeighting.KnownErrors ? 1 : _fit.ResidualSumOfSquares / _fit.DegreesOfFreedom;
        double limit = _fit.ResidualSumOfSquares + _quantile * _quantile * variance;
        return new(ProfileBound(index, parameter, -1, limit), ProfileBound(index, parameter, 1, limit), Level);
    }

    private double ProfileBound(int index, FittedParameter parameter, int side, double limit)
    {
        double value = parameter.Value.Value, step = side * Math.Max(parameter.Value.StandardError, 1e-12 * Math.Abs(value)),
            inside = value;
        if (step == 0) return value;
        double edge = side < 0 ? parameter.Range.Min : parameter.Range.Max;
        for (int tries = 0; tries < 60; tries++, step *= 1.5)
        {
            double outside = inside + step;
            bool stopped = side < 0 ? outside <= edge : outside >= edge;
            if (stopped) outside = edge;
            if (SumAt(index, outside) <= limit)
            {
                if (stopped) return edge;
                inside = outside;
                continue;
            }
            for (int halving = 0; halving < 60
                && Math.Abs(outside - inside) > 1e-11 * (Math.Abs(inside) + Math.Abs(outside)); halving++)
            {
                double middle = 0.5 * (inside + outside);
                if (SumAt(index, middle) <= limit) inside = middle; else outside = middle;
            }
            return 0.5 * (inside + outside);
        }
        return side < 0 ? double.NegativeInfinity : double.PositiveInfinity;
    }

    private double SumAt(int index, double value)
    {
        try
        {
            return LawFitSolver.Solve(_fit.Problem.Holding(index, value)).ResidualSumOfSquares;
        }
        catch (LawFitException)
        {
            // Where the others cannot be found the value is not supported.
            return double.PositiveInfinity;
        }
    }

    /// <summary>Estimate over error of the slope, or of R without its offset, at d.</summary>
    private double Test(double d, Span<double> gradient, bool slope)
    {
        var distance = new KlDistance(d);
        gradient[^1] = 0;
        double value;
        if (slope)
        {
            value = _fit.Law.Slope(distance, _fit.Coefficients);
            SlopeGradient(distance, gradient[..^1]);
        }
        else
        {
            value = _fit.Law.Evaluate(distance, _fit.Coefficients);
            _fit.Law.Gradient(distance, _fit.Coefficients, gradient[..^1]);
        }
        double error = _fit.ErrorAlong(gradient);
        return error > 0 ? value / error : value == 0 ? 0 : Math.Sign(value) * double.PositiveInfinity;
    }

    private void SlopeGradient(KlDistance distance, Span<double> gradient)
    {
        Span<double> moved = stackalloc double[gradient.Length];
        for (int j = 0; j < gradient.Length; j++)
        {
            if (_fit.Law.IsLinear)
            {
                moved.Clear();
                moved[j] = 1;
                gradient[j] = _fit.Law.Slope(distance, moved);
                continue;
            }
            _fit.Coefficients.CopyTo(moved);
            double step = 6e-6 * Math.Max(Math.Abs(moved[j]), 1e-3);
            moved[j] += step;
            double above = _fit.Law.Slope(distance, moved);
            moved[j] -= 2 * step;
            gradient[j] = (above - _fit.Law.Slope(distance, moved)) / (2 * step);
        }
    }

    // The test falls through the level between the two.
    private double Cross(double low, double high, double level, bool slope)
    {
        Span<double> gradient = stackalloc double[_fit.Values.Length];
        for (int step = 0; step < 60 && high - low > 1e-12 * high; step++)
        {
            double middle = 0.5 * (low + high);
            if (Test(middle, gradient, slope) > level) low = middle; else high = middle;
        }
        return 0.5 * (low + high);
    }

    // The peak of the fit plus so many errors.
    private double Highest(double errors)
    {
        double Band(double d) => _fit.Evaluate(new(d)) + errors * _fit.StandardErrorAt(new(d));
        int best = 0;
        double highest = Band(0);
        int last = 0;
        // A form need not be defined everywhere, and says nothing beyond.
        for (; last < GridSize && Band(Grid(last)) is var value && !double.IsNaN(value); last++)
            if (value > highest) (best, highest) = (last + 1, value);
        if (best == 0) return highest;
        if (best == last) return double.PositiveInfinity;
        double high = Grid(best);
        return Math.Max(highest, Band(GoldenSection.Maximum(Band, best == 1 ? 0 : Grid(best - 2), high, 1e-7 * high)));
    }

    private static double Grid(int i) => Nearest * Math.Pow(Farthest / Nearest, i / (GridSize - 1.0));

    /// <summary>The intervals of the peak and of the return.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"{100 * Level:G4} %: peak KL {PeakKl} nats, peak reward {PeakReward}, back at the start at KL {ZeroKl} nats");
}
