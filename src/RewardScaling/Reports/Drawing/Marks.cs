using RewardScaling.Numerics;

namespace RewardScaling.Reports.Drawing;

/// <summary>Something drawn inside a panel, in one colour.</summary>
/// <param name="Ink">Its colour.</param>
internal abstract record Mark(Ink Ink);

/// <summary>A line through points, in their order.</summary>
/// <param name="Points">The points, finite.</param>
/// <param name="Ink">Its colour.</param>
/// <param name="Dashed">Whether it is dashed.</param>
/// <param name="Width">Its width in pixels.</param>
internal sealed record LineMark(IReadOnlyList<(double X, double Y)> Points, Ink Ink, bool Dashed = false, double Width = 2)
    : Mark(Ink);

/// <summary>A pale band between two curves.</summary>
/// <param name="Edges">Low and high edge at each x, x in order.</param>
/// <param name="Ink">Its colour before it is thinned.</param>
internal sealed record BandMark(IReadOnlyList<(double X, double Low, double High)> Edges, Ink Ink) : Mark(Ink);

/// <summary>Measured points with a bar of one standard error to each side where it is known.</summary>
/// <param name="Points">The points.</param>
/// <param name="Ink">Their colour.</param>
/// <param name="Shape">Their shape.</param>
/// <param name="Hollow">Whether only the outline is drawn, over paper.</param>
internal sealed record PointMark(IReadOnlyList<(Estimate X, Estimate Y)> Points, Ink Ink, Marker Shape, bool Hollow = false)
    : Mark(Ink);

/// <summary>A ring around one place, to point at it.</summary>
/// <param name="X">Where, along the horizontal axis.</param>
/// <param name="Y">Where, along the vertical axis.</param>
/// <param name="Ink">Its colour.</param>
internal sealed record RingMark(double X, double Y, Ink Ink) : Mark(Ink);

/// <summary>A cross over one place, to point at it.</summary>
/// <param name="X">Where, along the horizontal axis.</param>
/// <param name="Y">Where, along the vertical axis.</param>
/// <param name="Ink">Its colour.</param>
internal sealed record CrossMark(double X, double Y, Ink Ink) : Mark(Ink);

/// <summary>A thin horizontal line across the panel.</summary>
/// <param name="Y">Where, along the vertical axis.</param>
/// <param name="Ink">Its colour.</param>
internal sealed record LevelMark(double Y, Ink Ink) : Mark(Ink);
