using RewardScaling.Numerics;

namespace RewardScaling.Curves;

/// <summary>The errors of several measured values: what noise is drawn from.</summary>
/// <remarks>The covariance of points of one pool is nearly singular. Cholesky's factor with pivoting leaves out what is below
/// rounding, and differences of its rows give errors of differences without cancellation.</remarks>
internal sealed class SharedNoise
{
    // Variances this far below the largest are rounding of sums over groups.
    private const double Negligible = 1e-13;

    // Each value's parts, one for each independent number they share; none where the values share nothing.
    private readonly double[][] _rows;
    private readonly double[] _errors;
    private readonly int _width;

    private SharedNoise(double[] errors, double[][] rows, int width, double degreesOfFreedom) =>
        (_errors, _rows, _width, DegreesOfFreedom) = (errors, rows, width, degreesOfFreedom);

    /// <summary>How well the errors are known: groups less 1; +∞ when they were given.</summary>
    public double DegreesOfFreedom { get; }

    public int Count => _errors.Length;

    /// <summary>Values that share nothing, with their errors.</summary>
    public static SharedNoise Independent(double[] errors) => new(errors, [], errors.Length, double.PositiveInfinity);

    /// <summary>The errors of some of the points of a covariance, in this order.</summary>
    public static SharedNoise Of(PointCovariance covariance, int[] order)
    {
        int count = order.Length;
        var left = new double[count];
        for (int i = 0; i < count; i++) left[i] = covariance[order[i], order[i]];
        double floor = Negligible * left.Max();
        var columns = new List<double[]>();
        var done = new bool[count];
        while (columns.Count < count)
        {
            int pivot = -1;
            for (int i = 0; i < count; i++)
                if (!done[i] && (pivot < 0 || left[i] > left[pivot])) pivot = i;
            if (!(left[pivot] > floor)) break;
            done[pivot] = true;
            double root = Math.Sqrt(left[pivot]);
            var column = new double[count];
            column[pivot] = root;
            for (int i = 0; i < count; i++)
            {
                if (done[i]) continue;
                double sum = covariance[order[i], order[pivot]];
                foreach (double[] before in columns) sum -= before[i] * before[pivot];
                column[i] = sum / root;
                left[i] -= column[i] * column[i];
            }
            columns.Add(column);
        }
        var rows = new double[count][];
        for (int i = 0; i < count; i++) rows[i] = [.. columns.Select(column => column[i])];
        return new([.. rows.Select(static row => Math.Sqrt(row.Sum(static part => part * part)))], rows, columns.Count,
            covariance.Groups - 1);
    }

    /// <summary>The standard error of a value.</summary>
    public double ErrorOf(int i) => _errors[i];

    /// <summary>The standard error of the difference of two values.</summary>
    public double ErrorOf(int i, int j)
    {
        if (_rows.Length == 0) return i == j ? 0 : Math.Sqrt(_errors[i] * _errors[i] + _errors[j] * _errors[j]);
        double sum = 0;
        double[] first = _rows[i], second = _rows[j];
        for (int k = 0; k < first.Length; k++) sum += (first[k] - second[k]) * (first[k] - second[k]);
        return Math.Sqrt(sum);
    }

    /// <summary>One draw of the noise of every value.</summary>
    public void Fill(Span<double> values, RandomStream stream)
    {
        Span<double> normal = _width <= 256 ? stackalloc double[_width] : new double[_width];
        for (int k = 0; k < _width; k++) normal[k] = stream.Normal((ulong)k);
        for (int i = 0; i < values.Length; i++)
        {
            double sum = _rows.Length == 0 ? _errors[i] * normal[i] : 0;
            if (_rows.Length > 0)
                for (int k = 0; k < _width; k++) sum += _rows[i][k] * normal[k];
            values[i] = sum;
        }
    }
}
