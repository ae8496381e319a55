namespace RewardScaling.Laws;

/// <summary>Linear least squares refined to the last digits the data have.</summary>
/// <remarks>
/// Björck 1967: the residual r and the solution x of r + A x = b, Aᵀ r = 0 are corrected together by the QR decomposition of A,
/// with the residuals of both equations summed in twice the precision (Ogita, Rump and Oishi 2005). Where QR alone loses κ²
/// times the residual, this loses nothing until κ reaches 1e15 or so. It cannot mend a design that was rounded on its way here:
/// the low parts of the entries may be given for that.
/// </remarks>
internal static class RefinedLeastSquares
{
    private const int MaxRounds = 12;

    /// <summary>Minimises |A x - b|.</summary>
    /// <param name="a">m x p, column by column, columns of similar norm; unchanged.</param>
    /// <param name="b">m numbers; on return the residual b - A x.</param>
    /// <param name="x">p numbers, the solution.</param>
    /// <param name="low">What rounding took from the entries of A; empty for nothing.</param>
    /// <returns>False when the columns are linearly dependent to working precision.</returns>
    public static bool Solve(ReadOnlySpan<double> a, Span<double> b, Span<double> x, ReadOnlySpan<double> low = default)
    {
        int rows = b.Length, columns = x.Length;
        double[] factors = a.ToArray(), heads = new double[columns], residual = new double[rows], first = b.ToArray(),
            second = new double[columns], step = new double[columns];
        if (!Householder.Factor(factors, rows, heads)) return false;
        x.Clear();
        double last = double.PositiveInfinity;
        for (int round = 0; round < MaxRounds; round++)
        {
            // R^-T of the second residual, then both parts of the correction.
            for (int k = 0; k < columns; k++)
            {
                for (int j = 0; j < k; j++) second[k] -= factors[k * rows + j] * second[j];
                second[k] /= factors[k * rows + k];
            }
            Householder.ApplyTransposed(factors, heads, first);
            for (int k = 0; k < columns; k++) first[k] -= second[k];
            Householder.BackSubstitute(factors, first, step);
            for (int k = 0; k < columns; k++) first[k] = second[k];
            Householder.Apply(factors, heads, first);
            double change = 0;
            for (int k = 0; k < columns; k++) change = Math.Max(change,
                Math.Abs(step[k]) / (Math.Abs(x[k] + step[k]) + double.Epsilon));
            // Corrections shrink by a factor until only rounding is left.
            if (!(change < 0.5 * last)) break;
            for (int k = 0; k < columns; k++) x[k] += step[k];
            for (int i = 0; i < rows; i++) residual[i] += first[i];
            last = change;
            if (change == 0) break;
            for (int i = 0; i < rows; i++)
            {
                var sum = new TwiceSum(b[i]);
                sum.Add(-residual[i]);
                for (int j = 0; j < columns; j++)
                {
                    sum.AddProduct(-a[j * rows + i], x[j]);
                    if (!low.IsEmpty) sum.AddProduct(-low[j * rows + i], x[j]);
                }
                first[i] = sum.Value;
            }
            for (int j = 0; j < columns; j++)
            {
                var sum = new TwiceSum(0);
                for (int i = 0; i < rows; i++)
                {
                    sum.AddProduct(-a[j * rows + i], residual[i]);
                    if (!low.IsEmpty) sum.AddProduct(-low[j * rows + i], residual[i]);
                }
                second[j] = sum.Value;
            }
        }
        residual.CopyTo(b);
        return true;
    }

    /// <summary>A sum that carries what rounding takes from it.</summary>
    private struct TwiceSum(double start)
    {
        private double _high = start, _low;

        public readonly double Value => _high + _low;

        public void Add(double value)
        {
            double sum = _high + value, part = sum - _high;
            _low += _high - (sum - part) + (value - part);
            _high = sum;
        }

        public void AddProduct(double one, double other)
        {
            double product = one * other;
            _low += Math.FusedMultiplyAdd(one, other, -product);
            Add(product);
        }
    }
}
