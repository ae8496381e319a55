using System.ComponentModel;
using System.Globalization;
using RewardScaling.Numerics;

namespace RewardScaling.Divergence;

/// <summary>
/// d = sqrt(D_KL(π ‖ π_init)), the axis of the scaling laws (Gao, Schulman and Hilton 2022, section 1); KL in nats per sequence.
/// </summary>
[TypeFormatterSource]
[TypeConverter(typeof(QuantityConverter<KlDistance>))]
public readonly record struct KlDistance : IComparable<KlDistance>, ISpanParsable<KlDistance>, IFormattable
{
    /// <summary>A distance.</summary>
    /// <param name="value">The square root of nats per sequence; finite and not negative.</param>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative, NaN or infinite.</exception>
    public KlDistance(double value)
    {
        Guard.Finite(value);
        Guard.NotNegative(value);
        Value = value;
    }

    /// <summary>The square root of the divergence in nats, at least 0.</summary>
    public double Value { get; }

    /// <summary>KL = d², in nats per sequence.</summary>
    public KlNats Squared() => new(Value * Value);

    /// <inheritdoc/>
    public int CompareTo(KlDistance other) => Value.CompareTo(other.Value);

    /// <summary>The value, as "d = 1.9".</summary>
    public override string ToString() => ToString(null, null);

    /// <summary>The value in a format of .NET: "F2" gives "d = 1.90".</summary>
    /// <param name="format">The format; null or empty for four digits.</param>
    /// <param name="formatProvider">Whose decimal point; null for the invariant one, as everywhere in this library.</param>
    public string ToString(string? format, IFormatProvider? formatProvider)
    {
        string value = Value.ToString(string.IsNullOrEmpty(format) ? "G4" : format, formatProvider ?? CultureInfo.InvariantCulture);
        return $"d = {value}";
    }

    /// <summary>Reads a distance, as "2.2" or "d = 2.2".</summary>
    /// <param name="s">The text.</param>
    /// <param name="provider">How numbers are written; null for the invariant culture.</param>
    /// <exception cref="FormatException">It is no such text, or the value is negative or not finite; the message has it.</exception>
    public static KlDistance Parse(string s, IFormatProvider? provider = null)
    {
        ArgumentNullException.ThrowIfNull(s);
        return Parse(s.AsSpan(), provider);
    }

    /// <inheritdoc cref="Parse(string, IFormatProvider)"/>
    public static KlDistance Parse(ReadOnlySpan<char> s, IFormatProvider? provider = null) =>
        TryParse(s, provider, out var result) ? result
        : throw new FormatException($"'{s}' is no distance; write 2.2 or d = 2.2, a finite number of at least 0.");

    /// <summary>Reads a distance where there is one.</summary>
    /// <param name="s">The text.</param>
    /// <param name="provider">How numbers are written; null for the invariant culture.</param>
    /// <param name="result">The value, where there is one.</param>
    public static bool TryParse(string? s, IFormatProvider? provider, out KlDistance result) =>
        TryParse(s.AsSpan(), provider, out result);

    /// <inheritdoc cref="TryParse(string, IFormatProvider, out KlDistance)"/>
    public static bool TryParse(ReadOnlySpan<char> s, IFormatProvider? provider, out KlDistance result)
    {
        var number = s.Trim();
        if (number.StartsWith("d =", StringComparison.OrdinalIgnoreCase)) number = number[3..].TrimStart();
        bool reads = double.TryParse(number, NumberStyles.Float, provider ?? CultureInfo.InvariantCulture, out double value)
            && value >= 0 && double.IsFinite(value);
        result = reads ? new(value) : default;
        return reads;
    }

    /// <summary>Whether the left distance is smaller.</summary>
    public static bool operator <(KlDistance left, KlDistance right) => left.Value < right.Value;

    /// <summary>Whether the left distance is larger.</summary>
    public static bool operator >(KlDistance left, KlDistance right) => left.Value > right.Value;

    /// <summary>Whether the left distance is smaller or equal.</summary>
    public static bool operator <=(KlDistance left, KlDistance right) => left.Value <= right.Value;

    /// <summary>Whether the left distance is larger or equal.</summary>
    public static bool operator >=(KlDistance left, KlDistance right) => left.Value >= right.Value;
}
