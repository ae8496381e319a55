namespace RewardScaling.Laws;

/// <summary>
/// Least squares by Householder's QR decomposition, in place and without allocation, for the few columns a law has.
/// </summary>
/// <remarks>Golub and Van Loan, Matrix Computations, algorithms 5.1.1 and 5.3.2. Columns should be of similar norm for the rank
/// test to mean something.</remarks>
internal static class Householder
{
    /// <summary>Minimises |A x - b|. On return the upper triangle of A is R, b is Qᵀ b and x solves R x = (Qᵀ b)_1..p.</summary>
    /// <param name="a">m x p, column by column; overwritten.</param>
    /// <param name="b">m numbers; overwritten. The squares of its last m - p numbers sum to the residual sum of squares.</param>
    /// <param name="x">p numbers, the solution.</param>
    /// <returns>False when the columns are linearly dependent to working precision; x is then unchanged.</returns>
    public static bool Solve(Span<double> a, Span<double> b, Span<double> x)
    {
        int rows = b.Length, columns = x.Length;
        double largest = 0;
        for (int k = 0; k < columns; k++)
        {
            var column = a.Slice(k * rows + k, rows - k);
            double norm = Norm(column);
            largest = Math.Max(largest, norm);
            if (norm <= largest * rows * 1e-16) return false;
            double pivot = column[0] > 0 ? -norm : norm, head = column[0] - pivot;
            column[0] = head;
            // H = I - v vᵀ / (-pivot head), v the column with its head changed; v·v / 2 = -pivot head.
            double half = -pivot * head;
            for (int j = k + 1; j < columns; j++) Reflect(column, a.Slice(j * rows + k, rows - k), half);
            Reflect(column, b[k..], half);
            column[0] = pivot;
        }
        for (int k = columns - 1; k >= 0; k--)
        {
            double sum = b[k];
            for (int j = k + 1; j < columns; j++) sum -= a[j * rows + k] * x[j];
            x[k] = sum / a[k * rows + k];
        }
        return true;
    }

    /// <summary>(AᵀA)⁻¹ = R⁻¹ R⁻ᵀ from what <see cref="Solve"/> left.</summary>
    /// <param name="a">m x p with R in its upper triangle.</param>
    /// <param name="rows">m.</param>
    /// <param name="columns">p.</param>
    public static double[,] InverseGram(ReadOnlySpan<double> a, int rows, int columns)
    {
        var inverse = new double[columns, columns];
        for (int j = 0; j < columns; j++)
        {
            inverse[j, j] = 1 / a[j * rows + j];
            for (int i = j - 1; i >= 0; i--)
            {
                double sum = 0;
                for (int k = i + 1; k <= j; k++) sum -= a[k * rows + i] * inverse[k, j];
                inverse[i, j] = sum / a[i * rows + i];
            }
        }
        var gram = new double[columns, columns];
        for (int i = 0; i < columns; i++)
            for (int j = 0; j < columns; j++)
                for (int k = Math.Max(i, j); k < columns; k++) gram[i, j] += inverse[i, k] * inverse[j, k];
        return gram;
    }

    private static void Reflect(ReadOnlySpan<double> v, Span<double> target, double half)
    {
        double dot = 0;
        for (int i = 0; i < v.Length; i++) dot += v[i] * target[i];
        dot /= half;
        for (int i = 0; i < v.Length; i++) target[i] -= dot * v[i];
    }

    private static double Norm(ReadOnlySpan<double> column)
    {
        double largest = 0, sum = 0;
        foreach (double value in column) largest = Math.Max(largest, Math.Abs(value));
        if (largest == 0) return 0;
        foreach (double value in column) sum += value / largest * (value / largest);
        return largest * Math.Sqrt(sum);
    }
}
