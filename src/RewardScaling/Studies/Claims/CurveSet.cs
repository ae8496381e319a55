namespace RewardScaling.Studies.Claims;

/// <summary>All curves of a study with what its parts have in common: the main experiment, and the cells, which are worked out
/// once for all of them.</summary>
internal sealed class CurveSet
{
    private readonly Dictionary<StudyCurve, List<SeedCell>> _cells = new(ReferenceEqualityComparer.Instance);

    /// <summary>The curves of a study; several studies' too.</summary>
    public CurveSet(IReadOnlyList<StudyCurve> curves)
    {
        ArgumentNullException.ThrowIfNull(curves);
        All = curves;
    }

    /// <summary>All of them.</summary>
    public IReadOnlyList<StudyCurve> All { get; }

    /// <summary>The main experiment (<see cref="PlainCurves"/>).</summary>
    public IReadOnlyList<StudyCurve> Plain => field ??= PlainCurves.Of(All);

    /// <summary>The cells of some of the curves, in the order of the first curve of each. The same curves have the same
    /// cell.</summary>
    public IReadOnlyList<SeedCell> Cells(IEnumerable<StudyCurve> curves) =>
        [.. curves.GroupBy(static curve => curve.At.WithoutSeeds).Select(group => Cell([.. group]))];

    private SeedCell Cell(StudyCurve[] group)
    {
        if (!_cells.TryGetValue(group[0], out var known)) _cells.Add(group[0], known = []);
        var cell = known.Find(one => one.Curves.SequenceEqual(group, ReferenceEqualityComparer.Instance));
        if (cell is null) known.Add(cell = new(group));
        return cell;
    }
}
