using System.Globalization;

namespace RewardScaling.Numerics;

/// <summary>
/// Numbers as text, the same on every machine: invariant culture, no exponent where none is needed, a
/// true minus sign for readers.
/// </summary>
internal static class NumberText
{
    /// <summary>A coordinate: at most two decimals, a plain ASCII minus, never "-0".</summary>
    /// <exception cref="ArgumentOutOfRangeException">The number is not finite.</exception>
    public static string Coordinate(double value)
    {
        Guard.Finite(value);
        string text = value.ToString("0.##", CultureInfo.InvariantCulture);
        return text == "-0" ? "0" : text;
    }

    /// <summary>A number for a reader with the given number of decimals, thousands grouped: "−1,234.50".</summary>
    public static string Fixed(double value, int decimals)
    {
        Guard.Finite(value);
        string text = value.ToString("N" + decimals.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        if (text.StartsWith('-') && !text.AsSpan().ContainsAnyInRange('1', '9')) text = text[1..];
        return text.Replace('-', '\u2212');
    }

    /// <summary>
    /// A measured number to the second digit of its standard error: "0.850 ± 0.012"; without an error,
    /// or with none but rounding, to four digits.
    /// </summary>
    public static string WithError(Estimate estimate)
    {
        if (!estimate.HasStandardError || estimate.StandardError <= Rounding.Of(estimate.Value)) return Short(estimate.Value, 4);
        int decimals = Decimals(estimate.StandardError);
        return $"{Fixed(estimate.Value, decimals)} ± {Fixed(estimate.StandardError, decimals)}";
    }

    /// <summary>A difference with its sign and the given number of decimals: "+0.12", "−0.12", "0.00".</summary>
    public static string Signed(double value, int decimals) => Fixed(value, decimals) is var text && text.AsSpan()
        .ContainsAnyInRange('1', '9') && value > 0
        ? "+" + text : text;

    /// <summary>How many decimals show two digits of a standard error, from 0 to 8.</summary>
    public static int Decimals(double standardError) => Math.Clamp(1 - (int)Math.Floor(Math.Log10(standardError)), 0, 8);

    /// <summary>A time in the unit one would say: "8.0 s", "3 min 5 s", "2.5 h"; "unknown time" where it has no end.</summary>
    public static string Duration(TimeSpan time) => time == TimeSpan.MaxValue ? "unknown time" : time.TotalSeconds switch
    {
        < 60 => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:F1} s"),
        < 7200 => string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalMinutes} min {time.Seconds} s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{time.TotalHours:F1} h"),
    };

    /// <summary>A whole number with its thousands grouped: "90,000".</summary>
    public static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture).Replace('-', '\u2212');

    /// <summary>
    /// A number with about so many significant digits, without trailing zeros; an exponent only past 1e6 and below 1e-4.
    /// </summary>
    public static string Short(double value, int digits = 3)
    {
        Guard.Finite(value);
        double size = Math.Abs(value);
        if (size is not 0 and (>= 1e6 or < 1e-4))
            return value.ToString("0." + new string('#', digits - 1) + "e0", CultureInfo.InvariantCulture).Replace('-', '\u2212');
        int decimals = size == 0 ? 0 : Math.Max(0, digits - 1 - (int)Math.Floor(Math.Log10(size)));
        string text = value.ToString("#,0." + new string('#', decimals), CultureInfo.InvariantCulture);
        return text is "-0" ? "0" : text.Replace('-', '\u2212');
    }
}
