namespace RewardScaling.Laws;

/// <summary>Covariances of least-squares estimates from their Jacobian, whose entry (i, j) is at [j * rows + i].</summary>
internal static class LeastSquares
{
    /// <summary>(JᵀJ)⁻¹; null when the columns of J are linearly dependent to working precision.</summary>
    public static double[,]? InverseGram(ReadOnlySpan<double> jacobian, int rows, int columns)
    {
        if (rows < columns) return null;
        double[] design = jacobian.ToArray(), norms = new double[columns];
        if (!ScaleColumns(design, rows, norms)) return null;
        if (!Householder.Solve(design, new double[rows], new double[columns])) return null;
        var gram = Householder.InverseGram(design, rows, columns);
        for (int a = 0; a < columns; a++)
            for (int b = 0; b < columns; b++) gram[a, b] /= norms[a] * norms[b];
        return gram;
    }

    /// <summary>G Jᵀ Σ J G with G = (JᵀJ)⁻¹: the covariance of an estimate whose points have covariance Σ.</summary>
    public static double[,] Sandwich(ReadOnlySpan<double> jacobian, int rows, double[,] inverseGram,
        Func<int, int, double> covariance)
    {
        int width = inverseGram.GetLength(0);
        var influence = new double[rows, width];
        for (int i = 0; i < rows; i++)
            for (int a = 0; a < width; a++)
                for (int b = 0; b < width; b++) influence[i, a] += inverseGram[a, b] * jacobian[b * rows + i];
        var result = new double[width, width];
        for (int i = 0; i < rows; i++)
            for (int j = 0; j < rows; j++)
            {
                double shared = covariance(i, j);
                if (shared == 0) continue;
                for (int a = 0; a < width; a++)
                    for (int b = 0; b < width; b++) result[a, b] += influence[i, a] * shared * influence[j, b];
            }
        return result;
    }

    /// <summary>
    /// Divides each column by the power of two below its norm, which rounds nothing; false when one is 0.
    /// </summary>
    public static bool ScaleColumns(Span<double> design, int rows, Span<double> norms)
    {
        for (int c = 0; c < norms.Length; c++)
        {
            var column = design.Slice(c * rows, rows);
            double sum = 0;
            foreach (double value in column) sum += value * value;
            if (!(sum > 0) || double.IsInfinity(sum)) return false;
            norms[c] = Math.ScaleB(1, Math.ILogB(Math.Sqrt(sum)));
            foreach (ref double value in column) value /= norms[c];
        }
        return true;
    }
}
