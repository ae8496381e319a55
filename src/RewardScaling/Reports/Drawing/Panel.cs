namespace RewardScaling.Reports.Drawing;

/// <summary>One pair of axes with what is drawn in it.</summary>
/// <param name="Title">What this panel shows, beside its neighbours; empty for none.</param>
/// <param name="X">The horizontal axis.</param>
/// <param name="Y">The vertical axis.</param>
/// <param name="Marks">What is drawn: bands lie under lines, lines under points, and within a kind
/// later marks lie on top.</param>
internal sealed record Panel(string Title, Axis X, Axis Y, IReadOnlyList<Mark> Marks)
{
    /// <summary>The height of the axes in pixels; panels of one row have one height.</summary>
    public double Height { get; init; } = 230;

    /// <summary>
    /// Whether the horizontal axis has numbers and its title; a panel set right above another with the same axis needs none.
    /// </summary>
    public bool XText { get; init; } = true;
}
