using RewardScaling.Curves;
using RewardScaling.Numerics;
using RewardScaling.Reports.Drawing;
using RewardScaling.Studies.Claims;

namespace RewardScaling.Reports;

/// <summary>
/// The curves of a study by proxy size and comparison count, and the colour and shape that each count has in every figure.
/// </summary>
internal sealed class CurveGroups
{
    private readonly IReadOnlyList<Ink> _inks;
    private readonly ReportCurve[] _curves;

    public CurveGroups(IReadOnlyList<ReportCurve> curves)
    {
        ArgumentNullException.ThrowIfNull(curves);
        if (curves.Count == 0) throw new ArgumentException("curves is empty; a figure needs at least one curve.", nameof(curves));
        foreach (ReportCurve curve in curves) curve.Validate();
        _curves = [.. curves];
        Sizes = [.. _curves.Select(c => c.ProxyParameters).Distinct().Order()];
        Counts = [.. _curves.Select(c => c.ProxyComparisons).Distinct().Order()];
        Methods = [.. _curves.Select(c => c.Curve.Method).Distinct().Order()];
        _inks = Palette.Ramp(Counts.Count);
    }

    /// <summary>The proxy sizes, in parameters, ascending.</summary>
    public IReadOnlyList<long> Sizes { get; }

    /// <summary>The comparison counts, ascending.</summary>
    public IReadOnlyList<long> Counts { get; }

    /// <summary>The methods that were run.</summary>
    public IReadOnlyList<OptimizationMethod> Methods { get; }

    /// <summary>The curves of one size and method, most comparisons first so that the fewest lie on top.</summary>
    public IReadOnlyList<ReportCurve> Of(long size, OptimizationMethod method) =>
        [.. _curves.Where(c => c.ProxyParameters == size && c.Curve.Method == method).OrderByDescending(c => c.ProxyComparisons)];

    /// <summary>The curves of one method.</summary>
    public IReadOnlyList<ReportCurve> Of(OptimizationMethod method) => [.. _curves.Where(c => c.Curve.Method == method)];

    /// <summary>The curves of one size.</summary>
    public IReadOnlyList<ReportCurve> Of(long size) => [.. _curves.Where(c => c.ProxyParameters == size)];

    /// <summary>Whether a curve is the one of its size, count and method that figures draw in full.</summary>
    public bool IsFirstSeed(ReportCurve curve) =>
        !_curves.Any(c => c.ProxySeed < curve.ProxySeed && c.ProxyParameters == curve.ProxyParameters
        && c.ProxyComparisons == curve.ProxyComparisons && c.Curve.Method == curve.Curve.Method);

    /// <summary>Whether some size and count has more than one proxy.</summary>
    public bool HasSeeds => !Array.TrueForAll(_curves, IsFirstSeed);

    /// <summary>Whether the curves are means over seeds.</summary>
    public bool AreMeans => _curves.Any(static curve => curve.IsMean);

    /// <summary>The points of a curve that bear a mark: all that were measured, of a mean some.</summary>
    public IReadOnlyList<RewardPoint> Marked(ReportCurve curve) =>
        curve.IsMean ? Sparse.Of(curve.Curve.Points, Index(curve.ProxyComparisons)) : curve.Curve.Points;

    /// <summary>The colour of a curve.</summary>
    public Ink InkOf(ReportCurve curve) => _inks[Index(curve.ProxyComparisons)];

    /// <summary>The point shape of a curve.</summary>
    public Marker ShapeOf(ReportCurve curve) => Palette.Shape(Index(curve.ProxyComparisons));

    /// <summary>The legend of the colours.</summary>
    public LegendGroup CountLegend() => new("Comparisons the proxy saw",
        [.. Counts.Select((count, i) =>
            new LegendEntry(NumberText.Count(count), _inks[i], Line: true, Shape: Palette.Shape(i)))]);

    /// <summary>"Best-of-n" or "PPO".</summary>
    public static string Name(OptimizationMethod method) => StudyNames.Of(method);

    /// <summary>"Proxy of 1,217 parameters".</summary>
    public static string SizeName(long parameters) => $"Proxy of {NumberText.Count(parameters)} parameters";

    private int Index(long count)
    {
        for (int i = 0; i < Counts.Count; i++)
            if (Counts[i] == count) return i;
        throw new ArgumentException($"No curve has {count} comparisons.", nameof(count));
    }
}
