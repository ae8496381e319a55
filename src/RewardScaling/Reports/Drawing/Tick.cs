namespace RewardScaling.Reports.Drawing;

/// <summary>A value worth naming on an axis, and its name.</summary>
/// <param name="Value">The value, in the axis's unit.</param>
/// <param name="Label">The value as text.</param>
internal readonly record struct Tick(double Value, string Label);
