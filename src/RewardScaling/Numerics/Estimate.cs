using System.Globalization;

namespace RewardScaling.Numerics;

/// <summary>
/// A measured number and its standard error, the estimated standard deviation of the number over repetitions of the measurement.
/// </summary>
/// <remarks>
/// A number whose error is not known (another tool's log, say) says so through
/// <see cref="HasStandardError"/>; it is never written as NaN.
/// </remarks>
[TypeFormatterSource]
public readonly record struct Estimate : IFormattable
{
    // The bits of the error, each turned, so that 0 is no error: curves of a million points hold three of these each.
    private readonly long _error;

    /// <summary>A number with a standard error.</summary>
    /// <param name="value">The number; finite.</param>
    /// <param name="standardError">Its standard error, finite and not negative; 0 means the number is exact.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is not finite, or the error is negative.</exception>
    public Estimate(double value, double standardError)
    {
        Guard.Finite(value);
        Guard.Finite(standardError);
        Guard.NotNegative(standardError);
        Value = value;
        _error = ~BitConverter.DoubleToInt64Bits(standardError + 0.0);
    }

    private Estimate(double value) => Value = value;

    /// <summary>The number.</summary>
    public double Value { get; }

    /// <summary>What stands for a number that is not there; whoever keeps it hands out no <see cref="Value"/> of it.</summary>
    internal static Estimate None { get; } = new(double.NaN);

    internal bool IsNone => double.IsNaN(Value);

    /// <summary>Whether the standard error is known.</summary>
    public bool HasStandardError => _error != 0;

    /// <summary>The standard error.</summary>
    /// <exception cref="InvalidOperationException">The error is not known: see <see cref="HasStandardError"/>.</exception>
    public double StandardError => HasStandardError ? BitConverter.Int64BitsToDouble(~_error)
        : throw new InvalidOperationException("The standard error of this number is not known; ask HasStandardError first.");

    /// <summary>A number known without error, such as an analytic KL.</summary>
    /// <param name="value">The number; finite.</param>
    public static Estimate Exact(double value) => new(value, 0);

    /// <summary>A number whose error nobody recorded.</summary>
    /// <param name="value">The number; finite.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is not finite.</exception>
    public static Estimate WithoutError(double value)
    {
        Guard.Finite(value);
        return new(value);
    }

    /// <summary>
    /// The mean of independent values and its standard error, s / sqrt(count) with the sample deviation s (divisor count - 1).
    /// </summary>
    /// <param name="values">The values; at least one, all finite. One value gives a mean without an error.</param>
    /// <exception cref="ArgumentException">No value, or a value that is not finite.</exception>
    public static Estimate Mean(ReadOnlySpan<double> values)
    {
        if (values.IsEmpty) throw new ArgumentException("values is empty; a mean needs at least one value.", nameof(values));
        Guard.AllFinite(values);
        double mean = 0;
        foreach (double value in values) mean += value;
        mean /= values.Length;
        if (values.Length == 1) return WithoutError(mean);
        double squares = 0;
        foreach (double value in values) squares += (value - mean) * (value - mean);
        return new(mean, Math.Sqrt(squares / (values.Length - 1.0) / values.Length));
    }

    /// <summary>The number and its error, as "1.25 ± 0.04".</summary>
    public override string ToString() => ToString(null, null);

    /// <summary>The number and its error, both in a format of .NET: "F3" gives "1.250 ± 0.040".</summary>
    /// <param name="format">The format of both; null or empty for four digits and an error of two.</param>
    /// <param name="formatProvider">Whose decimal point; null for the invariant one, as everywhere in this library.</param>
    public string ToString(string? format, IFormatProvider? formatProvider)
    {
        formatProvider ??= CultureInfo.InvariantCulture;
        bool preset = string.IsNullOrEmpty(format);
        string value = Value.ToString(preset ? "G4" : format, formatProvider);
        return HasStandardError ? $"{value} ± {StandardError.ToString(preset ? "G2" : format, formatProvider)}" : value;
    }
}
