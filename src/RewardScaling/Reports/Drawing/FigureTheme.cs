namespace RewardScaling.Reports.Drawing;

/// <summary>On which paper a figure is drawn.</summary>
public enum FigureTheme
{
    /// <summary>Light or dark as the reader's browser or system asks; a picture of pixels is light.</summary>
    Reader,

    /// <summary>Light, for print and for pages that are always light.</summary>
    Light,

    /// <summary>Dark, for slides.</summary>
    Dark,
}
