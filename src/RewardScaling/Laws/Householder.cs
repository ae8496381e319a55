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
        Span<double> heads = x.Length <= 64 ? stackalloc double[x.Length] : new double[x.Length];
        if (!Factor(a, b.Length, heads)) return false;
        ApplyTransposed(a, heads, b);
        BackSubstitute(a, b, x);
        return true;
    }

    /// <summary>A = Q R: R in the upper triangle, the reflections below it and in <paramref name="heads"/>.</summary>
    /// <param name="a">m x p, column by column; overwritten.</param>
    /// <param name="rows">m.</param>
    /// <param name="heads">p numbers, the first of each reflection's vector, whose place in A the diagonal of R takes.</param>
    /// <returns>False when the columns are linearly dependent to working precision.</returns>
    public static bool Factor(Span<double> a, int rows, Span<double> heads)
    {
        double largest = 0;
        for (int k = 0; k < heads.Length; k++)
        {
            var column = a.Slice(k * rows + k, rows - k);
            double norm = Norm(column);
            largest = Math.Max(largest, norm);
            if (norm <= largest * rows * 1e-16) return false;
            double pivot = column[0] > 0 ? -norm : norm;
            column[0] = heads[k] = column[0] - pivot;
            // H = I - v vᵀ / (-pivot head), v the column with its head changed; v·v / 2 = -pivot head.
            for (int j = k + 1; j < heads.Length; j++) Reflect(column, a.Slice(j * rows + k, rows - k), -pivot * heads[k]);
            column[0] = pivot;
        }
        return true;
    }

    /// <summary>b becomes Qᵀ b.</summary>
    public static void ApplyTransposed(Span<double> a, ReadOnlySpan<double> heads, Span<double> b)
    {
        for (int k = 0; k < heads.Length; k++) Apply(a, heads[k], k, b);
    }

    /// <summary>b becomes Q b.</summary>
    public static void Apply(Span<double> a, ReadOnlySpan<double> heads, Span<double> b)
    {
        for (int k = heads.Length - 1; k >= 0; k--) Apply(a, heads[k], k, b);
    }

    /// <summary>x solves R x = b_1..p.</summary>
    public static void BackSubstitute(ReadOnlySpan<double> a, ReadOnlySpan<double> b, Span<double> x)
    {
        for (int k = x.Length - 1; k >= 0; k--)
        {
            double sum = b[k];
            for (int j = k + 1; j < x.Length; j++) sum -= a[j * b.Length + k] * x[j];
            x[k] = sum / a[k * b.Length + k];
        }
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

    private static void Apply(Span<double> a, double head, int k, Span<double> b)
    {
        var column = a.Slice(k * b.Length + k, b.Length - k);
        double pivot = column[0];
        column[0] = head;
        Reflect(column, b[k..], -pivot * head);
        column[0] = pivot;
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
