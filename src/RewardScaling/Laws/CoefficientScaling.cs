using MathNet.Numerics.LinearAlgebra;
using RewardScaling.Curves;
using RewardScaling.Divergence;
using RewardScaling.Numerics;

namespace RewardScaling.Laws;

/// <summary>
/// A law's coefficients against the size of the reward model, its parameters or its comparisons: regressed, and predicted for
/// a model not yet trained.
/// </summary>
/// <remarks>
/// <para>
/// Two stages (<see cref="Of"/>): each curve's coefficients first, then their lines in log10 size, weighted by each fit's full
/// covariance where it is known. What the models scatter beyond those errors is estimated for all coefficients together with its
/// correlations, so α and β of a prediction go together as they do in the fits.
/// </para>
/// <para>
/// One stage (<see cref="OneStage"/>): all points of all curves at once. It takes size to explain everything, so its intervals
/// leave out what one reward model differs from the next; <see cref="LineTest"/> says whether the data allow that.
/// </para>
/// <para>Predictions are for one new reward model: the line's error and the scatter both.</para>
/// </remarks>
[TypeFormatterSource]
public sealed class CoefficientScaling
{
    private readonly ScalingLines _lines;
    private readonly ScalingPoint[] _points;
    private readonly SharingTest? _test;
    private readonly Func<double, CoefficientScaling> _without;

    private CoefficientScaling(OveroptimizationLaw law, ScalingForm form, ScalingPoint[] points, ScalingLines lines,
        bool oneStage,
        SharingTest? test, string whyNoTest, Func<double, CoefficientScaling> without)
    {
        (Law, Form, _points, _lines, IsOneStage, _without) = (law, form, points, lines, oneStage, without);
        (_test, WhyNoLineTest) = (test, whyNoTest);
        RSquared = [.. Enumerable.Range(0, law.ParameterNames.Count).Select(j =>
        {
            double[] y = Array.ConvertAll(points, point => Forward(point.Coefficients[j]));
            double mean = y.Average(), total = y.Sum(value => (value - mean) * (value - mean)), rest = 0;
            for (int i = 0; i < y.Length; i++)
                rest += Math.Pow(y[i] - lines.Value(j, Math.Log10(points[i].Size)), 2);
            return total > 0 ? 1 - rest / total : 0;
        })];
    }

    /// <summary>The law.</summary>
    public OveroptimizationLaw Law { get; }

    /// <summary>How coefficients change with size.</summary>
    public ScalingForm Form { get; }

    /// <summary>Whether all curves were fitted at once.</summary>
    public bool IsOneStage { get; }

    /// <summary>Of the errors of the lines: reward models less 2 in two stages; in one stage points less coefficients, prompts
    /// less 1 for shared samples, and +∞ for known errors.</summary>
    public double DegreesOfFreedom => _lines.DegreesOfFreedom;

    /// <summary>R² of each coefficient's line among the coefficients of the separate fits, in the law's order; a number a line
    /// that is not their least squares can make negative.</summary>
    public double[] RSquared { get; }

    /// <summary>Whether the lines could be tested.</summary>
    public bool HasLineTest => _test is not null;

    /// <summary>Why the lines could not be tested; empty when they could.</summary>
    public string WhyNoLineTest { get; }

    /// <summary>Whether the errors alone explain how the curves differ from the lines.</summary>
    /// <exception cref="InvalidOperationException">It could not be tested: see <see cref="HasLineTest"/>.</exception>
    public SharingTest LineTest => _test
        ?? throw new InvalidOperationException($"The lines could not be tested: {WhyNoLineTest}. Ask HasLineTest first.");

    /// <summary>Regresses coefficients on size, in two stages.</summary>
    /// <param name="law">The law the coefficients belong to.</param>
    /// <param name="points">At least three reward models of at least two sizes, all with errors or all without.</param>
    /// <param name="form">How coefficients change with size.</param>
    /// <exception cref="ArgumentException">Too few points or sizes, another number of coefficients, errors of some only, or a
    /// coefficient that is not positive under a power law.</exception>
    public static CoefficientScaling Of(OveroptimizationLaw law, IReadOnlyList<ScalingPoint> points,
        ScalingForm form = ScalingForm.LogLinear)
    {
        ArgumentNullException.ThrowIfNull(law);
        ArgumentNullException.ThrowIfNull(points);
        if (points.Count < 3 || points.Select(static point => point.Size).Distinct().Count() < 2)
            throw new ArgumentException(FormattableString.Invariant($"points has {points.Count} reward models; a line with an error needs at least 3, of 2 sizes."), nameof(points));
        int width = law.ParameterNames.Count;
        for (int i = 0; i < points.Count; i++)
        {
            Guard.Length(points[i].Coefficients.Count, width, $"points[{i}].Coefficients");
            for (int j = 0; form == ScalingForm.PowerLaw && j < width; j++)
                Guard.Positive(points[i].Coefficients[j], $"points[{i}].Coefficients[{j}]");
            if (points[i].HasErrors != points[0].HasErrors)
                throw new ArgumentException(FormattableString.Invariant($"points[{(points[i].HasErrors ? 0 : i)}] has no errors though others have; give errors of all reward models or of none."), nameof(points));
        }
        ScalingPoint[] all = [.. points];
        var values = new double[width, all.Length];
        var errors = all[0].HasErrors ? new double[all.Length][,] : null;
        for (int i = 0; i < all.Length; i++)
        {
            for (int j = 0; j < width; j++) values[j, i] = form == ScalingForm.PowerLaw ? Math.Log(all[i].Coefficients[j])
                : all[i].Coefficients[j];
            if (errors is not null) errors[i] = Errors(all[i], form);
        }
        var lines = ScalingLines.Of(Array.ConvertAll(all, static point => Math.Log10(point.Size)), values, errors);
        return new(law, form, all, lines, oneStage: false, null,
            "in two stages the scatter around the lines is estimated, not tested",
            size => Of(law, [.. all.Where(point => point.Size != size)], form));
    }

    /// <summary>Fits all curves at once, the coefficients lines in log10 size or power laws of it.</summary>
    /// <param name="law">The law.</param>
    /// <param name="curves">At least three curves of at least two sizes, each with the parameters of its reward model or the
    /// comparisons it was trained on.</param>
    /// <param name="form">How coefficients change with size.</param>
    /// <param name="options">Which reward, which weights, fixed coefficients; null for gold with equal weights and R(0) = 0. A
    /// free offset is each curve's own. Bounds are not kept here.</param>
    /// <param name="constant">Coefficients that do not change with size, as Gao et al. hold α_RL; null for none.</param>
    /// <param name="samePrompts">With <see cref="LawWeighting.SharedSamples"/>: whether all curves were measured on the same
    /// prompts in the same order. Ignored otherwise.</param>
    /// <exception cref="ArgumentException">Too few curves or sizes, a size that is not a positive number, a name the law does not
    /// have, points that do not determine the lines, or under a power law a curve whose coefficients by itself are not
    /// positive.</exception>
    /// <exception cref="LawFitException">The search did not converge from any start.</exception>
    public static CoefficientScaling OneStage(OveroptimizationLaw law,
        IReadOnlyList<(double Size, RewardCurve Curve)> curves, ScalingForm form = ScalingForm.LogLinear,
        LawFitOptions? options = null, IReadOnlyList<string>? constant = null, bool samePrompts = false)
    {
        ArgumentNullException.ThrowIfNull(law);
        ArgumentNullException.ThrowIfNull(curves);
        options ??= new();
        options.Validate();
        constant ??= [];
        if (curves.Count < 3 || curves.Select(static curve => curve.Size).Distinct().Count() < 2)
            throw new ArgumentException(FormattableString.Invariant($"curves has {curves.Count} curves; a line with an error needs at least 3, of 2 sizes."), nameof(curves));
        for (int i = 0; i < curves.Count; i++) Guard.Positive(curves[i].Size, $"curves[{i}].Size");
        foreach (string name in constant)
            if (!law.ParameterNames.Contains(name)) throw new ArgumentException($"The {law.Name} law has no coefficient '{name}'; it has {string.Join(", ", law.ParameterNames)}.", nameof(constant));
        options = options.WithOffsetFor([.. curves.Select(static curve => curve.Curve)]);
        LawFitProblem[] problems = [.. curves.Select(curve => LawFitProblem.From(law, curve.Curve, options))];
        double[] x = [.. curves.Select(static curve => Math.Log10(curve.Size))];
        ScalingPoint[] points = [.. curves.Zip(problems, static (curve, problem) =>
            ScalingPoint.From(curve.Size, LawFitSolver.Solve(problem)))];
        for (int i = 0; form == ScalingForm.PowerLaw && i < points.Length; i++)
            for (int j = 0; j < law.ParameterNames.Count; j++)
                Guard.Positive(points[i].Coefficients[j], FormattableString.Invariant($"{law.ParameterNames[j]} of curves[{i}] by itself"));
        var (lines, test, why) = OneStageScaling.Of(problems, x, form, constant, samePrompts);
        return new(law, form, points, lines, oneStage: true, test, why, size =>
            OneStage(law, [.. curves.Where(curve => curve.Size != size)], form, options, constant, samePrompts));
    }

    /// <summary>The line of a coefficient in log10 size; of its logarithm to base e under a power law.</summary>
    /// <param name="parameter">One of the law's parameter names.</param>
    /// <returns>Intercept (at size 1) and slope with their errors.</returns>
    public (Estimate Intercept, Estimate Slope) Line(string parameter)
    {
        int j = IndexOf(parameter);
        double variance = _lines.CovarianceAt(j, j, 0) - _lines.Scatter[j, j];
        return (new(_lines.Value(j, 0), Math.Sqrt(Math.Max(0, variance))),
            new(_lines.Parameters[2 * j + 1], Math.Sqrt(_lines.Covariance[2 * j + 1, 2 * j + 1])));
    }

    /// <summary>The standard deviation of one reward model's coefficient around the line, beyond the errors of its fit where
    /// these are known; 0 in one stage. Of the coefficient's logarithm under a power law.</summary>
    /// <param name="parameter">One of the law's parameter names.</param>
    public double Scatter(string parameter) => Math.Sqrt(_lines.Scatter[IndexOf(parameter), IndexOf(parameter)]);

    /// <summary>The coefficients expected at a size.</summary>
    /// <param name="size">The size; above 0.</param>
    public double[] Coefficients(double size)
    {
        Guard.Positive(size);
        return [.. Enumerable.Range(0, Law.ParameterNames.Count).Select(j => Back(_lines.Value(j, Math.Log10(size))))];
    }

    /// <summary>The prediction interval of a coefficient of one new reward model.</summary>
    /// <param name="parameter">One of the law's parameter names.</param>
    /// <param name="size">The size; above 0.</param>
    /// <param name="level">The confidence, in (0, 1).</param>
    /// <exception cref="ArgumentOutOfRangeException">The size is not above 0, or the level not in (0, 1).</exception>
    public ConfidenceInterval Predict(string parameter, double size, double level = 0.95)
    {
        Guard.Positive(size);
        Guard.Level(level);
        return Interval(IndexOf(parameter), size, 0, level);
    }

    /// <summary>
    /// The prediction interval of KL* or R* of one new reward model, by 20,000 draws of its coefficients (multivariate t).
    /// </summary>
    /// <param name="size">The size; above 0.</param>
    /// <param name="stream">Where the randomness comes from.</param>
    /// <param name="level">The confidence, in (0, 1).</param>
    /// <returns>KL* in nats and R*; unbounded above when draws without a peak reach into the upper tail.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The size is not above 0, or the level not in (0, 1).</exception>
    public (ConfidenceInterval Kl, ConfidenceInterval Reward) PredictPeak(double size, RandomStream stream, double level = 0.95)
    {
        Guard.Positive(size);
        Guard.Level(level);
        double[] kl = new double[ScalingDraws.Count], reward = new double[ScalingDraws.Count];
        int draw = 0;
        foreach (double[] coefficients in Draws(size, stream))
        {
            bool found = Law.TryPeak(coefficients, out var peak);
            kl[draw] = found ? peak.Squared().Value : double.PositiveInfinity;
            reward[draw++] = found ? Law.Evaluate(peak, coefficients) : double.PositiveInfinity;
        }
        return (ScalingDraws.Middle(kl, level), ScalingDraws.Middle(reward, level));
    }

    /// <summary>The whole curve of one new reward model: the expected reward and its prediction interval at each KL, by 20,000
    /// draws of the coefficients (multivariate t).</summary>
    /// <param name="size">The size; above 0.</param>
    /// <param name="kl">Where; at least one KL.</param>
    /// <param name="stream">Where the randomness comes from.</param>
    /// <param name="level">The confidence at each KL, in (0, 1).</param>
    /// <exception cref="ArgumentException">No KL.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The size is not above 0, or the level not in (0, 1).</exception>
    public IReadOnlyList<ScalingPrediction> PredictCurve(double size, IReadOnlyList<KlNats> kl, RandomStream stream,
        double level = 0.95)
    {
        Guard.Positive(size);
        Guard.Level(level);
        ArgumentNullException.ThrowIfNull(kl);
        if (kl.Count == 0) throw new ArgumentException("kl is empty; a curve needs at least one KL.", nameof(kl));
        double[][] draws = [.. Draws(size, stream).Select(static drawn => (double[])drawn.Clone())];
        double[] expected = Coefficients(size);
        return [.. kl.Select(nats => new ScalingPrediction(nats, Law.Evaluate(nats.Sqrt(), expected),
            ScalingDraws.Middle(Array.ConvertAll(draws, drawn => Law.Evaluate(nats.Sqrt(), drawn)), level)))];
    }

    /// <summary>Leaves out one size after another and says whether the lines of the others predict its coefficients.</summary>
    /// <param name="level">The confidence of the prediction intervals, in (0, 1).</param>
    /// <returns>For every reward model and coefficient whether it lies in the interval; about the level's share should.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The level is not in (0, 1).</exception>
    /// <exception cref="InvalidOperationException">Without one of the sizes fewer than three reward models or two sizes are left.
    /// </exception>
    public IReadOnlyList<LeftOutCoefficient> LeaveOneOut(double level = 0.95)
    {
        Guard.Level(level);
        var results = new List<LeftOutCoefficient>();
        foreach (var group in _points.GroupBy(static point => point.Size))
        {
            if (_points.Length - group.Count() < 3 || _points.Select(static point => point.Size).Distinct().Count() < 3)
                throw new InvalidOperationException("Leaving one size out needs three sizes, and three reward models of the other sizes.");
            var others = _without(group.Key);
            foreach (var point in group)
                for (int j = 0; j < Law.ParameterNames.Count; j++)
                    results.Add(new(point.Size, Law.ParameterNames[j], point.Coefficients[j],
                        others.Interval(j, point.Size, point.HasErrors ? Errors(point, Form)[j, j] : 0, level)));
        }
        return results;
    }

    /// <summary>The lines.</summary>
    public override string ToString()
    {
        var lines = Law.ParameterNames.Select((name, j) => FormattableString.Invariant(
            $"{(Form == ScalingForm.PowerLaw ? $"ln {name}" : name)} = ({Line(name).Intercept}) + ({Line(name).Slope}) log10(size), R² {RSquared[j]:F3}, {_points.Length} reward models"));
        if (_test is not null) lines = lines.Append(_test.IsAllowed ? _test.Sentence
            : $"{_test.Sentence} Predictions leave out that scatter: use two stages.");
        return string.Join(Environment.NewLine, lines);
    }

    private ConfidenceInterval Interval(int j, double size, double added, double level)
    {
        double x = Math.Log10(size), center = _lines.Value(j, x);
        double half = _lines.HalfWidth(j, x, added, level);
        return new(Back(center - half), Back(center + half), level);
    }

    private IEnumerable<double[]> Draws(double size, RandomStream stream)
    {
        double x = Math.Log10(size);
        int width = Law.ParameterNames.Count;
        double[] center = [.. Enumerable.Range(0, width).Select(j => _lines.Value(j, x))];
        return _lines.Spread is null ? ScalingDraws.Of(center,
            Matrix<double>.Build.Dense(width, width, (a, b) => _lines.CovarianceAt(a, b, x)).ToArray(), DegreesOfFreedom, Back,
                stream) : ScalingDraws.Of(center, [.. _lines.Mixture(x)], Back, stream);
    }

    // Under a power law that of the logarithms, to first order.
    private static double[,] Errors(ScalingPoint point, ScalingForm form)
    {
        int width = point.Coefficients.Count;
        var errors = new double[width, width];
        for (int a = 0; a < width; a++)
            for (int b = 0; b < width; b++)
                errors[a, b] = point.Covariance(a, b) / (form == ScalingForm.PowerLaw ? point.Coefficients[a]
                    * point.Coefficients[b] : 1);
        return errors;
    }

    private double Forward(double value) => Form == ScalingForm.PowerLaw ? Math.Log(value) : value;

    private double Back(double value) => Form == ScalingForm.PowerLaw ? Math.Exp(value) : value;

    private int IndexOf(string parameter)
    {
        for (int j = 0; j < Law.ParameterNames.Count; j++)
            if (Law.ParameterNames[j] == parameter) return j;
        throw new ArgumentException($"The {Law.Name} law has no coefficient '{parameter}'; it has {string.Join(", ", Law.ParameterNames)}.", nameof(parameter));
    }
}
