namespace RewardScaling.Reports.Drawing;

/// <summary>A colour on light paper and its counterpart on dark paper, both as "#rrggbb".</summary>
/// <param name="Light">The colour where the paper is light.</param>
/// <param name="Dark">The colour where the paper is dark.</param>
internal sealed record Ink(string Light, string Dark);
