using MathNet.Numerics;
using RewardScaling.Curves;

namespace RewardScaling.Laws;

/// <summary>The residuals of a fit and what they say against its law.</summary>
/// <remarks>
/// What fitting cannot have absorbed is tested: the part of the residuals orthogonal to the law's derivatives. With given errors
/// that is all of it (χ²). Of a pool the covariance is estimated and nearly singular, so only a few slow waves by distance count,
/// chosen before the data are seen (<see cref="GroupMeanTest"/>). Without
/// errors the same waves are held against the rest of the residuals (F).
/// </remarks>
internal sealed class LawResiduals
{
    private const int MostWaves = 4;
    private readonly LawFit _fit;
    private readonly LawFitProblem _problem;
    private readonly double[] _design, _heads, _scales;
    private readonly int _points, _width;

    private LawResiduals(LawFit fit, double[] scales)
    {
        (_fit, _problem, _scales, _points) = (fit, fit.Problem, scales, fit.PointCount);
        int[] columns = [.. Enumerable.Range(0, fit.Values.Length)
            .Where(j => fit.Parameters[j].State == ParameterState.Estimated)];
        _width = columns.Length;
        (_design, _heads) = (new double[_points * _width], new double[_width]);
        var gradient = new double[fit.Values.Length];
        for (int i = 0; i < _points; i++)
        {
            _problem.Gradient(_problem.Distances[i], fit.Values, gradient);
            for (int c = 0; c < _width; c++) _design[c * _points + i] = gradient[columns[c]] / scales[i];
        }
        IsDetermined = LeastSquares.ScaleColumns(_design, _points, stackalloc double[_width])
            && Householder.Factor(_design, _points, _heads);
    }

    private bool IsDetermined { get; }

    /// <summary>Tests a fit.</summary>
    public static LackOfFit Test(LawFit fit)
    {
        var problem = fit.Problem;
        var covariance = LawFitProblem.CovarianceOf(problem.Curve, fit.Target);
        double[]? errors = covariance is null && fit.Weighting != LawWeighting.RelativeErrors ? ErrorsOf(problem) : null;
        if (errors is not null && !fit.Law.IsLinear) fit = Refitted(fit, errors);
        var residuals = new LawResiduals(fit, errors ?? problem.Scales);
        if (!residuals.IsDetermined) return new LackOfFit.NotTested("the points do not determine the coefficients");
        int free = residuals._points - residuals._width;
        if (free <= 0) return new LackOfFit.NotTested("there are as many coefficients as points");
        return covariance is not null ? residuals.OfGroups(covariance, free) : errors is not null ? residuals.OfKnownErrors(free)
            : residuals.OfSlowWaves(free);
    }

    // A nonlinear law has its smallest χ² at coefficients of its own.
    private static LawFit Refitted(LawFit fit, double[] errors)
    {
        if (fit.Weighting == LawWeighting.KnownErrors && !fit.IsPartOfJointFit) return fit;
        try
        {
            return LawFitSolver.Solve(fit.Problem with { Scales = errors }, fit.Values.ToArray());
        }
        catch (Exception fault) when (fault is LawFitException or ArgumentException)
        {
            // The test then stands on the coefficients as fitted, with which χ² can only be larger to first order.
            return fit;
        }
    }

    private static double[]? ErrorsOf(LawFitProblem problem)
    {
        var errors = new double[problem.PointCount];
        for (int i = 0; i < errors.Length; i++)
        {
            var reward = LawFitProblem.RewardOf(problem.Curve.Points[problem.CurveIndices[i]], problem.Options.Target);
            if (!reward.HasStandardError || !(reward.StandardError > 0)) return null;
            errors[i] = reward.StandardError;
        }
        return errors;
    }

    private LackOfFit.Tested OfKnownErrors(int free)
    {
        double[] rest = Rest();
        double sum = 0;
        for (int i = _width; i < _points; i++) sum += rest[i] * rest[i];
        double p = SpecialFunctions.GammaUpperRegularized(0.5 * free, 0.5 * sum);
        return new(LackOfFitTest.ChiSquared, sum, free, double.PositiveInfinity, p, Largest(rest, 1));
    }

    private LackOfFit OfSlowWaves(int free)
    {
        double[][] waves = Waves(Math.Min(3, free / 2));
        double[] rest = Rest();
        double all = 0, slow = 0;
        for (int i = _width; i < _points; i++) all += rest[i] * rest[i];
        foreach (double[] wave in waves) slow += Math.Pow(Product(wave, rest), 2);
        int below = free - waves.Length;
        if (waves.Length == 0 || below < 1)
            return new LackOfFit.NotTested(FormattableString.Invariant($"{_points} points and {_width} coefficients leave too little; more points, or points with errors, would tell"));
        // A law that fits to rounding is not rejected by rounding.
        double scale = 0;
        for (int i = 0; i < _points; i++) scale += Math.Pow(_problem.Rewards[i] / _scales[i], 2);
        if (all <= 1e-24 * scale) return new LackOfFit.NotTested("the law goes through every point to rounding");
        double noise = Math.Max(0, all - slow) / below, f = noise > 0 ? slow / waves.Length / noise : double.PositiveInfinity;
        return new LackOfFit.Tested(LackOfFitTest.SlowWaves, f, waves.Length, below, Upper(f, waves.Length, below),
            Largest(rest, Math.Sqrt(all / free)));
    }

    private LackOfFit OfGroups(PointCovariance covariance, int free)
    {
        int groups = covariance.Groups, count = Math.Min(Math.Min(MostWaves, free), (groups - 1) / 4);
        if (count < 1) return new LackOfFit.NotTested(FormattableString.Invariant($"{groups} {covariance.Unit} are too few"));
        double[][] waves = Waves(count);
        count = waves.Length;
        double[] rest = Rest(), means = Array.ConvertAll(waves, wave => Product(wave, rest));
        // Each group's own values of the waves, and its residuals at every point.
        double[] values = new double[groups * count], one = new double[_points], variances = new double[_points];
        double level = 0;
        for (int g = 0; g < groups; g++)
        {
            for (int i = 0; i < _points; i++) one[i] = covariance.Centred(_problem.CurveIndices[i])[g] / _scales[i];
            foreach (double value in one) level += value * value;
            Householder.ApplyTransposed(_design, _heads, one);
            for (int k = 0; k < count; k++) values[k * groups + g] = Product(waves[k], one);
            one.AsSpan(0, _width).Clear();
            Householder.Apply(_design, _heads, one);
            for (int i = 0; i < _points; i++) variances[i] += one[i] * one[i];
        }
        if (!Varies(values, groups, level)) return new LackOfFit.NotTested(WhyLevelOnly(covariance));
        var test = new GroupMeanTest(values, means, groups);
        if (!test.IsDetermined) return new LackOfFit.NotTested(WhyLevelOnly(covariance));
        return new LackOfFit.Tested(LackOfFitTest.Groups, test.F, count, groups - count, test.PValue,
            Largest(rest, i => Math.Sqrt(variances[i] / (groups * (groups - 1.0)))));
    }

    private static string WhyLevelOnly(PointCovariance covariance) =>
        $"the {covariance.Unit} differ by their level only, so nothing is known of the noise in the shape of the curve";

    // Where groups differ by a constant, the shape has no variance but rounding's.
    private static bool Varies(double[] values, int groups, double level)
    {
        for (int k = 0; k < values.Length / groups; k++)
        {
            double sum = 0;
            foreach (double value in values.AsSpan(k * groups, groups)) sum += value * value;
            if (sum <= 1e-24 * level) return false;
        }
        return true;
    }

    /// <summary>Qᵀ of the residuals in units of their scales: the first numbers are what coefficients can absorb.</summary>
    private double[] Rest()
    {
        var rest = new double[_points];
        for (int i = 0; i < _points; i++)
            rest[i] = (_problem.Rewards[i] - _fit.Evaluate(new(_problem.Distances[i]))) / _scales[i];
        Householder.ApplyTransposed(_design, _heads, rest);
        return rest;
    }

    /// <summary>Orthonormal waves by rank of distance, the slowest first, less what coefficients can absorb, as Qᵀ of
    /// them.</summary>
    private double[][] Waves(int most)
    {
        double[] place = Places();
        var found = new List<double[]>();
        for (int k = 0; k < _points && found.Count < most; k++)
        {
            double[] wave = [.. place.Select((at, i) => Math.Cos(Math.PI * k * at) / _scales[i])];
            double before = Math.Sqrt(Product(wave, wave));
            Householder.ApplyTransposed(_design, _heads, wave);
            wave.AsSpan(0, _width).Clear();
            for (int turn = 0; turn < 2; turn++)
                foreach (double[] other in found)
                {
                    double share = Product(other, wave);
                    for (int i = 0; i < _points; i++) wave[i] -= share * other[i];
                }
            double norm = Math.Sqrt(Product(wave, wave));
            if (!(norm > 1e-6 * before)) continue;
            for (int i = 0; i < _points; i++) wave[i] /= norm;
            found.Add(wave);
        }
        return [.. found];
    }

    // (rank - 1/2) / points; points at the same distance share the middle of their ranks.
    private double[] Places()
    {
        double[] distances = _problem.Distances, place = new double[_points];
        int[] order = [.. Enumerable.Range(0, _points).OrderBy(i => distances[i])];
        for (int start = 0, end; start < _points; start = end)
        {
            for (end = start + 1; end < _points && distances[order[end]] == distances[order[start]];) end++;
            for (int i = start; i < end; i++) place[order[i]] = 0.5 * (start + end) / _points;
        }
        return place;
    }

    /// <summary>The share of each point's noise that its own fitted value takes up, in [0, 1]; 0 where the points do not
    /// determine the coefficients.</summary>
    public static double[] Leverage(LawFit fit) => new LawResiduals(fit, fit.Problem.Scales).Leverage();

    private double[] Leverage()
    {
        var leverage = new double[_points];
        if (!IsDetermined) return leverage;
        for (int c = 0; c < _width; c++)
        {
            var column = new double[_points];
            column[c] = 1;
            Householder.Apply(_design, _heads, column);
            for (int i = 0; i < _points; i++) leverage[i] += column[i] * column[i];
        }
        return leverage;
    }

    private StandardizedResidual Largest(double[] rest, double unit)
    {
        // The share of its own error that fitting leaves to a point: 1 less its leverage.
        double[] leverage = Leverage();
        return Largest(rest, i => unit * Math.Sqrt(Math.Max(0, 1 - leverage[i])));
    }

    private StandardizedResidual Largest(double[] rest, Func<int, double> error)
    {
        double[] residuals = (double[])rest.Clone();
        residuals.AsSpan(0, _width).Clear();
        Householder.Apply(_design, _heads, residuals);
        int at = 0;
        double largest = 0;
        for (int i = 0; i < _points; i++)
        {
            // A point that alone determines a coefficient has neither residual nor error.
            double value = error(i) is var one && one > 1e-9 ? residuals[i] / one : 0;
            if (Math.Abs(value) > Math.Abs(largest)) (at, largest) = (i, value);
        }
        double d = _problem.Distances[at];
        return new(largest, new(d * d), _problem.CurveIndices[at]);
    }

    /// <summary>P(F &gt; f), with all its digits however small.</summary>
    public static double Upper(double f, double numerator, double denominator) => double.IsPositiveInfinity(f) ? 0
        : SpecialFunctions.BetaRegularized(0.5 * denominator, 0.5 * numerator, denominator / (denominator + numerator * f));

    private static double Product(double[] first, double[] second)
    {
        double sum = 0;
        for (int i = 0; i < first.Length; i++) sum += first[i] * second[i];
        return sum;
    }
}
