using RewardScaling.Numerics;

namespace RewardScaling.Reports.Drawing;

/// <summary>
/// The colours and point shapes of all figures. Data sizes are ordered, so they get an ordered ramp: orange for little
/// data, through magenta, to indigo (pale blue on dark paper) for much. Lightness runs one way along the ramp, so it also
/// holds in grey and for colour-blind readers.
/// </summary>
internal static class Palette
{
    /// <summary>The background.</summary>
    public static Ink Paper { get; } = new("#ffffff", "#15181d");

    /// <summary>Titles and numbers.</summary>
    public static Ink Text { get; } = new("#1f2328", "#e8eaed");

    /// <summary>Secondary words.</summary>
    public static Ink Muted { get; } = new("#59636e", "#a3adb8");

    /// <summary>Grid lines; meant to be barely there.</summary>
    public static Ink Grid { get; } = new("#e9ebee", "#2b3037");

    /// <summary>Axis lines and the line of the initial policy.</summary>
    public static Ink Axis { get; } = new("#8c959f", "#6b7480");

    private static readonly OkLab[] s_light = [OkLab.FromHex("#dd6f0d"), OkLab.FromHex("#c2306e"), OkLab.FromHex("#6a2c91"), OkLab.FromHex("#1d2a6d")];
    private static readonly OkLab[] s_dark = [OkLab.FromHex("#d95f0e"), OkLab.FromHex("#ea7097"), OkLab.FromHex("#c3a5f5"), OkLab.FromHex("#c4ecff")];

    private static readonly Marker[] s_shapes = Enum.GetValues<Marker>();

    /// <summary>So many colours in order, little to much; a single one is from the middle.</summary>
    /// <param name="count">How many; at least 1.</param>
    public static IReadOnlyList<Ink> Ramp(int count)
    {
        Guard.Positive(count);
        Ink[] inks = new Ink[count];
        for (int i = 0; i < count; i++)
        {
            double t = count == 1 ? 0.6 : i / (count - 1.0);
            inks[i] = new(At(s_light, t).ToHex(), At(s_dark, t).ToHex());
        }
        return inks;
    }

    /// <summary>The shape of the points of a curve by its place, in the order of <see cref="Marker"/> and round again.</summary>
    /// <param name="place">The place, from 0.</param>
    public static Marker Shape(int place) => s_shapes[place % s_shapes.Length];

    private static OkLab At(OkLab[] stops, double t)
    {
        double place = t * (stops.Length - 1);
        int i = Math.Min((int)place, stops.Length - 2);
        return OkLab.Mix(stops[i], stops[i + 1], place - i);
    }
}
