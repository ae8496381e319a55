using System.Globalization;

namespace RewardScaling.Numerics;

/// <summary>
/// A confidence interval. A bound may be infinite: the data then do not limit the quantity on that side, and the words say so.
/// </summary>
[TypeFormatterSource]
public readonly record struct ConfidenceInterval : IFormattable
{
    /// <summary>An interval.</summary>
    /// <param name="low">The lower bound, perhaps -∞.</param>
    /// <param name="high">The upper bound, perhaps +∞; not below the lower.</param>
    /// <param name="level">The confidence, in (0, 1).</param>
    /// <exception cref="ArgumentException">NaN, bounds in the wrong order, or a level outside (0, 1).</exception>
    public ConfidenceInterval(double low, double high, double level)
    {
        if (!(low <= high)) throw new ArgumentException(FormattableString.Invariant($"[{low}, {high}] is no interval."));
        Guard.Level(level);
        (Low, High, Level) = (low, high, level);
    }

    /// <summary>The lower bound, perhaps -∞.</summary>
    public double Low { get; }

    /// <summary>The upper bound, perhaps +∞.</summary>
    public double High { get; }

    /// <summary>The confidence: the share of repetitions whose interval holds the truth.</summary>
    public double Level { get; }

    /// <summary>Whether both bounds are finite.</summary>
    public bool IsBounded => double.IsFinite(Low) && double.IsFinite(High);

    /// <summary>Whether a value lies inside, bounds included.</summary>
    /// <param name="value">The value; NaN never does.</param>
    public bool Contains(double value) => value >= Low && value <= High;

    /// <summary>The interval of an increasing function of the quantity.</summary>
    /// <param name="function">An increasing function, given the bounds, infinite ones too.</param>
    public ConfidenceInterval Map(Func<double, double> function)
    {
        ArgumentNullException.ThrowIfNull(function);
        return new(function(Low), function(High), Level);
    }

    /// <summary>As "3.6 to 5.1", "3.6 or more (unbounded)", "5.1 or less (unbounded)" or "unbounded".</summary>
    public override string ToString() => ToString(null, null);

    /// <summary>The same with bounds in a format of .NET: "F2" gives "3.60 to 5.10".</summary>
    /// <param name="format">The format of the bounds; null or empty for four digits.</param>
    /// <param name="formatProvider">Whose decimal point; null for the invariant one, as everywhere in this library.</param>
    public string ToString(string? format, IFormatProvider? formatProvider)
    {
        formatProvider ??= CultureInfo.InvariantCulture;
        if (string.IsNullOrEmpty(format)) format = "G4";
        string low = Low.ToString(format, formatProvider), high = High.ToString(format, formatProvider);
        return (double.IsFinite(Low), double.IsFinite(High)) switch
        {
            (true, true) => $"{low} to {high}",
            (true, false) => $"{low} or more (unbounded)",
            (false, true) => $"{high} or less (unbounded)",
            _ => "unbounded",
        };
    }
}
