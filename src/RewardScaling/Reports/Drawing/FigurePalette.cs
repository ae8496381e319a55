namespace RewardScaling.Reports.Drawing;

/// <summary>The colours of a figure's curves.</summary>
public enum FigurePalette
{
    /// <summary>From orange through magenta to indigo, little data to much; its lightness runs one way, so it holds in grey and
    /// for colour-blind readers.</summary>
    Ordered,

    /// <summary>Greys as light as the ordered colours are, for print without colour; shapes and dashes tell curves
    /// apart.</summary>
    Grey,
}
