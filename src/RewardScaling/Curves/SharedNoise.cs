using RewardScaling.Numerics;

namespace RewardScaling.Curves;

/// <summary>The errors of several measured values, as sums of few independent ones: what noise is drawn from.</summary>
/// <remarks>The covariance of points of one pool is nearly singular. Cholesky's factor with pivoting leaves out what is below
/// rounding, and differences of its rows give errors of differences without cancellation.</remarks>
internal sealed class SharedNoise
{
    // Variances this far below the largest are rounding of sums over groups.
    private const double Negligible = 1e-13;
    private readonly double[][] _rows;

    private SharedNoise(double[][] rows, double degreesOfFreedom) => (_rows, DegreesOfFreedom) = (rows, degreesOfFreedom);

    /// <summary>How well the errors are known: groups less 1; +∞ when they were given.</summary>
    public double DegreesOfFreedom { get; }

    public int Count => _rows.Length;

    public static SharedNoise Independent(double[] errors)
    {
        var rows = new double[errors.Length][];
        for (int i = 0; i < rows.Length; i++)
        {
            rows[i] = new double[errors.Length];
            rows[i][i] = errors[i];
        }
        return new(rows, double.PositiveInfinity);
    }

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
        return new(rows, covariance.Groups - 1);
    }

    /// <summary>The standard error of a value.</summary>
    public double ErrorOf(int i)
    {
        double sum = 0;
        foreach (double part in _rows[i]) sum += part * part;
        return Math.Sqrt(sum);
    }

    /// <summary>The standard error of the difference of two values.</summary>
    public double ErrorOf(int i, int j)
    {
        double sum = 0;
        double[] first = _rows[i], second = _rows[j];
        for (int k = 0; k < first.Length; k++) sum += (first[k] - second[k]) * (first[k] - second[k]);
        return Math.Sqrt(sum);
    }

    /// <summary>Draws of the noise: for each value one number a draw, all of a draw divided by the root of χ² / ν, because the
    /// errors are estimates.</summary>
    public double[][] Draw(int draws, RandomStream stream)
    {
        var noise = new double[Count][];
        for (int i = 0; i < noise.Length; i++) noise[i] = new double[draws];
        var normal = new double[_rows.Max(static row => row.Length)];
        for (int b = 0; b < draws; b++)
        {
            var one = stream.Fork(b);
            for (int k = 0; k < normal.Length; k++) normal[k] = one.Normal((ulong)k);
            double scale = 1 / Math.Sqrt(ChiSquaredOverDegrees(one.Fork("scale")));
            for (int i = 0; i < noise.Length; i++)
            {
                double sum = 0;
                double[] row = _rows[i];
                for (int k = 0; k < row.Length; k++) sum += row[k] * normal[k];
                noise[i][b] = scale * sum;
            }
        }
        return noise;
    }

    private double ChiSquaredOverDegrees(RandomStream stream)
    {
        if (double.IsPositiveInfinity(DegreesOfFreedom)) return 1;
        if (DegreesOfFreedom > 60)
        {
            // Wilson and Hilferty 1931, right to three digits in the tails from here on.
            double part = 2 / (9 * DegreesOfFreedom), root = 1 - part + Math.Sqrt(part) * stream.Normal(0);
            return root * root * root;
        }
        double sum = 0;
        for (int k = 0; k < (int)DegreesOfFreedom; k++) sum += stream.Normal((ulong)k) is var z ? z * z : 0;
        return sum / DegreesOfFreedom;
    }
}
