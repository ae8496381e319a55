namespace RewardScaling.Reports.Drawing;

/// <summary>A sample of a mark and what it stands for.</summary>
/// <param name="Label">What it stands for.</param>
/// <param name="Ink">The colour of the sample.</param>
/// <param name="Line">Whether the sample has a line.</param>
/// <param name="Dashed">Whether that line is dashed.</param>
/// <param name="Shape">The shape of the sample's point, if it has one.</param>
/// <param name="Hollow">Whether that point is hollow.</param>
/// <param name="Ring">Whether the sample is a ring, as <see cref="RingMark"/> draws it.</param>
/// <param name="Cross">Whether the sample is a cross, as <see cref="CrossMark"/> draws it.</param>
/// <param name="Band">Whether the sample lies on a band.</param>
internal sealed record LegendEntry(string Label, Ink Ink, bool Line = false, bool Dashed = false, Marker? Shape = null,
    bool Hollow = false, bool Ring = false, bool Cross = false, bool Band = false);

/// <summary>A line of the legend.</summary>
/// <param name="Heading">What the entries have in common; empty for none.</param>
/// <param name="Entries">The entries.</param>
internal sealed record LegendGroup(string Heading, IReadOnlyList<LegendEntry> Entries);
