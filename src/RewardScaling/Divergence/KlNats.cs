using System.ComponentModel;
using System.Globalization;
using RewardScaling.Numerics;

namespace RewardScaling.Divergence;

/// <summary>
/// A Kullback-Leibler divergence D_KL(π ‖ π_init) of a policy π from the initial policy, in nats per
/// sequence (response tokens only).
/// </summary>
/// <remarks>
/// The scaling laws of Gao, Schulman and Hilton 2022 (arXiv:2210.10760) are written in its square root, <see cref="KlDistance"/>;
/// the two are different types so that they cannot be mixed up.
/// </remarks>
[TypeFormatterSource]
[TypeConverter(typeof(QuantityConverter<KlNats>))]
public readonly record struct KlNats : IComparable<KlNats>, ISpanParsable<KlNats>, IFormattable
{
    /// <summary>A divergence.</summary>
    /// <param name="value">Nats per sequence; finite and not negative.</param>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative, NaN or infinite.</exception>
    public KlNats(double value)
    {
        Guard.Finite(value);
        Guard.NotNegative(value);
        Value = value;
    }

    /// <summary>The divergence in nats per sequence, at least 0.</summary>
    public double Value { get; }

    /// <summary>No divergence: the initial policy itself.</summary>
    public static KlNats Zero => default;

    /// <summary>d = sqrt(KL), the axis of the scaling laws.</summary>
    public KlDistance Sqrt() => new(Math.Sqrt(Value));

    /// <inheritdoc/>
    public int CompareTo(KlNats other) => Value.CompareTo(other.Value);

    /// <summary>The value with its unit, as "3.62 nats".</summary>
    public override string ToString() => ToString(null, null);

    /// <summary>The value with its unit in a format of .NET: "F1" gives "3.6 nats".</summary>
    /// <param name="format">The format; null or empty for four digits.</param>
    /// <param name="formatProvider">Whose decimal point; null for the invariant one, as everywhere in this library.</param>
    public string ToString(string? format, IFormatProvider? formatProvider)
    {
        string value = Value.ToString(string.IsNullOrEmpty(format) ? "G4" : format, formatProvider ?? CultureInfo.InvariantCulture);
        return $"{value} nats";
    }

    /// <summary>Reads a KL divergence, as "5" or "5 nats".</summary>
    /// <param name="s">The text.</param>
    /// <param name="provider">How numbers are written; null for the invariant culture.</param>
    /// <exception cref="FormatException">It is no such text, or the value is negative or not finite; the message has it.</exception>
    public static KlNats Parse(string s, IFormatProvider? provider = null)
    {
        ArgumentNullException.ThrowIfNull(s);
        return Parse(s.AsSpan(), provider);
    }

    /// <inheritdoc cref="Parse(string, IFormatProvider)"/>
    public static KlNats Parse(ReadOnlySpan<char> s, IFormatProvider? provider = null) => TryParse(s, provider, out var result)
        ? result
        : throw new FormatException($"'{s}' is no KL divergence; write 5 or 5 nats, a finite number of at least 0.");

    /// <summary>Reads a KL divergence where there is one.</summary>
    /// <param name="s">The text.</param>
    /// <param name="provider">How numbers are written; null for the invariant culture.</param>
    /// <param name="result">The value, where there is one.</param>
    public static bool TryParse(string? s, IFormatProvider? provider, out KlNats result) =>
        TryParse(s.AsSpan(), provider, out result);

    /// <inheritdoc cref="TryParse(string, IFormatProvider, out KlNats)"/>
    public static bool TryParse(ReadOnlySpan<char> s, IFormatProvider? provider, out KlNats result)
    {
        var number = s.Trim();
        if (number.EndsWith("nats", StringComparison.OrdinalIgnoreCase)) number = number[..^4].TrimEnd();
        bool reads = double.TryParse(number, NumberStyles.Float, provider ?? CultureInfo.InvariantCulture, out double value)
            && value >= 0 && double.IsFinite(value);
        result = reads ? new(value) : default;
        return reads;
    }

    /// <summary>Whether the left divergence is smaller.</summary>
    public static bool operator <(KlNats left, KlNats right) => left.Value < right.Value;

    /// <summary>Whether the left divergence is larger.</summary>
    public static bool operator >(KlNats left, KlNats right) => left.Value > right.Value;

    /// <summary>Whether the left divergence is smaller or equal.</summary>
    public static bool operator <=(KlNats left, KlNats right) => left.Value <= right.Value;

    /// <summary>Whether the left divergence is larger or equal.</summary>
    public static bool operator >=(KlNats left, KlNats right) => left.Value >= right.Value;
}
