namespace RewardScaling.Reports.Drawing;

/// <summary>
/// The shape of a measured point. Shapes repeat what the colour says, so that a figure reads in black and white.
/// </summary>
internal enum Marker
{
    /// <summary>A disc.</summary>
    Circle,

    /// <summary>A square.</summary>
    Square,

    /// <summary>A triangle that points up.</summary>
    Triangle,

    /// <summary>A square on its corner.</summary>
    Diamond,

    /// <summary>A triangle that points down.</summary>
    TriangleDown,
}
