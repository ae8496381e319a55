using System.ComponentModel;
using RewardScaling.Numerics;

namespace RewardScaling.Curves;

/// <summary>
/// The covariance of a curve's measured points with each other, estimated from independent groups such as prompts.
/// </summary>
/// <remarks>The points of one best-of-n pool use the same samples: their errors are strongly correlated, and fits that ignore it
/// are too sure. Immutable.</remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class PointCovariance
{
    private readonly double[][] _centred;

    private PointCovariance(double[][] centred, int groups, string unit) => (_centred, Groups, Unit) = (centred, groups, unit);

    /// <summary>The covariance of means over groups.</summary>
    /// <param name="values">For each point its value in every group; at least one point and two groups, finite.</param>
    /// <param name="unit">What the groups are, in the plural, for reports.</param>
    /// <exception cref="ArgumentException">No point, fewer than two groups, lists of different lengths, or a value
    /// that is not finite.</exception>
    public static PointCovariance OfMeans(IReadOnlyList<double[]> values, string unit = "prompts")
    {
        ArgumentNullException.ThrowIfNull(values);
        ArgumentException.ThrowIfNullOrEmpty(unit);
        if (values.Count == 0) throw new ArgumentException("values is empty; there must be at least one point.", nameof(values));
        int groups = values[0].Length;
        if (groups < 2) throw new ArgumentException(FormattableString.Invariant($"A covariance needs at least two groups, not {groups}."), nameof(values));
        var centred = new double[values.Count][];
        for (int k = 0; k < centred.Length; k++)
        {
            Guard.Length(values[k].Length, groups, $"values[{k}]");
            Guard.AllFinite<double>(values[k], $"values[{k}]");
            double mean = values[k].Average();
            centred[k] = Array.ConvertAll(values[k], value => value - mean);
        }
        return new(centred, groups, unit);
    }

    /// <summary>The number of points.</summary>
    public int Count => _centred.Length;

    /// <summary>How many independent groups it was estimated from.</summary>
    public int Groups { get; }

    /// <summary>What the groups are: "prompts" or "seeds".</summary>
    public string Unit { get; }

    /// <summary>The covariance of two points' means, with divisor groups - 1, in squared units of reward.</summary>
    /// <param name="first">A point, from 0.</param>
    /// <param name="second">A point, from 0.</param>
    public double this[int first, int second] => With(this, first, second);

    /// <summary>The covariance of a point's mean with that of a point of another curve over the same groups in the same order.
    /// </summary>
    /// <param name="other">The other curve's covariance, of as many groups.</param>
    /// <param name="first">A point of this curve, from 0.</param>
    /// <param name="second">A point of the other curve, from 0.</param>
    /// <exception cref="ArgumentException">Another number of groups.</exception>
    public double With(PointCovariance other, int first, int second)
    {
        ArgumentNullException.ThrowIfNull(other);
        Guard.Length(other.Groups, Groups, "groups of the other curve");
        Guard.InRange(first, 0, Count - 1);
        Guard.InRange(second, 0, other.Count - 1);
        double[] left = _centred[first], right = other._centred[second];
        double sum = 0;
        for (int g = 0; g < left.Length; g++) sum += left[g] * right[g];
        return sum / (Groups - 1.0) / Groups;
    }

    /// <summary>How much each group's value of a point is above the mean.</summary>
    internal ReadOnlySpan<double> Centred(int point) => _centred[point];

    /// <summary>What it is of.</summary>
    public override string ToString() => FormattableString.Invariant($"covariance of {Count} points over {Groups} {Unit}");
}
