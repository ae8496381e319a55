using MathNet.Numerics.Distributions;
using RewardScaling.Numerics;

namespace RewardScaling.Laws;

/// <summary>
/// A law's coefficients against the size of the reward model: regressed, and predicted for a model not yet trained.
/// </summary>
/// <remarks>
/// Two stages: coefficients first, then each against log size by least squares. The scatter around the line, which holds the
/// errors of the first stage and what size does not explain, is estimated for all coefficients together with its
/// correlations, so α and β of a prediction go together as they do in the fits. Predictions are for one new reward model: the
/// line's error and the scatter both.
/// </remarks>
public sealed class CoefficientScaling
{
    private readonly ScalingPoint[] _points;
    private readonly double[] _intercepts, _slopes;
    private readonly double[,] _scatter;
    private readonly double _meanLog, _sumOfSquares;

    private CoefficientScaling(OveroptimizationLaw law, ScalingForm form, ScalingPoint[] points)
    {
        (Law, Form, _points) = (law, form, points);
        int width = law.ParameterNames.Count, count = points.Length;
        double[] x = Array.ConvertAll(points, static point => Math.Log10(point.Size));
        _meanLog = x.Average();
        _sumOfSquares = x.Sum(value => (value - _meanLog) * (value - _meanLog));
        (_intercepts, _slopes, RSquared) = (new double[width], new double[width], new double[width]);
        var residuals = new double[width, count];
        for (int j = 0; j < width; j++)
        {
            double[] y = Array.ConvertAll(points, point => Forward(point.Coefficients[j]));
            double mean = y.Average(), total = y.Sum(value => (value - mean) * (value - mean)), rest = 0;
            for (int i = 0; i < count; i++) _slopes[j] += (x[i] - _meanLog) * (y[i] - mean) / _sumOfSquares;
            _intercepts[j] = mean - _slopes[j] * _meanLog;
            for (int i = 0; i < count; i++)
            {
                residuals[j, i] = y[i] - _intercepts[j] - _slopes[j] * x[i];
                rest += residuals[j, i] * residuals[j, i];
            }
            RSquared[j] = total > 0 ? 1 - rest / total : 0;
        }
        _scatter = new double[width, width];
        for (int a = 0; a < width; a++)
            for (int b = 0; b < width; b++)
                for (int i = 0; i < count; i++) _scatter[a, b] += residuals[a, i] * residuals[b, i] / DegreesOfFreedom;
    }

    /// <summary>The law.</summary>
    public OveroptimizationLaw Law { get; }

    /// <summary>How coefficients change with size.</summary>
    public ScalingForm Form { get; }

    /// <summary>Reward models less 2.</summary>
    public int DegreesOfFreedom => _points.Length - 2;

    /// <summary>R² of each coefficient's line, in the law's order.</summary>
    public double[] RSquared { get; }

    /// <summary>Regresses coefficients on size.</summary>
    /// <param name="law">The law the coefficients belong to.</param>
    /// <param name="points">At least three reward models of at least two sizes.</param>
    /// <param name="form">How coefficients change with size.</param>
    /// <exception cref="ArgumentException">Too few points or sizes, another number of coefficients, or one that is not positive
    /// under a power law.</exception>
    public static CoefficientScaling Of(OveroptimizationLaw law, IReadOnlyList<ScalingPoint> points,
        ScalingForm form = ScalingForm.LogLinear)
    {
        ArgumentNullException.ThrowIfNull(law);
        ArgumentNullException.ThrowIfNull(points);
        if (points.Count < 3 || points.Select(static point => point.Size).Distinct().Count() < 2)
            throw new ArgumentException(FormattableString.Invariant($"points has {points.Count} reward models; a line with an error needs at least 3, of 2 sizes."), nameof(points));
        for (int i = 0; i < points.Count; i++)
        {
            Guard.Length(points[i].Coefficients.Count, law.ParameterNames.Count, $"points[{i}].Coefficients");
            for (int j = 0; form == ScalingForm.PowerLaw && j < points[i].Coefficients.Count; j++)
                Guard.Positive(points[i].Coefficients[j], $"points[{i}].Coefficients[{j}]");
        }
        return new(law, form, [.. points]);
    }

    /// <summary>The line of a coefficient in log10 size; of its logarithm to base e under a power law.</summary>
    /// <param name="parameter">One of the law's parameter names.</param>
    /// <returns>Intercept and slope with their errors.</returns>
    public (Estimate Intercept, Estimate Slope) Line(string parameter)
    {
        int j = IndexOf(parameter);
        double slopeError = Math.Sqrt(_scatter[j, j] / _sumOfSquares),
            interceptError = Math.Sqrt(_scatter[j, j] * (1.0 / _points.Length + _meanLog * _meanLog / _sumOfSquares));
        return (new(_intercepts[j], interceptError), new(_slopes[j], slopeError));
    }

    /// <summary>The coefficients expected at a size.</summary>
    /// <param name="size">The size; above 0.</param>
    public double[] Coefficients(double size)
    {
        Guard.Positive(size);
        return [.. Enumerable.Range(0, _slopes.Length).Select(j => Back(_intercepts[j] + _slopes[j] * Math.Log10(size)))];
    }

    /// <summary>The prediction interval of a coefficient of one new reward model.</summary>
    /// <param name="parameter">One of the law's parameter names.</param>
    /// <param name="size">The size; above 0.</param>
    /// <param name="level">The confidence, in (0, 1).</param>
    public ConfidenceInterval Predict(string parameter, double size, double level = 0.95)
    {
        Guard.Positive(size);
        int j = IndexOf(parameter);
        double center = _intercepts[j] + _slopes[j] * Math.Log10(size);
        double half = StudentT.InvCDF(0, 1, DegreesOfFreedom, 0.5 + level / 2) * Math.Sqrt(_scatter[j, j] * Inflation(size));
        return new(Back(center - half), Back(center + half), level);
    }

    /// <summary>
    /// The prediction interval of KL* or R* of one new reward model, by 20,000 draws of its coefficients (multivariate t).
    /// </summary>
    /// <param name="size">The size; above 0.</param>
    /// <param name="stream">Where the randomness comes from.</param>
    /// <param name="level">The confidence, in (0, 1).</param>
    /// <returns>KL* in nats and R*; unbounded above when draws without a peak reach into the upper tail.</returns>
    public (ConfidenceInterval Kl, ConfidenceInterval Reward) PredictPeak(double size, RandomStream stream, double level = 0.95)
    {
        Guard.Positive(size);
        const int Draws = 20_000;
        int width = _slopes.Length;
        double[,] root = Root(_scatter, Math.Sqrt(Inflation(size)));
        double[] kl = new double[Draws], reward = new double[Draws], coefficients = new double[width];
        for (int draw = 0; draw < Draws; draw++)
        {
            var random = stream.Fork(draw);
            double stretch = Math.Sqrt(DegreesOfFreedom / ChiSquared.InvCDF(DegreesOfFreedom,
                Math.Max(random.Uniform(0), 1e-12)));
            for (int a = 0; a < width; a++)
            {
                double value = _intercepts[a] + _slopes[a] * Math.Log10(size);
                for (int b = 0; b <= a; b++) value += stretch * root[a, b] * random.Normal((ulong)(b + 1));
                coefficients[a] = Back(value);
            }
            bool found = Law.TryPeak(coefficients, out var peak);
            kl[draw] = found ? peak.Squared().Value : double.PositiveInfinity;
            reward[draw] = found ? Law.Evaluate(peak, coefficients) : double.PositiveInfinity;
        }
        return (Middle(kl), Middle(reward));

        ConfidenceInterval Middle(double[] values)
        {
            Array.Sort(values);
            return new(values[(int)((0.5 - level / 2) * (Draws - 1))], values[(int)((0.5 + level / 2) * (Draws - 1))], level);
        }
    }

    /// <summary>Leaves out one size after another and says whether the lines of the others predict its coefficients.</summary>
    /// <param name="level">The confidence of the prediction intervals, in (0, 1).</param>
    /// <returns>For every point and coefficient whether it lies in the interval; about the level's share should.</returns>
    /// <exception cref="InvalidOperationException">Fewer than four points.</exception>
    public IReadOnlyList<(double Size, string Parameter, bool Predicted)> LeaveOneOut(double level = 0.95)
    {
        if (_points.Length < 4) throw new InvalidOperationException("Leaving one out needs at least four reward models.");
        var results = new List<(double, string, bool)>();
        foreach (var point in _points)
        {
            var others = Of(Law, [.. _points.Where(other => other != point)], Form);
            for (int j = 0; j < _slopes.Length; j++)
                results.Add((point.Size, Law.ParameterNames[j],
                    others.Predict(Law.ParameterNames[j], point.Size, level).Contains(point.Coefficients[j])));
        }
        return results;
    }

    /// <summary>The lines.</summary>
    public override string ToString() =>
        string.Join(Environment.NewLine, Law.ParameterNames.Select((name, j) => FormattableString.Invariant(
        $"{(Form == ScalingForm.PowerLaw ? $"ln {name}" : name)} = ({Line(name).Intercept}) + ({Line(name).Slope}) log10(size), R² {RSquared[j]:F3}, {_points.Length} reward models")));

    private double Inflation(double size) =>
        1 + 1.0 / _points.Length + (Math.Log10(size) - _meanLog) * (Math.Log10(size) - _meanLog) / _sumOfSquares;

    private double Forward(double value) => Form == ScalingForm.PowerLaw ? Math.Log(value) : value;

    private double Back(double value) => Form == ScalingForm.PowerLaw ? Math.Exp(value) : value;

    private int IndexOf(string parameter)
    {
        for (int j = 0; j < Law.ParameterNames.Count; j++)
            if (Law.ParameterNames[j] == parameter) return j;
        throw new ArgumentException($"The {Law.Name} law has no coefficient '{parameter}'; it has {string.Join(", ", Law.ParameterNames)}.", nameof(parameter));
    }

    // Cholesky; a direction without scatter stays without.
    private static double[,] Root(double[,] matrix, double scale)
    {
        int width = matrix.GetLength(0);
        var root = new double[width, width];
        for (int a = 0; a < width; a++)
            for (int b = 0; b <= a; b++)
            {
                double sum = matrix[a, b];
                for (int k = 0; k < b; k++) sum -= root[a, k] * root[b, k];
                root[a, b] = a == b ? Math.Sqrt(Math.Max(0, sum)) : root[b, b] > 0 ? sum / root[b, b] : 0;
            }
        for (int a = 0; a < width; a++)
            for (int b = 0; b <= a; b++) root[a, b] *= scale;
        return root;
    }
}
