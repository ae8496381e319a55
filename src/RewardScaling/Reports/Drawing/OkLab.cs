using System.Globalization;

namespace RewardScaling.Reports.Drawing;

/// <summary>
/// A colour in OKLab (Ottosson 2020), a space in which equal steps look about equally large; used to blend colours.
/// </summary>
internal readonly record struct OkLab(double L, double A, double B)
{
    /// <summary>The colour of an "#rrggbb" text.</summary>
    public static OkLab FromHex(string hex)
    {
        double r = Channel(hex, 1), g = Channel(hex, 3), b = Channel(hex, 5);
        double l = Math.Cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
        double m = Math.Cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
        double s = Math.Cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
        return new(0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s,
            1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s,
            0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s);
    }

    /// <summary>The colour a fraction t of the way from one to the other.</summary>
    public static OkLab Mix(OkLab from, OkLab to, double t) =>
        new(from.L + t * (to.L - from.L), from.A + t * (to.A - from.A), from.B + t * (to.B - from.B));

    /// <summary>The grey that is as light.</summary>
    public OkLab ToGrey() => this with { A = 0, B = 0 };

    /// <summary>The colour as "#rrggbb", brought into the range a screen can show.</summary>
    public string ToHex()
    {
        double l = Math.Pow(L + 0.3963377774 * A + 0.2158037573 * B, 3);
        double m = Math.Pow(L - 0.1055613458 * A - 0.0638541728 * B, 3);
        double s = Math.Pow(L - 0.0894841775 * A - 1.2914855480 * B, 3);
        return "#" + Byte(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s)
            + Byte(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s)
            + Byte(-0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s);
    }

    private static double Channel(string hex, int at)
    {
        double c = int.Parse(hex.AsSpan(at, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture) / 255.0;
        return c <= 0.04045 ? c / 12.92 : Math.Pow((c + 0.055) / 1.055, 2.4);
    }

    private static string Byte(double linear)
    {
        double c = linear <= 0.0031308 ? 12.92 * linear : 1.055 * Math.Pow(linear, 1 / 2.4) - 0.055;
        return ((int)Math.Round(255 * Math.Clamp(c, 0, 1))).ToString("x2", CultureInfo.InvariantCulture);
    }
}
