using RewardScaling.Curves;
using RewardScaling.Divergence;
using RewardScaling.Laws;
using static RewardScaling.Numerics.NumberText;

namespace RewardScaling.Studies.Claims;

/// <summary>Part 8: the laws fitted on small d and held against large d.</summary>
/// <remarks>The cut is at three quarters of each curve's largest d, about where Gao et al. cut best-of-n (n = 1,000 of 60,000,
/// 0.77), and not chosen by looking.</remarks>
internal sealed record ExtrapolationPart : StudyPart
{
    private const string Source = "Gao et al. 2022, section 3.1 and figure 26", AppendixB = "Gao et al. 2022, appendix B";
    private const double Cut = 0.75, Close = 0.1;

    private ExtrapolationPart(IReadOnlyList<(SeedCell Cell, double Error, double Size)> cells, IReadOnlyList<Claim> claims)
        : base(8, "Extrapolation", claims) => Cells = cells;

    /// <summary>Each method and reward model: mean over its curves of gold beyond the cut less the prediction, and of the
    /// prediction's root mean squared error, both over the range of gold.</summary>
    public IReadOnlyList<(SeedCell Cell, double Error, double Size)> Cells { get; }

    /// <summary>Looks at the main experiment of some curves.</summary>
    /// <param name="set">All curves of a study; several studies' too.</param>
    public static ExtrapolationPart Of(CurveSet set)
    {
        var plain = set.Plain;
        List<Claim> claims = [];
        foreach (var method in plain.Methods())
        {
            StudyCurve[] own = plain.By(method);
            string statement = FormattableString.Invariant($"{StudyNames.Of(method)}: the law fitted up to {Cut:P0} of the largest d tells gold beyond it, within {Close:P0} of gold's range.");
            var units = SeedUnits.Of(own);
            var test = SeedTest.Within(Values(units, own, static one => one.Error), Close, units.Name);
            double[] sizes = [.. own.Select(static curve => Beyond(curve, curve.Law)?.Size).OfType<double>()];
            claims.Add(Claim.Of(statement, Source, sizes.Length == 0 ? "No curve has three distances before and one beyond the cut."
                : FormattableString.Invariant($"Gold beyond is {Signed(100 * test.Mean.Value, 1)} % of its range above the prediction; root mean square {sizes.Average():P1}."), test));
        }
        StudyCurve[] runs = plain.By(OptimizationMethod.ReinforcementLearning);
        const string Worse = "PPO: d (α - β ln (1 + d)) foretells worse than d (α - β ln d).";
        if (runs.Length > 0)
        {
            var units = SeedUnits.Of(runs);
            var test = SeedTest.Above(Values(units, runs, static one => one.Size, OveroptimizationLaw.Log,
                OveroptimizationLaw.ReinforcementLearning), units.Name);
            claims.Add(Claim.Of(Worse, AppendixB, FormattableString.Invariant($"Its error beyond the cut is larger by {test.Mean.Value:P1} of gold's range."), test));
        }
        if (claims.Count == 0) claims.Add(Claim.NotAsked("The law fitted on small d tells gold at large d.", Source, "There is no curve of a single proxy."));
        return new([.. set.Cells(plain).Select(static cell =>
            (cell, Of: cell.Curves.Select(static curve => Beyond(curve, curve.Law)).OfType<(double Error, double Size)>()
            .ToArray()))
            .Where(static pair => pair.Of.Length > 0)
                .Select(static pair => (pair.cell, pair.Of.Average(static one => one.Error),
                pair.Of.Average(static one => one.Size)))], claims);
    }

    // The mean over a unit's curves of what one law's prediction has, less what another's has.
    private static double[] Values(SeedUnits units, StudyCurve[] curves, Func<(double Error, double Size), double> of,
        OveroptimizationLaw? law = null, OveroptimizationLaw? less = null) =>
        units.Values(curves, unit => unit.Select(curve => Beyond(curve, law ?? curve.Law) is { } one
            && (less is null ? (0, 0) : Beyond(curve, less)) is { } other
            ? of(one) - (less is null ? 0 : of(other)) : (double?)null).OfType<double>()
                .ToArray() is { Length: > 0 } own ? own.Average() : null);

    /// <summary>The law of a cell fitted to its mean up to the cut, and the distance d of the cut; null where there are too few
    /// points before it.</summary>
    internal static (LawFit Fit, double Cut)? Near(SeedCell cell)
    {
        double cut = Cut * cell.Mean.Points.Max(static point => point.Distance.Value);
        RewardPoint[] near = [.. cell.Mean.Points.Where(point => point.Distance.Value <= cut)];
        return near.Select(static point => point.Kl.Value).Where(static kl => kl > 0).Distinct()
            .Count() <= cell.Law.ParameterNames.Count ? null
            : (cell.Law.Fit(new(cell.Mean.Method, cell.Mean.Label, near), new() { OffsetRule = OffsetRule.Zero }), cut);
    }

    private static (double Error, double Size)? Beyond(StudyCurve curve, OveroptimizationLaw law)
    {
        double farthest = curve.Curve.Points.Max(static point => point.Distance.Value), cut = Cut * farthest * Cut * farthest;
        double[] gold = [.. curve.Curve.Points.Select(static point => point.Gold.Value)];
        double range = gold.Max() - gold.Min();
        int near = curve.Curve.Points.Select(static point => point.Kl.Value).Where(kl => kl > 0 && kl <= cut).Distinct().Count();
        if (near <= law.ParameterNames.Count || range == 0 || !curve.Curve.Points.Any(point => point.Kl.Value > cut)) return null;
        var test = ExtrapolationTest.Of(law, curve.Curve, new KlNats(cut), new() { OffsetRule = OffsetRule.Zero });
        return (test.MeanError / range, test.RootMeanSquareError / range);
    }
}
