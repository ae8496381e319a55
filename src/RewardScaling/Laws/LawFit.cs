using RewardScaling.Curves;
using RewardScaling.Divergence;
using RewardScaling.Numerics;

namespace RewardScaling.Laws;

/// <summary>A law fitted to a curve: coefficients with their errors, how well it fits, and where it peaks.</summary>
/// <remarks>
/// Errors assume that the law holds and, unless the weighting is <see cref="LawWeighting.SharedSamples"/>, that the points'
/// errors are independent. Points of one best-of-n pool share their samples and are not.
/// </remarks>
/// <example>
/// <code>
/// Console.WriteLine(fit);                              // a report to read
/// double alpha = fit["alpha"].Value;
/// if (fit.LackOfFit.IsRejected) Console.WriteLine(fit.MeasuredPeak);
/// </code>
/// </example>
[TypeFormatterSource]
public sealed class LawFit
{
    private readonly double[] _values;
    private readonly ParameterState[] _states;
    private readonly JointSolution? _joint;
    private Errors? _errors;
    private Misfit? _misfit;

    /// <summary>A fit of one curve. Errors and sums of squares are worked out when somebody asks: a bootstrap has thousands of
    /// fits of which only the values are read.</summary>
    internal LawFit(LawFitProblem problem, double[] values, ParameterState[] states)
    {
        (Problem, _values, _states) = (problem, values, states);
        DegreesOfFreedom = PointCount;
        foreach (var state in states)
            if (state == ParameterState.Estimated) DegreesOfFreedom--;
    }

    /// <summary>One curve of a joint fit: coefficients, errors and noise are those of all curves together.</summary>
    internal LawFit(LawFitProblem problem, double[] values, ParameterState[] states, double[,]? covariance, JointSolution joint)
    {
        (Problem, _values, _states, _errors) = (problem, values, states, new(covariance, joint.WhyNoErrors));
        (DegreesOfFreedom, _joint) = (joint.DegreesOfFreedom, joint);
    }

    /// <summary>The same fit beside another highest point.</summary>
    private LawFit(LawFit fit, MeasuredPeak measured)
    {
        (Problem, _values, _states, DegreesOfFreedom) = (fit.Problem, fit._values, fit._states, fit.DegreesOfFreedom);
        (_joint, _errors, _misfit, MeasuredPeak) = (fit._joint, fit._errors, fit._misfit, measured);
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
    public bool HasErrors => ErrorsOf.Covariance is not null;

    /// <summary>Why errors could not be estimated; empty when they could.</summary>
    public string WhyNoErrors => ErrorsOf.WhyNot;

    /// <summary>How many points were fitted.</summary>
    public int PointCount => Problem.PointCount;

    /// <summary>How many points at KL = 0 were not counted, because every law has R(0) = 0.</summary>
    public int PointsAtZero => Problem.PointsAtZero;

    /// <summary>Points less free coefficients; in a joint fit those of all its curves.</summary>
    public int DegreesOfFreedom { get; }

    /// <summary>Whether this is one curve of a <see cref="JointFit"/>, with the coefficients, errors and noise of all of them.
    /// </summary>
    public bool IsPartOfJointFit => _joint is not null;

    /// <summary>Sum of squared residuals, each divided by its standard error when the fit is weighted.</summary>
    public double ResidualSumOfSquares => MisfitOf.SumOfSquares;

    /// <summary>sqrt(mean squared residual), in units of reward, unweighted; divisor the number of points.</summary>
    public double RootMeanSquareError => MisfitOf.RootMeanSquare;

    /// <summary>
    /// sqrt(residual sum of squares / degrees of freedom): the noise in units of reward with equal weights; in units of the
    /// standard errors when weighted, where about 1 is good.
    /// </summary>
    /// <exception cref="InvalidOperationException">There are no degrees of freedom.</exception>
    public double ResidualStandardDeviation => DegreesOfFreedom > 0
        ? Math.Sqrt((_joint?.SumOfSquares ?? ResidualSumOfSquares) / DegreesOfFreedom)
        : throw new InvalidOperationException($"There are as many coefficients as points ({PointCount}), so the residuals say nothing about the noise.");

    /// <summary>1 - residual / total sum of squares, the total about the (weighted) mean; negative when a constant would fit
    /// better; 0 for equal rewards.</summary>
    public double RSquared => MisfitOf.RSquared;

    /// <summary>
    /// Akaike's criterion with the small-sample correction, as <see cref="LawComparison"/> uses it; +∞ with too few points to
    /// correct.
    /// Only differences between fits of the same points mean anything. In a joint fit that of all its curves, <see
    /// cref="JointFit.Aicc"/>.
    /// </summary>
    public double Aicc => Criterion(bic: false);

    /// <summary>Schwarz's criterion, as <see cref="LawComparison"/> uses it; in a joint fit that of all its curves.</summary>
    public double Bic => Criterion(bic: true);

    /// <summary>
    /// What a reader should know before believing the numbers, a sentence each: a law that does not describe the points, a start
    /// other than 0, coefficients at bounds or hardly told apart, few degrees of freedom.
    /// </summary>
    public IReadOnlyList<string> Warnings => field ??= [.. LawFitReport.Warnings(this)];

    /// <summary>Whether the law describes the points.</summary>
    public LackOfFit LackOfFit => field ??= LawResiduals.Test(this);

    /// <summary>The highest point of the curve as measured, without the law; of the reward that was fitted.</summary>
    public MeasuredPeak MeasuredPeak
    {
        get => field ??= MeasuredPeak.OfReward(Problem.CurveAsGold, Target == RewardTarget.Gold ? "gold" : "proxy");
        private init;
    }

    /// <summary>The law's peak beside the measured one, and which to believe.</summary>
    public PeakComparison PeakComparison => field ??= PeakComparison.Of(this);

    /// <summary>What stands above the intervals: "95 % intervals", or "if the law held, 95 % intervals" where it is rejected.
    /// </summary>
    public string IntervalsHeading => LackOfFit.IsRejected ? "if the law held, 95 % intervals" : "95 % intervals";

    /// <summary>The peak of the fitted law.</summary>
    public LawPeak Peak => field ??= PeakFinder.Find(this);

    internal LawFitProblem Problem { get; }

    internal ReadOnlySpan<double> Values => _values;

    internal ParameterState[] States => _states;

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

    /// <summary>The fitted reward less that of the start: the offset and its error are not in it.</summary>
    internal Estimate GainAt(KlDistance distance)
    {
        double gain = Law.Evaluate(distance, Coefficients);
        if (!HasErrors) return Estimate.WithoutError(gain);
        Span<double> gradient = stackalloc double[_values.Length];
        Law.Gradient(distance, Coefficients, gradient[..^1]);
        gradient[^1] = 0;
        return new(gain, ErrorAlong(gradient));
    }

    /// <summary>The same fit held against a highest point that was found otherwise than <see cref="MeasuredPeak"/> finds it, such
    /// as with the errors of <see cref="ScatterErrors"/>: its words, tables and advice then speak of that one.</summary>
    /// <param name="measured">Where the same reward is highest as measured.</param>
    public LawFit Beside(MeasuredPeak measured)
    {
        ArgumentNullException.ThrowIfNull(measured);
        return new(this, measured);
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

    // Worked out twice by two threads at worst, to the same bits.
    private Errors ErrorsOf => _errors ??= Estimated();

    private Misfit MisfitOf => _misfit ??= Measured(Problem, _values);

    private double Criterion(bool bic) => _joint?.Criterion(Weighting, bic)
        ?? LawComparison.Criterion(Weighting, PointCount, DegreesOfFreedom, ResidualSumOfSquares, bic);

    private double[,] Known => ErrorsOf.Covariance
        ?? throw new InvalidOperationException($"Errors could not be estimated: {WhyNoErrors}. Ask HasErrors first.");

    private Estimate ValueOf(int i) => _states[i] switch
    {
        ParameterState.Fixed => Estimate.Exact(_values[i]),
        ParameterState.Estimated when ErrorsOf.Covariance is { } covariance =>
            new(_values[i], Math.Sqrt(Math.Max(0, covariance[i, i]))),
        _ => Estimate.WithoutError(_values[i]),
    };

    private Errors Estimated()
    {
        bool known = Weighting is LawWeighting.KnownErrors or LawWeighting.SharedSamples;
        if (LawFitSolver.InverseGram(Problem, _values, _states) is not { } covariance)
            return new(null, "the points do not determine the coefficients at the solution; fix one");
        if (!known && DegreesOfFreedom <= 0) return new(null, "as many coefficients as points");
        foreach (double entry in covariance)
            if (!double.IsFinite(entry)) return new(null, "the points are too far apart in size for an error to be a number");
        if (Problem.Covariance is not null) return new(Sandwich(Problem, _values, covariance), "");
        double variance = known ? 1 : ResidualSumOfSquares / DegreesOfFreedom;
        for (int i = 0; i < _values.Length; i++)
            for (int j = 0; j < _values.Length; j++) covariance[i, j] *= variance;
        return new(covariance, "");
    }

    // Weighted sum of squares, plain root mean square, and R² about the weighted mean.
    private static Misfit Measured(LawFitProblem problem, double[] values)
    {
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
        return new(weighted, Math.Sqrt(plain / problem.PointCount), total > 0 ? 1 - weighted / total : 0);
    }

    private static double[,] Sandwich(LawFitProblem problem, double[] values, double[,] inverseGram)
    {
        int points = problem.PointCount, width = values.Length;
        double[] jacobian = new double[points * width], gradient = new double[width];
        for (int i = 0; i < points; i++)
        {
            problem.Gradient(problem.Distances[i], values, gradient);
            for (int j = 0; j < width; j++) jacobian[j * points + i] = gradient[j];
        }
        return LeastSquares.Sandwich(jacobian, points, inverseGram,
            (i, j) => problem.Covariance![problem.CurveIndices[i], problem.CurveIndices[j]]);
    }

    private sealed record Errors(double[,]? Covariance, string WhyNot);

    private sealed record Misfit(double SumOfSquares, double RootMeanSquare, double RSquared);
}
