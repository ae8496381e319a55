using RewardScaling.Numerics;

namespace RewardScaling.Reports.Drawing;

/// <summary>A scale between two ends, with a title.</summary>
internal sealed record Axis
{
    /// <summary>An axis.</summary>
    /// <param name="title">What it measures and in which unit; empty for none.</param>
    /// <param name="scale">How values map to length.</param>
    /// <param name="low">The value at the start; finite, at least 0 on a square-root scale, positive
    /// on a logarithmic one.</param>
    /// <param name="high">The value at the end; finite and larger than <paramref name="low"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">An end is out of its range.</exception>
    public Axis(string title, AxisScale scale, double low, double high)
    {
        Guard.Finite(low);
        Guard.Finite(high);
        if (scale == AxisScale.SquareRoot) Guard.NotNegative(low);
        if (scale == AxisScale.Logarithmic) Guard.Positive(low);
        if (!(high > low)) throw new ArgumentOutOfRangeException(nameof(high), high, FormattableString.Invariant($"high = {high} must be larger than low = {low}."));
        (Title, Scale, Low, High) = (title, scale, low, high);
    }

    /// <summary>What the axis measures and in which unit.</summary>
    public string Title { get; }

    /// <summary>How values map to length.</summary>
    public AxisScale Scale { get; }

    /// <summary>The value at the start.</summary>
    public double Low { get; }

    /// <summary>The value at the end.</summary>
    public double High { get; }

    /// <summary>An axis that holds all the values with a little room around them; a square-root axis starts at 0.</summary>
    /// <exception cref="ArgumentException">No value, or a value that is not finite or not on the scale.</exception>
    public static Axis Around(string title, AxisScale scale, IEnumerable<double> values)
    {
        double[] all = [.. values];
        if (all.Length == 0) throw new ArgumentException("values is empty; an axis needs at least one value.", nameof(values));
        Guard.AllFinite<double>(all, nameof(values));
        double low = all.Min(), high = all.Max();
        switch (scale)
        {
            case AxisScale.SquareRoot:
                Guard.NotNegative(low);
                return new(title, scale, 0, high < 1e-6 ? 1 : high * 1.05);
            case AxisScale.Logarithmic:
                Guard.Positive(low);
                double factor = Math.Pow(high / low, 0.06) * 1.02;
                return high / low < 1.01 ? new(title, scale, low / 2, high * 2) : new(title, scale, low / factor, high * factor);
            default:
                // Equal values, or values that differ by rounding only, get a window of a tenth of their size.
                double size = Math.Max(Math.Abs(low), Math.Abs(high)), span = high - low;
                double room = span > 1e-6 * size ? 0.06 * span : size > 0 ? 0.1 * size : 1;
                return new(title, scale, low - room, high + room);
        }
    }

    /// <summary>
    /// Where a value stands, 0 at the low end and 1 at the high end; held within [-1, 2] so that a far outlier stays drawable.
    /// </summary>
    public double Position(double value)
    {
        Guard.Finite(value);
        double low = Map(Low), high = Map(High);
        return Math.Clamp((Map(value) - low) / (high - low), -1, 2);
    }

    private double Map(double value) => Scale switch
    {
        AxisScale.SquareRoot => Math.Sqrt(Math.Max(0, value)),
        // An error bar may reach down to zero or below; it then runs off the low end.
        AxisScale.Logarithmic => Math.Log(Math.Max(value, Low * 1e-3)),
        _ => value,
    };
}
