using RewardScaling.BestOfN;
using RewardScaling.Curves;
using static RewardScaling.Numerics.NumberText;

namespace RewardScaling.Studies.Claims;

/// <summary>Part 9: comparisons whose labels were flipped, and ensembles of reward models.</summary>
internal sealed record RobustnessPart : StudyPart
{
    private const string Coste = "Coste et al. 2023, arXiv:2310.02743", NoiseHurts = "The more labels are flipped, the lower gold's peak.";

    // An ensemble does not overoptimise where gold ends less than this share below its highest.
    private const double NoFall = 0.1;

    private RobustnessPart(IReadOnlyList<SeedCell> noise, IReadOnlyList<SeedCell> ensembles, IReadOnlyList<Claim> claims)
        : base(9, "Label noise and ensembles", claims) => (Noise, Ensembles) = (noise, ensembles);

    /// <summary>Single reward models by label noise, where it differs; their seeds together.</summary>
    public IReadOnlyList<SeedCell> Noise { get; }

    /// <summary>Each ensemble and, before it, its members by themselves, their seeds together.</summary>
    public IReadOnlyList<SeedCell> Ensembles { get; }

    /// <summary>Looks at the noise and ensembles of a study.</summary>
    /// <param name="set">All curves of a study; several studies' too.</param>
    public static RobustnessPart Of(CurveSet set)
    {
        var curves = set.All;
        StudyCurve[] main = [.. curves.Where(curve =>
            curve.At is { OwnProxy: null, Rounds.Count: 1, Selection: SelectionRule.BestOfN }
            && curve.At.PolicyParameters == curves[0].At.PolicyParameters
            && curve.At.Penalty == PlainCurves.Least(curves, curve.At.Method))];
        StudyCurve[] noisy = [.. main.Where(static curve => curve.At.Ensemble is null)
            .GroupBy(static curve => curve.At with { LabelNoise = 0, ProxySeed = 0, PolicySeed = 0 })
            .Where(static group => group.Select(static curve => curve.At.LabelNoise).Distinct().Count() > 1)
                .SelectMany(static group => group)];
        (StudyCurve Whole, StudyCurve[] Members)[] ensembles = [.. main.Where(static curve => curve.At.Ensemble is not null)
            .Select(whole => (whole, Members: main.Where(member => IsMember(member.At, whole.At)).ToArray()))
                .Where(static pair => pair.Members.Length > 0)];
        List<Claim> claims = [noisy.Length == 0 ? Claim.NotAsked(NoiseHurts, Coste, "One share of flipped labels.") : Noisy(noisy)];
        if (ensembles.Length == 0) claims.Add(Claim.NotAsked("An ensemble ends with more gold than its members.", Coste, "No ensemble."));
        foreach (var group in ensembles.GroupBy(static pair => (pair.Whole.At.Method, pair.Whole.At.Ensemble!.Kind))
            .OrderBy(static group => group.Key))
        {
            claims.Add(Gains(group.Key.Method, group.Key.Kind, [.. group]));
            if (group.Key.Kind != EnsembleKind.Mean) claims.Add(Holds(group.Key.Method, group.Key.Kind,
                [.. group.Select(static pair => pair.Whole)]));
        }
        return new(set.Cells(noisy), set.Cells(ensembles.SelectMany(static pair => pair.Members.Append(pair.Whole))
            .Distinct()), claims);
    }

    private static bool IsMember(StudyCoordinates member, StudyCoordinates whole) => member.Ensemble is null
        && member.ProxySeed < whole.Ensemble!.Members
        && member with { ProxySeed = 0 } == whole with { Ensemble = null, ProxySeed = 0 };

    private static Claim Noisy(StudyCurve[] noisy)
    {
        var units = SeedUnits.Of(noisy);
        var test = SeedTest.Above(units.Values(noisy,
            static unit => -Trend.Within(unit, static curve => (curve.At.Method, curve.At.ProxyParameters, curve.At.Comparisons),
            static curve => curve.At.LabelNoise, static curve => new CurvePath(curve.Curve).Highest.Gold.Value)), units.Name);
        double most = noisy.Max(static curve => curve.At.LabelNoise);
        return Claim.Of(NoiseHurts, Coste, FormattableString.Invariant($"With {most:P0} of the labels flipped the highest gold is lower by {most * test.Mean.Value:F3} standard deviations (a straight line through the shares)."), test);
    }

    private static Claim Gains(OptimizationMethod method, EnsembleKind kind, (StudyCurve Whole, StudyCurve[] Members)[] pairs)
    {
        var members = pairs.ToDictionary(static pair => pair.Whole, static pair => pair.Members);
        var units = SeedUnits.Of([.. members.Keys]);
        var test = SeedTest.Above(units.Values(members.Keys, unit => unit.Average(whole =>
            new CurvePath(whole.Curve).Last.Gold.Value - members[whole]
                .Average(static member => new CurvePath(member.Curve).Last.Gold.Value))), units.Name);
        return Claim.Of($"{StudyNames.Of(method)}: {Name(kind)} ends with more gold than its members.", Coste,
            $"Gold at the end is {WithError(test.Mean)} standard deviations above the mean of the members.", test);
    }

    private static Claim Holds(OptimizationMethod method, EnsembleKind kind, StudyCurve[] wholes)
    {
        var units = SeedUnits.Of(wholes);
        double[] shares = units.Values(wholes, static unit => unit.Select(static curve => FallShare(new(curve.Curve)))
            .OfType<double>().ToArray() is { Length: > 0 } own ? own.Average() : null);
        var test = SeedTest.Above([.. shares.Select(static share => NoFall - share)], units.Name);
        return Claim.Of(FormattableString.Invariant($"{StudyNames.Of(method)}: {Name(kind)} does not overoptimise: gold ends less than {NoFall:P0} below its highest."), Coste,
            shares.Length == 0 ? "Gold never rises." : FormattableString.Invariant($"It ends {shares.Average():P0} below."), test);
    }

    /// <summary>How far below its highest gold ends, as a share of the height; null where it never rises.</summary>
    internal static double? FallShare(CurvePath path) => path.Highest.Gold.Value > 0
        ? (path.Highest.Gold.Value - path.Last.Gold.Value) / path.Highest.Gold.Value : null;

    private static string Name(EnsembleKind kind) => kind switch
    {
        EnsembleKind.Mean => "the mean of an ensemble",
        EnsembleKind.WorstCase => "the worst of an ensemble",
        _ => "an uncertainty-weighted ensemble",
    };
}
