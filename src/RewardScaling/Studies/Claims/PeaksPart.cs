using RewardScaling.Curves;
using RewardScaling.Laws;
using RewardScaling.Numerics;
using static RewardScaling.Numerics.NumberText;

namespace RewardScaling.Studies.Claims;

/// <summary>Part 1: proxy and gold against KL by size of the reward model, with both methods; laws and law-free peaks.</summary>
internal sealed record PeaksPart : StudyPart
{
    /// <summary>How close a law must come to be called a description: root mean squared residual over the range of
    /// gold.</summary>
    public const double CloseEnough = 0.05;

    // A fall below this share of the highest gold is none.
    private const double NoFall = 0.1;

    private PeaksPart(IReadOnlyList<SeedCell> cells, IReadOnlyList<Claim> claims) : base(1, "Proxy and gold against KL", claims) => Cells = cells;

    /// <summary>Each method and reward model, its seeds together.</summary>
    public IReadOnlyList<SeedCell> Cells { get; }

    /// <summary>Looks at the main experiment of some curves.</summary>
    /// <param name="set">All curves of a study; several studies' too.</param>
    public static PeaksPart Of(CurveSet set)
    {
        var plain = set.Plain;
        var cells = set.Cells(plain);
        List<Claim> claims = [.. plain.Methods().Select(method =>
            Fall(method, [.. cells.Where(cell => cell.At.Method == method)]))];
        claims.AddRange(plain.Methods().SelectMany(method => (IEnumerable<Claim>)
            [BySize(plain.By(method), method, later: false), BySize(plain.By(method), method, later: true),
                Law(plain.By(method), method)]));
        if (claims.Count == 0) claims.Add(Claim.NotAsked("Gold rises, then falls, while the proxy's score still rises.", "Gao et al. 2022, figure 1", "There is no curve of a single proxy."));
        return new(cells, claims);
    }

    /// <summary>The probability of a fall as clear as this where gold never falls: the smallest share of error at which <see
    /// cref="PeakBounds.Fall"/> leaves out 0, down to 0.0005, what 2,000 draws can tell; 1 where it is above 0.25 or the points have no
    /// errors.</summary>
    internal static double FallPValue(RewardCurve curve)
    {
        const int Steps = 12;
        double low = 0.0005, high = 0.25;
        if (!Falls(curve, high)) return 1;
        if (Falls(curve, low)) return low;
        for (int step = 0; step < Steps; step++)
        {
            double middle = Math.Sqrt(low * high);
            if (Falls(curve, middle)) high = middle; else low = middle;
        }
        return high;
    }

    /// <summary>Whether gold ends below its highest at this one-sided probability of error; one side of the interval has half of
    /// its error.</summary>
    internal static bool Falls(RewardCurve curve, double error) =>
        // The n of the grid alone: looking between them as well takes long and moves little.
        MeasuredPeak.Of(curve with { Finer = null },
            new() { Level = 1 - 2 * error }) is MeasuredPeak.Known { Bounds.Fall.Low: > 0 };

    // Tested where it should show first: with the fewest comparisons, of these the smallest reward model. Choosing the clearest
    // of all would have to pay for the choice.
    private static Claim Fall(OptimizationMethod method, SeedCell[] cells)
    {
        string statement = $"{StudyNames.Of(method)}: gold rises, then falls, while the proxy's score still rises.";
        const string Source = "Gao et al. 2022, figure 1";
        var poorest = cells.OrderBy(static cell => cell.At.Comparisons).ThenBy(static cell => cell.At.ProxyParameters).First();
        if (poorest.Peak is not MeasuredPeak.Known { Bounds: var bounds } peak) return Claim.Untested(statement, Source, "The points have no errors.");
        SeedCell[] falling = [.. cells.Where(static cell => cell.Peak is MeasuredPeak.Known { Bounds.Fall.Low: > 0 })];
        double p = FallPValue(poorest.Mean), rise = peak.Last.Proxy.Value - peak.Highest.Proxy.Value;
        bool none = bounds.Fall.High < NoFall * peak.Highest.Gold.Value;
        string found = FormattableString.Invariant($"Against {poorest.At.ProxyParameters:N0} parameters and {poorest.At.Comparisons:N0} comparisons, the poorest, gold ends {peak.Highest.Gold.Value - peak.Last.Gold.Value:F3} standard deviations (95 %: {bounds.Fall}) below its highest while the proxy's score {(rise > 0 ? "rises" : "changes")} by {rise:F3}; it falls beyond doubt for {falling.Length} of {cells.Length} reward models.");
        return Claim.Tested(statement, Source, found, p < SeedTest.Level && rise > 0 ? ClaimVerdict.Supported
            : none ? ClaimVerdict.NotSupported : ClaimVerdict.Undecided, $"largest studentised fall over {Errors(poorest)}", p,
            Estimate.WithoutError(peak.Highest.Gold.Value - peak.Last.Gold.Value))
            .Over(poorest.Seeds > 1 ? poorest.Seeds : 0, poorest.SeedName);
    }

    private static string Errors(SeedCell cell) => cell.Seeds > 1 ? FormattableString.Invariant($"{cell.Seeds} {cell.SeedName}")
        : cell.At.Method == OptimizationMethod.BestOfN ? "prompts" : "fresh rollouts";

    private static Claim BySize(StudyCurve[] curves, OptimizationMethod method, bool later)
    {
        string name = StudyNames.Of(method), statement = later ? $"{name}: the larger the reward model, the later gold peaks." : $"{name}: the larger the reward model, the higher gold's peak.";
        const string Source = "Gao et al. 2022, figure 1";
        if (curves.Select(static curve => curve.At.ProxyParameters).Distinct().Count() < 2) return Claim.NotAsked(statement,
            Source, "One size of reward model.");
        var units = SeedUnits.Of(curves);
        double[] slopes = units.Values(curves, unit => Trend.Within(unit, static curve => curve.At.Comparisons,
            static curve => Math.Log10(curve.At.ProxyParameters),
                curve => later ? new CurvePath(curve.Curve).Highest.Distance.Value : new CurvePath(curve.Curve)
                .Highest.Gold.Value));
        var test = SeedTest.Above(slopes, units.Name);
        return Claim.Of(statement, Source, later ? $"d = √KL of the highest gold changes by {WithError(test.Mean)} for ten times the parameters." : $"The highest gold changes by {WithError(test.Mean)} standard deviations for ten times the parameters.", test);
    }

    private static Claim Law(StudyCurve[] curves, OptimizationMethod method)
    {
        var law = curves[0].Law;
        string statement = FormattableString.Invariant($"{StudyNames.Of(method)}: gold is {law.Formula}, within {CloseEnough:P0} of its range.");
        const string Source = "Gao et al. 2022, section 1";
        StudyCurve[] fitted = [.. curves.Where(static curve => curve.HasFit)];
        var units = SeedUnits.Of(curves);
        var test = SeedTest.Above(units.Values(fitted,
            static unit => CloseEnough - unit.Average(static curve => Misfit(curve.Fit))), units.Name);
        int tested = fitted.Count(static curve => curve.Fit.LackOfFit is LackOfFit.Tested),
            rejected = fitted.Count(static curve => curve.Fit.LackOfFit.IsRejected);
        string found = fitted.Length == 0 ? "No curve has points enough."
            : FormattableString.Invariant($"It misses the points by {fitted.Average(static curve => Misfit(curve.Fit)):P1} of gold's range (root mean square), and to their errors it is rejected for {rejected} of {tested} curves (1 percent each).");
        return Claim.Of(statement, Source, found, test);
    }

    private static double Misfit(LawFit fit)
    {
        double[] gold = [.. fit.Problem.Curve.Points.Where(static point => point.HasGold)
            .Select(static point => point.Gold.Value)];
        double range = gold.Max() - gold.Min();
        return range > 0 ? fit.RootMeanSquareError / range : 0;
    }
}
