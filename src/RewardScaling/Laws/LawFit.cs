using System.Text;
using MathNet.Numerics.Distributions;
using RewardScaling.Divergence;
using RewardScaling.Numerics;

namespace RewardScaling.Laws;

/// <summary>A law fitted to a curve: coefficients with their errors, how well it fits, and where it peaks.</summary>
/// <remarks>
/// Errors assume that the law holds and that the points' errors are independent. Points of one best-of-n pool share their samples and are
/// not independent; their errors are then too small.
/// </remarks>
public sealed class LawFit
{
    private readonly LawFitProblem _problem;
    private readonly double[] _values;
    private readonly double[,]? _covariance;

    internal LawFit(LawFitProblem problem, double[] values, double[,] inverseGram)
    {
        (_problem, _values) = (problem, values);
        double weighted = 0, plain = 0, total = 0, mean = 0, weights = 0;
        for (int i = 0; i < problem.PointCount; i++)
        {
            double weight = 1 / (problem.Scales[i] * problem.Scales[i]);
            mean += weight * problem.Rewards[i];
            weights += weight;
        }
        mean /= weights;
        for (int i = 0; i < problem.PointCount; i++)
        {
            double residual = problem.Rewards[i] - problem.Law.Evaluate(new(problem.Distances[i]), values);
            double scale2 = problem.Scales[i] * problem.Scales[i];
            plain += residual * residual;
            weighted += residual * residual / scale2;
            total += (problem.Rewards[i] - mean) * (problem.Rewards[i] - mean) / scale2;
        }
        ResidualSumOfSquares = weighted;
        RootMeanSquareError = Math.Sqrt(plain / problem.PointCount);
        RSquared = total > 0 ? 1 - weighted / total : 0;
        double variance = problem.Options.Weighting == LawWeighting.KnownErrors ? 1 : DegreesOfFreedom > 0 ? weighted / DegreesOfFreedom : double.NaN;
        if (double.IsFinite(variance))
        {
            _covariance = inverseGram;
            for (int i = 0; i < values.Length; i++)
                for (int j = 0; j < values.Length; j++) _covariance[i, j] *= variance;
        }
        Peak = FindPeak();
    }

    /// <summary>The law.</summary>
    public OveroptimizationLaw Law => _problem.Law;

    /// <summary>The curve's label.</summary>
    public string Label => _problem.Label;

    /// <summary>Which reward was fitted.</summary>
    public RewardTarget Target => _problem.Options.Target;

    /// <summary>What the points' errors meant to the fit.</summary>
    public LawWeighting Weighting => _problem.Options.Weighting;

    /// <summary>α, the slope of the reward at first.</summary>
    public Estimate Alpha => this["alpha"];

    /// <summary>β, what turns the reward down.</summary>
    public Estimate Beta => this["beta"];

    /// <summary>A coefficient by name; without an error when <see cref="HasErrors"/> is false.</summary>
    /// <param name="parameter">One of the law's parameter names.</param>
    /// <exception cref="ArgumentException">The law has no such coefficient.</exception>
    public Estimate this[string parameter]
    {
        get
        {
            int i = IndexOf(parameter);
            return _covariance is null ? Estimate.WithoutError(_values[i]) : new(_values[i], Math.Sqrt(_covariance[i, i]));
        }
    }

    /// <summary>The coefficients in the order of the law's parameter names.</summary>
    public ReadOnlySpan<double> Coefficients => _values;

    /// <summary>Whether errors could be estimated: with as many points as coefficients and no known errors they cannot.</summary>
    public bool HasErrors => _covariance is not null;

    /// <summary>How many points were fitted.</summary>
    public int PointCount => _problem.PointCount;

    /// <summary>How many points at KL = 0 were not counted, because every law has R(0) = 0.</summary>
    public int PointsAtZero => _problem.PointsAtZero;

    /// <summary>Points less coefficients.</summary>
    public int DegreesOfFreedom => PointCount - _values.Length;

    /// <summary>Sum of squared residuals, each divided by its standard error when the fit is weighted.</summary>
    public double ResidualSumOfSquares { get; }

    /// <summary>sqrt(mean squared residual), in units of reward, unweighted; divisor the number of points.</summary>
    public double RootMeanSquareError { get; }

    /// <summary>
    /// sqrt(residual sum of squares / degrees of freedom): the noise in units of reward with equal weights; in units of the standard
    /// errors when weighted, where about 1 is good.
    /// </summary>
    /// <exception cref="InvalidOperationException">There are no degrees of freedom.</exception>
    public double ResidualStandardDeviation => DegreesOfFreedom > 0 ? Math.Sqrt(ResidualSumOfSquares / DegreesOfFreedom)
        : throw new InvalidOperationException($"There are as many coefficients as points ({PointCount}), so the residuals say nothing about the noise.");

    /// <summary>1 - residual / total sum of squares, the total about the (weighted) mean; negative when a constant would fit better; 0 for equal rewards.</summary>
    public double RSquared { get; }

    /// <summary>The peak of the fitted law.</summary>
    public LawPeak Peak { get; }

    /// <summary>The covariance of two coefficients.</summary>
    /// <param name="first">One of the law's parameter names.</param>
    /// <param name="second">One of the law's parameter names.</param>
    /// <exception cref="InvalidOperationException">Errors could not be estimated: see <see cref="HasErrors"/>.</exception>
    public double Covariance(string first, string second) => Known[IndexOf(first), IndexOf(second)];

    /// <summary>The correlation of two coefficients, in [-1, 1]; 0 where one of them has no variance.</summary>
    /// <param name="first">One of the law's parameter names.</param>
    /// <param name="second">One of the law's parameter names.</param>
    /// <exception cref="InvalidOperationException">Errors could not be estimated: see <see cref="HasErrors"/>.</exception>
    public double Correlation(string first, string second)
    {
        double scale = Math.Sqrt(Covariance(first, first) * Covariance(second, second));
        return scale > 0 ? Covariance(first, second) / scale : 0;
    }

    /// <summary>The fitted reward.</summary>
    /// <param name="distance">d = sqrt(KL), KL in nats.</param>
    public double Evaluate(KlDistance distance) => Law.Evaluate(distance, _values);

    /// <summary>The standard error of the fitted reward, for bands around the curve (of the curve itself, not of new points).</summary>
    /// <param name="distance">d = sqrt(KL), KL in nats.</param>
    /// <exception cref="InvalidOperationException">Errors could not be estimated: see <see cref="HasErrors"/>.</exception>
    public double StandardErrorAt(KlDistance distance)
    {
        Span<double> gradient = stackalloc double[_values.Length];
        Law.Gradient(distance, _values, gradient);
        return ErrorAlong(gradient);
    }

    /// <summary>A report of several lines that can be pasted.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.AppendLine(FormattableString.Invariant($"{Label}: {Law.Name} law fitted to {(Target == RewardTarget.Gold ? "gold" : "proxy")}, {Law.Formula}, d = sqrt(KL / nats)"));
        foreach (string name in Law.ParameterNames) text.AppendLine($"  {name} = {this[name]}");
        if (HasErrors && Law.ParameterNames.Count == 2)
            text.AppendLine(FormattableString.Invariant($"  correlation({Law.ParameterNames[0]}, {Law.ParameterNames[1]}) = {Correlation(Law.ParameterNames[0], Law.ParameterNames[1]):F3}"));
        string how = Weighting switch
        {
            LawWeighting.Equal => "equal weights",
            LawWeighting.RelativeErrors => "weights 1/se², scale from the residuals",
            _ => "weights 1/se², errors as given",
        };
        string noise = DegreesOfFreedom > 0 ? FormattableString.Invariant($", residual deviation {ResidualStandardDeviation:G3}") : "";
        text.AppendLine(FormattableString.Invariant($"  {PointCount} points, {how}{noise}, RMSE {RootMeanSquareError:G3}, R² {RSquared:F4}"));
        if (PointsAtZero > 0) text.AppendLine(FormattableString.Invariant($"  {PointsAtZero} at KL = 0 not counted: R(0) = 0 by definition"));
        if (!HasErrors) text.AppendLine("  errors not estimated: as many coefficients as points");
        text.Append(FormattableString.Invariant($"  {Peak}"));
        return text.ToString();
    }

    private double[,] Known => _covariance ?? throw new InvalidOperationException(
        $"Errors could not be estimated: {PointCount} points for {_values.Length} coefficients leave no degrees of freedom. Ask HasErrors first.");

    private int IndexOf(string parameter)
    {
        for (int i = 0; i < Law.ParameterNames.Count; i++)
            if (Law.ParameterNames[i] == parameter) return i;
        throw new ArgumentException($"The {Law.Name} law has no coefficient '{parameter}'; it has {string.Join(", ", Law.ParameterNames)}.", nameof(parameter));
    }

    private double ErrorAlong(ReadOnlySpan<double> gradient)
    {
        double variance = 0;
        for (int i = 0; i < gradient.Length; i++)
            for (int j = 0; j < gradient.Length; j++) variance += gradient[i] * Known[i, j] * gradient[j];
        return Math.Sqrt(Math.Max(0, variance));
    }

    private LawPeak FindPeak()
    {
        if (!Law.TryPeak(_values, out var peak)) return new LawPeak.None(WhyNoPeak());
        double reward = Evaluate(peak), kl = peak.Squared().Value;
        Estimate klEstimate = Estimate.WithoutError(kl), rewardEstimate = Estimate.WithoutError(reward);
        if (_covariance is not null)
        {
            // The height moves with the coefficients only directly: at the peak dR/dd = 0.
            rewardEstimate = new(reward, StandardErrorAt(peak));
            if (PeakKlError() is { } error) klEstimate = new(kl, error);
            if (Law.ParameterNames.Contains("beta") && DegreesOfFreedom > 0 && Beta.Value <= StudentT.InvCDF(0, 1, DegreesOfFreedom, 0.975) * Beta.StandardError)
                return new LawPeak.Undecided(klEstimate, rewardEstimate, $"beta = {Beta} is not clearly above 0");
        }
        double smallest = _problem.Distances.Min(), largest = _problem.Distances.Max();
        return peak.Value >= smallest && peak.Value <= largest
            ? new LawPeak.InsideData(klEstimate, rewardEstimate)
            : new LawPeak.OutsideData(klEstimate, rewardEstimate, new(smallest * smallest), new(largest * largest));
    }

    private string WhyNoPeak()
    {
        if (!Law.ParameterNames.Contains("beta")) return "this law has none";
        if (Beta.Value <= 0) return FormattableString.Invariant($"beta = {Beta.Value:G3} is not positive, so the fitted reward never turns down");
        return Alpha.Value <= 0 ? FormattableString.Invariant($"alpha = {Alpha.Value:G3} is not positive, so the fitted reward falls from the start")
            : "the fitted peak is too far away to be a number";
    }

    // d* has no formula common to the laws, so KL* is differentiated by central differences; null where a neighbour has no peak.
    private double? PeakKlError()
    {
        Span<double> gradient = stackalloc double[_values.Length], moved = stackalloc double[_values.Length];
        for (int j = 0; j < gradient.Length; j++)
        {
            double step = 1e-5 * Math.Max(Math.Abs(_values[j]), 1e-8);
            _values.CopyTo(moved);
            moved[j] = _values[j] + step;
            if (!Law.TryPeak(moved, out var above)) return null;
            moved[j] = _values[j] - step;
            if (!Law.TryPeak(moved, out var below)) return null;
            gradient[j] = (above.Value - below.Value) * (above.Value + below.Value) / (2 * step);
        }
        double error = ErrorAlong(gradient);
        return double.IsFinite(error) ? error : null;
    }
}
