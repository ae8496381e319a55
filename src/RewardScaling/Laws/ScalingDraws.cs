using RewardScaling.Numerics;

namespace RewardScaling.Laws;

/// <summary>Draws of coefficients from a multivariate t distribution, and intervals of what follows from them.</summary>
internal static class ScalingDraws
{
    public const int Count = 20_000;

    /// <summary>The same array is filled for each draw.</summary>
    public static IEnumerable<double[]> Of(double[] center, double[,] covariance, double freedom, Func<double, double> back,
        RandomStream stream)
    {
        double[,] root = Root(covariance);
        var coefficients = new double[center.Length];
        for (int draw = 0; draw < Count; draw++)
        {
            var random = stream.Fork(draw);
            Fill(coefficients, center, root, double.IsInfinity(freedom) ? 1
                : 1 / Math.Sqrt(ChiSquaredDraw.Share(freedom, random.Fork("noise"))), back, random);
            yield return coefficients;
        }
    }

    /// <summary>Draws of a mixture of normals of the same center, each covariance as probable. The same array is filled for each
    /// draw.</summary>
    public static IEnumerable<double[]> Of(double[] center, double[][,] covariances, Func<double, double> back,
        RandomStream stream)
    {
        double[][,] roots = Array.ConvertAll(covariances, Root);
        var coefficients = new double[center.Length];
        for (int draw = 0; draw < Count; draw++)
        {
            Fill(coefficients, center, roots[draw % roots.Length], 1, back, stream.Fork(draw));
            yield return coefficients;
        }
    }

    private static void Fill(double[] coefficients, double[] center, double[,] root, double stretch, Func<double, double> back,
        RandomStream random)
    {
        for (int a = 0; a < center.Length; a++)
        {
            double value = center[a];
            for (int b = 0; b <= a; b++) value += stretch * root[a, b] * random.Normal((ulong)b);
            coefficients[a] = back(value);
        }
    }

    /// <summary>The middle of the draws; sorts them.</summary>
    public static ConfidenceInterval Middle(double[] values, double level)
    {
        Array.Sort(values);
        return new(values[(int)((0.5 - level / 2) * (values.Length - 1))],
            values[(int)((0.5 + level / 2) * (values.Length - 1))], level);
    }

    // Cholesky; a direction without scatter stays without.
    private static double[,] Root(double[,] matrix)
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
        return root;
    }
}
