using RewardScaling.Curves;
using RewardScaling.Divergence;
using RewardScaling.Numerics;

namespace RewardScaling.Laws;

/// <summary>A law fitted to a curve: coefficients with their errors, how well it fits, and where it peaks.</summary>
/// <remarks>
/// Errors assume that the law holds and, unless the weighting is <see cref="LawWeighting.SharedSamples"/>, that the points'
/// errors are independent. Points of one best-of-n pool share their samples and are not.
/// </remarks>
[TypeFormatterSource]
public sealed class LawFit
{
    private readonly double[] _values;
    private readonly ParameterState[] _states;
    private readonly double[,]? _covariance;

    internal LawFit(LawFitProblem problem, double[] values, ParameterState[] states, double[,]? inverseGram)
    {
        (Problem, _values, _states) = (problem, values, states);
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
            double residual = problem.Rewards[i] - problem.Evaluate(problem.Distances[i], values),
                scale2 = problem.Scales[i] * problem.Scales[i];
            plain += residual * residual;
            weighted += residual * residual / scale2;
            total += (problem.Rewards[i] - mean) * (problem.Rewards[i] - mean) / scale2;
        }
        ResidualSumOfSquares = weighted;
        RootMeanSquareError = Math.Sqrt(plain / problem.PointCount);
        RSquared = total > 0 ? 1 - weighted / total : 0;
        bool known = Weighting is LawWeighting.KnownErrors or LawWeighting.SharedSamples;
        if (inverseGram is null) WhyNoErrors = "the points do not determine the coefficients at the solution; fix one";
        else if (!known && DegreesOfFreedom <= 0) WhyNoErrors = "as many coefficients as points";
        else if (problem.Covariance is not null) _covariance = Sandwich(problem, values, inverseGram);
        else
        {
            double variance = known ? 1 : weighted / DegreesOfFreedom;
            _covariance = inverseGram;
            for (int i = 0; i < values.Length; i++)
                for (int j = 0; j < values.Length; j++) _covariance[i, j] *= variance;
        }
    }

    /// <summary>The law.</summary>
    public OveroptimizationLaw Law => Problem.Law;

    /// <summary>The curve's label.</summary>
    public string Label => Problem.Label;

    /// <summary>Which reward was fitted.</summary>
    public RewardTarget Target => Problem.Options.Target;

    /// <summary>What the points' errors meant to the fit.</summary>
    public LawWeighting Weighting => Problem.Options.Weighting;

    /// <summary>The law's coefficients in its order, and last the offset.</summary>
    public IReadOnlyList<FittedParameter> Parameters => field ??=
        [.. Enumerable.Range(0, _values.Length)
            .Select(i => new FittedParameter(Problem.Names[i], ValueOf(i), _states[i], Problem.Ranges[i]))];

    /// <summary>α, the slope of the reward at first.</summary>
    public Estimate Alpha => this["alpha"];

    /// <summary>β, what turns the reward down.</summary>
    public Estimate Beta => this["beta"];

    /// <summary>A coefficient by name; without an error when it could not be estimated.</summary>
    /// <param name="parameter">One of the law's parameter names, or "offset".</param>
    /// <exception cref="ArgumentException">The law has no such coefficient.</exception>
    public Estimate this[string parameter] => Parameters[IndexOf(parameter)].Value;

    /// <summary>The law's coefficients in the order of its parameter names, without the offset.</summary>
    public ReadOnlySpan<double> Coefficients => _values.AsSpan(0, _values.Length - 1);

    /// <summary>Whether errors could be estimated.</summary>
    public bool HasErrors => _covariance is not null;

    /// <summary>Why errors could not be estimated; empty when they could.</summary>
    public string WhyNoErrors { get; } = "";

    /// <summary>How many points were fitted.</summary>
    public int PointCount => Problem.PointCount;

    /// <summary>How many points at KL = 0 were not counted, because every law has R(0) = 0.</summary>
    public int PointsAtZero => Problem.PointsAtZero;

    /// <summary>Points less free coefficients.</summary>
    public int DegreesOfFreedom => PointCount - _states.Count(static state => state == ParameterState.Estimated);

    /// <summary>Sum of squared residuals, each divided by its standard error when the fit is weighted.</summary>
    public double ResidualSumOfSquares { get; }

    /// <summary>sqrt(mean squared residual), in units of reward, unweighted; divisor the number of points.</summary>
    public double RootMeanSquareError { get; }

    /// <summary>
    /// sqrt(residual sum of squares / degrees of freedom): the noise in units of reward with equal weights; in units of the
    /// standard errors when weighted, where about 1 is good.
    /// </summary>
    /// <exception cref="InvalidOperationException">There are no degrees of freedom.</exception>
    public double ResidualStandardDeviation => DegreesOfFreedom > 0 ? Math.Sqrt(ResidualSumOfSquares / DegreesOfFreedom)
        : throw new InvalidOperationException($"There are as many coefficients as points ({PointCount}), so the residuals say nothing about the noise.");

    /// <summary>1 - residual / total sum of squares, the total about the (weighted) mean; negative when a constant would fit
    /// better; 0 for equal rewards.</summary>
    public double RSquared { get; }

    /// <summary>
    /// Akaike's criterion with the small-sample correction, as <see cref="LawComparison"/> uses it; +∞ with too few points to correct.
    /// Only differences between fits of the same points mean anything.
    /// </summary>
    public double Aicc => LawComparison.Criterion(this, bic: false);

    /// <summary>Schwarz's criterion, as <see cref="LawComparison"/> uses it.</summary>
    public double Bic => LawComparison.Criterion(this, bic: true);

    /// <summary>
    /// What a reader should know before believing the numbers, a sentence each: coefficients at bounds or hardly told apart, few
    /// degrees of freedom, residuals that are not random by distance.
    /// </summary>
    public IReadOnlyList<string> Warnings => field ??= [.. LawFitReport.Warnings(this)];

    /// <summary>The peak of the fitted law.</summary>
    public LawPeak Peak => field ??= PeakFinder.Find(this);

    internal LawFitProblem Problem { get; }

    internal ReadOnlySpan<double> Values => _values;

    /// <summary>The covariance of two coefficients; 0 where one is fixed or at a bound.</summary>
    /// <param name="first">One of the law's parameter names, or "offset".</param>
    /// <param name="second">One of the law's parameter names, or "offset".</param>
    /// <exception cref="InvalidOperationException">Errors could not be estimated: see <see cref="HasErrors"/>.</exception>
    public double Covariance(string first, string second) => Known[IndexOf(first), IndexOf(second)];

    /// <summary>The correlation of two coefficients, in [-1, 1]; 0 where one of them has no variance.</summary>
    /// <param name="first">One of the law's parameter names, or "offset".</param>
    /// <param name="second">One of the law's parameter names, or "offset".</param>
    /// <exception cref="InvalidOperationException">Errors could not be estimated: see <see cref="HasErrors"/>.</exception>
    public double Correlation(string first, string second)
    {
        double scale = Math.Sqrt(Covariance(first, first) * Covariance(second, second));
        return scale > 0 ? Covariance(first, second) / scale : 0;
    }

    /// <summary>The fitted reward, offset included.</summary>
    /// <param name="distance">d = sqrt(KL), KL in nats.</param>
    public double Evaluate(KlDistance distance) => Problem.Evaluate(distance.Value, _values);

    /// <summary>
    /// The standard error of the fitted reward, for bands around the curve (of the curve itself, not of new points).
    /// </summary>
    /// <param name="distance">d = sqrt(KL), KL in nats.</param>
    /// <exception cref="InvalidOperationException">Errors could not be estimated: see <see cref="HasErrors"/>.</exception>
    public double StandardErrorAt(KlDistance distance)
    {
        Span<double> gradient = stackalloc double[_values.Length];
        Problem.Gradient(distance.Value, _values, gradient);
        return ErrorAlong(gradient);
    }

    /// <summary>Confidence intervals of the coefficients, the peak and the return to the start.</summary>
    /// <param name="level">The confidence, in (0, 1).</param>
    /// <exception cref="InvalidOperationException">Errors could not be estimated: see <see cref="HasErrors"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The level is not in (0, 1).</exception>
    public LawIntervals Intervals(double level = 0.95) => new(this, level);

    /// <summary>
    /// A report of several lines that can be pasted: values, errors, intervals, correlation, criteria, warnings and the peak
    /// in words.
    /// </summary>
    public override string ToString() => LawFitReport.Text(this);

    /// <summary>The error of a quantity with this gradient by the coefficients, to first order.</summary>
    internal double ErrorAlong(ReadOnlySpan<double> gradient)
    {
        double variance = 0;
        for (int i = 0; i < gradient.Length; i++)
            for (int j = 0; j < gradient.Length; j++) variance += gradient[i] * Known[i, j] * gradient[j];
        return Math.Sqrt(Math.Max(0, variance));
    }

    internal int IndexOf(string parameter)
    {
        int index = Array.IndexOf(Problem.Names, parameter);
        return index >= 0 ? index
            : throw new ArgumentException($"The {Law.Name} law has no coefficient '{parameter}'; a fit of it has {string.Join(", ", Problem.Names)}.", nameof(parameter));
    }

    private double[,] Known => _covariance
        ?? throw new InvalidOperationException($"Errors could not be estimated: {WhyNoErrors}. Ask HasErrors first.");

    private Estimate ValueOf(int i) => _states[i] switch
    {
        ParameterState.Fixed => Estimate.Exact(_values[i]),
        ParameterState.Estimated when _covariance is not null => new(_values[i], Math.Sqrt(_covariance[i, i])),
        _ => Estimate.WithoutError(_values[i]),
    };

    // G Jᵀ Σ J G with G = (JᵀJ)⁻¹: the covariance of a least-squares estimate whose points have covariance Σ.
    private static double[,] Sandwich(LawFitProblem problem, double[] values, double[,] inverseGram)
    {
        int points = problem.PointCount, width = values.Length;
        var influence = new double[points, width];
        var gradient = new double[width];
        for (int i = 0; i < points; i++)
        {
            problem.Gradient(problem.Distances[i], values, gradient);
            for (int a = 0; a < width; a++)
                for (int b = 0; b < width; b++) influence[i, a] += inverseGram[a, b] * gradient[b];
        }
        var covariance = new double[width, width];
        for (int i = 0; i < points; i++)
            for (int j = 0; j < points; j++)
            {
                double shared = problem.Covariance![problem.CurveIndices[i], problem.CurveIndices[j]];
                for (int a = 0; a < width; a++)
                    for (int b = 0; b < width; b++) covariance[a, b] += influence[i, a] * shared * influence[j, b];
            }
        return covariance;
    }
}
