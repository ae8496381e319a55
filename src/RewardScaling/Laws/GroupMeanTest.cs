using RewardScaling.Numerics;

namespace RewardScaling.Laws;

/// <summary>Whether several means over independent groups are all 0: Hotelling's T², by F and by drawing groups again.</summary>
/// <remarks>
/// F is exact for normal groups. Few groups of 0 or 1 or of skewed scores are far from normal, and F then rejects too often; so
/// T² is also held against that of groups drawn with replacement after their mean was taken off, and the larger p counts. Below
/// 1e-6 or above 0.2 F decides alone.
/// </remarks>
internal sealed class GroupMeanTest
{
    private const int Draws = 2000;
    private readonly double[] _white;
    private readonly int _groups, _count;

    /// <summary>Tests.</summary>
    /// <param name="values">Each group's values less their means, at [k * groups + g]; overwritten.</param>
    /// <param name="means">The means.</param>
    /// <param name="groups">How many groups; more than means.</param>
    public GroupMeanTest(double[] values, double[] means, int groups)
    {
        (_groups, _count) = (groups, means.Length);
        double[] norms = new double[_count], heads = new double[_count], mean = new double[_count];
        _white = [];
        if (!LeastSquares.ScaleColumns(values, groups, norms)) return;
        double[] factor = (double[])values.Clone();
        if (!Householder.Factor(factor, groups, heads)) return;
        IsDetermined = true;
        // In units in which the groups' values are uncorrelated: R⁻ᵀ of each.
        _white = values;
        for (int g = 0; g < groups; g++) Whiten(_white.AsSpan(g), groups, []);
        Whiten(mean, 1, [.. means.Zip(norms, static (value, norm) => value / norm)]);
        double t2 = groups * (groups - 1.0) * mean.Sum(static value => value * value), freedom = groups - _count;
        F = t2 * freedom / (_count * (groups - 1.0));
        PValue = LawResiduals.Upper(F, _count, freedom);
        if (PValue is > 1e-6 and < 0.2) PValue = Math.Max(PValue, Drawn(t2));

        void Whiten(Span<double> target, int step, double[] from)
        {
            for (int k = 0; k < _count; k++)
            {
                double sum = from.Length > 0 ? from[k] : target[k * step];
                for (int j = 0; j < k; j++) sum -= factor[k * groups + j] * target[j * step];
                target[k * step] = sum / factor[k * groups + k];
            }
        }
    }

    /// <summary>Whether the values vary in every direction.</summary>
    public bool IsDetermined { get; }

    /// <summary>T² (groups - means) / (means (groups - 1)).</summary>
    public double F { get; }

    /// <summary>The probability of means as far from 0 by chance.</summary>
    public double PValue { get; }

    private double Drawn(double t2)
    {
        var stream = RandomStream.FromSeed(0).Fork("groups");
        int beyond = 0;
        double[] mean = new double[_count], matrix = new double[_count * _count];
        for (int b = 0; b < Draws; b++)
        {
            var draw = stream.Fork(b);
            Array.Clear(mean);
            Array.Clear(matrix);
            for (int i = 0; i < _groups; i++)
            {
                int g = draw.Below((ulong)i, _groups);
                for (int k = 0; k < _count; k++)
                {
                    double value = _white[k * _groups + g];
                    mean[k] += value;
                    for (int j = 0; j <= k; j++) matrix[k * _count + j] += value * _white[j * _groups + g];
                }
            }
            if (!(Hotelling(mean, matrix) < t2)) beyond++;
        }
        return (beyond + 1.0) / (Draws + 1);
    }

    // From sums and sums of products over the groups drawn, by Cholesky; infinite where they vary in fewer directions.
    private double Hotelling(double[] sums, double[] products)
    {
        double scale = _groups * (_groups - 1.0), t2 = 0;
        Span<double> solved = stackalloc double[_count];
        for (int k = 0; k < _count; k++) sums[k] /= _groups;
        for (int k = 0; k < _count; k++)
        {
            double right = sums[k];
            for (int j = 0; j <= k; j++)
            {
                double sum = (products[k * _count + j] - _groups * sums[k] * sums[j]) / scale;
                for (int l = 0; l < j; l++) sum -= products[k * _count + l] * products[j * _count + l];
                if (j < k) products[k * _count + j] = sum / products[j * _count + j];
                else if (!(sum > 0)) return double.PositiveInfinity;
                else products[k * _count + k] = Math.Sqrt(sum);
            }
            for (int j = 0; j < k; j++) right -= products[k * _count + j] * solved[j];
            solved[k] = right / products[k * _count + k];
            t2 += solved[k] * solved[k];
        }
        return t2;
    }
}
