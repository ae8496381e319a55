using MathNet.Numerics.Distributions;
using MathNet.Numerics.LinearAlgebra;
using RewardScaling.Numerics;

namespace RewardScaling.Laws;

/// <summary>
/// Lines of coefficients (or of their logarithms) in log10 size, the covariance of all of them, and the scatter of one reward
/// model around them.
/// </summary>
internal sealed record ScalingLines
{
    /// <summary>Where the lines' values are those of the first half of the parameters.</summary>
    public required double Center { get; init; }

    /// <summary>Value at the center and slope of each coefficient, [2 j] and [2 j + 1].</summary>
    public required double[] Parameters { get; init; }

    /// <summary>The covariance of the parameters.</summary>
    public required double[,] Covariance { get; init; }

    /// <summary>The covariance of a reward model's coefficients around the lines; zeros in one stage.</summary>
    public required double[,] Scatter { get; init; }

    /// <summary>What the models lie around the lines by, and the part of it that the errors of their fits explain: their
    /// difference is the scatter. Null where these errors are not known, or in one stage.</summary>
    public (Matrix<double> All, Matrix<double> Explained)? Spread { get; init; }

    /// <summary>Degrees of freedom of the errors; +∞ when they were given.</summary>
    public required double DegreesOfFreedom { get; init; }

    public double Value(int coefficient, double x) => Parameters[2 * coefficient] + Parameters[2 * coefficient + 1]
        * (x - Center);

    /// <summary>The covariance of two coefficients of a new reward model at x.</summary>
    public double CovarianceAt(int first, int second, double x)
    {
        double step = x - Center;
        return Covariance[2 * first, 2 * second] + step * (Covariance[2 * first + 1, 2 * second]
            + Covariance[2 * first, 2 * second + 1])
            + step * step * Covariance[2 * first + 1, 2 * second + 1] + Scatter[first, second];
    }

    /// <summary>Half the prediction interval of a coefficient at x.</summary>
    /// <param name="coefficient">Which.</param>
    /// <param name="x">log10 size.</param>
    /// <param name="added">A variance that comes on top, such as that of the fit the prediction is held against.</param>
    /// <param name="level">The confidence.</param>
    public double HalfWidth(int coefficient, double x, double added, double level)
    {
        if (Spread is null) return Quantile(0.5 + level / 2) * Math.Sqrt(CovarianceAt(coefficient, coefficient, x) + added);
        double[] deviations = [.. Mixture(x).Select(one => Math.Sqrt(one[coefficient, coefficient] + added))];
        // The share inside ± half of a mixture of normals, solved for half.
        double low = 0, high = 50 * deviations.Max();
        for (int step = 0; step < 100 && high - low > 1e-10 * high; step++)
        {
            double half = 0.5 * (low + high), inside = deviations.Average(deviation =>
                deviation > 0 ? 2 * Normal.CDF(0, 1, half / deviation) - 1 : 1);
            if (inside < level) low = half; else high = half;
        }
        return high;
    }

    /// <summary>
    /// What the covariance of a new reward model's coefficients at x may be, each as probable: as large as the spread of the
    /// models around the lines may be by its degrees of freedom, of which the errors of their fits take the same part.
    /// </summary>
    /// <remarks>The difference of two numbers of like size is 0 or far too small by chance; taking it as known gave intervals
    /// that held 90 to 92 of 100 new models.</remarks>
    public IEnumerable<double[,]> Mixture(double x)
    {
        var (all, explained) = Spread!.Value;
        int width = Scatter.GetLength(0);
        for (int k = 0; k < Sizes; k++)
        {
            double stretch = 1 / ChiSquaredDraw.Quantile(DegreesOfFreedom, Normals[k]);
            double[,] covariance = Positive(stretch * all - explained).ToArray();
            for (int a = 0; a < width; a++)
                for (int b = 0; b < width; b++) covariance[a, b] += stretch * (CovarianceAt(a, b, x) - Scatter[a, b]);
            yield return covariance;
        }
    }

    private const int Sizes = 200;

    private static readonly double[] Normals =
        [.. Enumerable.Range(0, Sizes).Select(static k => Normal.InvCDF(0, 1, (k + 0.5) / Sizes))];

    public double Quantile(double probability) => double.IsInfinity(DegreesOfFreedom) ? Normal.InvCDF(0, 1, probability)
        : StudentT.InvCDF(0, 1, DegreesOfFreedom, probability);

    /// <summary>
    /// Least squares over reward models. With errors of the first stage: generalised least squares, weights from those errors and
    /// the scatter together, which is estimated by moments (DerSimonian and Laird 1986, in several dimensions Jackson, White and
    /// Riley 2013); errors are widened where the models lie farther apart than both say (Hartung and Knapp 2001).
    /// </summary>
    /// <param name="x">log10 size of each reward model.</param>
    /// <param name="values">[coefficient, model].</param>
    /// <param name="errors">The first stage's covariance of each model; null where it is not known.</param>
    public static ScalingLines Of(double[] x, double[,] values, double[][,]? errors)
    {
        int width = values.GetLength(0), count = x.Length;
        double center = x.Average(), squares = x.Sum(value => (value - center) * (value - center));
        var identity = Matrix<double>.Build.DenseIdentity(width);
        var none = Matrix<double>.Build.Dense(width, width);
        var y = Enumerable.Range(0, count).Select(i => Vector<double>.Build.Dense(width, j => values[j, i])).ToArray();
        var first = errors?.Select(Matrix<double>.Build.DenseOfArray).ToArray() ?? [.. Enumerable.Repeat(none, count)];
        var plain = Solve(x, center, y, [.. Enumerable.Repeat(identity, count)]).Parameters;
        Matrix<double> all = none, explained = none;
        for (int i = 0; i < count; i++)
        {
            var residual = y[i] - Fitted(plain, x[i] - center, width);
            // Each residual has lost the share 1/m + (x - mean)²/S of its model's variance to the line.
            double left = 1 - 1.0 / count - (x[i] - center) * (x[i] - center) / squares;
            all += residual.OuterProduct(residual) / (count - 2);
            explained += left * first[i] / (count - 2);
        }
        var scatter = Positive(all - explained);
        var total = Array.ConvertAll(first, matrix => matrix + scatter);
        var weights = errors is null || total.Any(static matrix => !IsDefinite(matrix))
            ? Enumerable.Repeat(identity, count).ToArray() : Array.ConvertAll(total, static matrix => matrix.Inverse());
        var (parameters, inverse) = Solve(x, center, y, weights);
        var middle = Matrix<double>.Build.Dense(2 * width, 2 * width);
        double misfit = 0;
        for (int i = 0; i < count; i++)
        {
            var design = Design(x[i] - center, width);
            middle += design.TransposeThisAndMultiply(weights[i] * total[i] * weights[i]) * design;
            var residual = y[i] - Fitted(parameters, x[i] - center, width);
            misfit += residual * (weights[i] * residual) / (width * (count - 2.0));
        }
        double stretch = errors is null || ReferenceEquals(weights[0], identity) ? 1 : Math.Max(1, misfit);
        return new()
        {
            Center = center,
            Parameters = parameters.ToArray(),
            Covariance = (inverse * middle * inverse * stretch).ToArray(),
            Scatter = scatter.ToArray(),
            Spread = errors is null ? null : (all, explained),
            DegreesOfFreedom = count - 2,
        };
    }

    private static (Vector<double> Parameters, Matrix<double> Inverse) Solve(double[] x, double center, Vector<double>[] y,
        Matrix<double>[] weights)
    {
        int width = y[0].Count;
        var normal = Matrix<double>.Build.Dense(2 * width, 2 * width);
        var right = Vector<double>.Build.Dense(2 * width);
        for (int i = 0; i < x.Length; i++)
        {
            var design = Design(x[i] - center, width);
            normal += design.TransposeThisAndMultiply(weights[i]) * design;
            right += design.TransposeThisAndMultiply(weights[i] * y[i]);
        }
        var inverse = normal.Inverse();
        return (inverse * right, inverse);
    }

    private static Matrix<double> Design(double step, int width) => Matrix<double>.Build.Dense(width, 2 * width, (row, column) =>
        column == 2 * row ? 1 : column == 2 * row + 1 ? step : 0);

    private static Vector<double> Fitted(Vector<double> parameters, double step, int width) => Design(step, width) * parameters;

    private static bool IsDefinite(Matrix<double> matrix)
    {
        // In units of the diagonal, so that coefficients of different size count alike.
        var scale = matrix.Diagonal();
        if (!scale.All(static value => value > 0)) return false;
        return matrix.MapIndexed((i, j, value) => value / Math.Sqrt(scale[i] * scale[j])).Evd(Symmetricity.Symmetric)
            .EigenValues.All(static value => value.Real > 1e-12);
    }

    // The nearest covariance: what is negative by chance counts as none, in units of the coefficients' own spread.
    private static Matrix<double> Positive(Matrix<double> matrix)
    {
        var scale = matrix.Diagonal().Map(static value => Math.Sqrt(Math.Max(value, 0)));
        var inside = matrix.MapIndexed((i, j, value) => scale[i] > 0 && scale[j] > 0 ? value / (scale[i] * scale[j]) : 0);
        var evd = inside.Evd(Symmetricity.Symmetric);
        var roots = Matrix<double>.Build.DenseOfDiagonalVector(evd.EigenValues.Map(static value => Math.Max(value.Real, 0)));
        return (evd.EigenVectors * roots * evd.EigenVectors.Transpose()).MapIndexed((i, j, value) => value * scale[i] * scale[j]);
    }
}
