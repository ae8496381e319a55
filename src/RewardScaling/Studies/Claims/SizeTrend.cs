using RewardScaling.Curves;
using RewardScaling.Laws;
using RewardScaling.Numerics;

namespace RewardScaling.Studies.Claims;

/// <summary>The coefficients of a law against the size of the reward model, at one method and number of comparisons.</summary>
internal sealed class SizeTrend
{
    private readonly CoefficientScaling? _scaling;

    private SizeTrend(OptimizationMethod method, int comparisons, IReadOnlyList<SeedCell> cells,
        IReadOnlyList<ScalingPoint> points,
        CoefficientScaling? scaling, IReadOnlyList<PeakPrediction> leftOut) =>
        (Method, Comparisons, Cells, Points, _scaling, LeftOut) = (method, comparisons, cells, points, scaling, leftOut);

    /// <summary>The method.</summary>
    public OptimizationMethod Method { get; }

    /// <summary>The number of comparisons.</summary>
    public int Comparisons { get; }

    /// <summary>Each size, its seeds together, smallest first.</summary>
    public IReadOnlyList<SeedCell> Cells { get; }

    /// <summary>The coefficients of each curve's own fit.</summary>
    public IReadOnlyList<ScalingPoint> Points { get; }

    /// <summary>Whether there are lines: three reward models of two sizes.</summary>
    public bool HasLines => _scaling is not null;

    /// <summary>The lines of the coefficients in log10 size.</summary>
    /// <exception cref="InvalidOperationException">There are none: see <see cref="HasLines"/>.</exception>
    public CoefficientScaling Lines => _scaling ?? throw new InvalidOperationException("A line needs three reward models of two sizes; ask HasLines first.");

    /// <summary>What the others predict of each size; empty below three sizes, or where three reward models are not
    /// left.</summary>
    public IReadOnlyList<PeakPrediction> LeftOut { get; }

    internal static SizeTrend Of(CurveSet set, StudyCurve[] curves)
    {
        SeedCell[] cells = [.. set.Cells(curves).OrderBy(static cell => cell.At.ProxyParameters)];
        StudyCurve[] fitted = [.. curves.Where(static curve => curve.HasFit)];
        bool errors = fitted.All(static curve => curve.Fit.HasErrors);
        ScalingPoint[] points = [.. fitted.Select(curve => errors ? ScalingPoint.From(curve.At.ProxyParameters, curve.Fit)
            : new(curve.At.ProxyParameters, curve.Fit.Coefficients))];
        return new(curves[0].At.Method, curves[0].At.Comparisons, cells, points, Line(curves[0].Law, points),
            [.. cells.Select(cell => Predict(curves[0].Law, cell, points)).OfType<PeakPrediction>()]);
    }

    private static CoefficientScaling? Line(OveroptimizationLaw law, ScalingPoint[] points) =>
        points.Length >= 3 && points.Select(static point => point.Size).Distinct()
            .Count() >= 2 ? CoefficientScaling.Of(law, points) : null;

    private static PeakPrediction? Predict(OveroptimizationLaw law, SeedCell cell, ScalingPoint[] points)
    {
        ScalingPoint[] others = [.. points.Where(point => point.Size != cell.At.ProxyParameters)];
        if (Line(law, others) is not { } line) return null;
        var (kl, gold) = line.PredictPeak(cell.At.ProxyParameters, RandomStream.FromSeed(0).Fork("size left out"));
        return new(cell.At.ProxyParameters, kl, gold, cell.Peak);
    }
}
