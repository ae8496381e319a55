using RewardScaling.Curves;

namespace RewardScaling.Studies.Claims;

/// <summary>Part 4: a larger policy against the same reward models.</summary>
internal sealed record PolicySizePart : StudyPart
{
    private const string Source = "Gao et al. 2022, sections 3.4 and 4.4";

    // Peaks within a quarter of each other's KL are "almost the same", and gaps within a tenth.
    private const double SamePlace = 0.25, SameGap = 0.1;

    private PolicySizePart(IReadOnlyList<SeedCell> cells, IReadOnlyList<Claim> claims) : base(4, "The size of the policy", claims) => Cells = cells;

    /// <summary>Each policy, method and reward model, its seeds together.</summary>
    public IReadOnlyList<SeedCell> Cells { get; }

    /// <summary>Looks at curves that differ by the policy.</summary>
    /// <param name="set">All curves of a study; several studies' too.</param>
    public static PolicySizePart Of(CurveSet set)
    {
        var plain = PlainCurves.Alike(set.All);
        var pairs = Pairs(plain);
        var all = new (string Statement, Func<(CurvePath Small, CurvePath Large), double?> Of, double Margin, Func<double,
            string> Found, bool PpoOnly)[]
        {
            ("A larger policy gains less from optimisation.", static pair => Gain(pair.Small) - Gain(pair.Large), 0,
                static mean => FormattableString.Invariant($"The smaller policy gains {mean:F3} standard deviations more."), false),
            ("A larger policy starts higher.", static pair => pair.Large.First.Gold.Value - pair.Small.First.Gold.Value, 0,
                static mean => FormattableString.Invariant($"The larger one starts {mean:F3} standard deviations higher."), false),
            ("Both peak at almost the same KL.", static pair => Relative(pair.Large.Highest.Kl.Value, pair.Small.Highest.Kl.Value), SamePlace,
                static mean => FormattableString.Invariant($"The KL of the highest gold differs by {mean:P0}."), false),
            ("Both have almost the same gap between proxy and gold.", static pair => GapDifference(pair.Small, pair.Large), SameGap,
                static mean => FormattableString.Invariant($"At the largest KL both reached the gap differs by {mean:P0} of the proxy's rise."), false),
            ("At equal steps of PPO a larger policy has gone less far.", static pair => AtEqualSteps(pair.Small, pair.Large), 0,
                static mean => FormattableString.Invariant($"After equal steps, the most that both took, the smaller one has {Math.Exp(mean):F2} times the KL."), true),
        };
        if (pairs.Length == 0) return new([], [.. all.Select(static claim => Claim.NotAsked(claim.Statement, Source, "One policy."))]);
        return new(set.Cells(pairs.SelectMany(static pair => new[] { pair.Small, pair.Large })),
            [.. all.Select(claim => Test(claim.Statement, claim.Of, claim.Margin, claim.Found,
            claim.PpoOnly ? [.. pairs.Where(static pair => pair.Small.At.Method == OptimizationMethod.ReinforcementLearning)]
                : pairs))]);
    }

    private static Claim Test(string statement, Func<(CurvePath Small, CurvePath Large), double?> of, double margin,
        Func<double, string> found,
        (StudyCurve Small, StudyCurve Large)[] pairs)
    {
        if (pairs.Length == 0) return Claim.NotAsked(statement, Source, "PPO was not run.");
        var partner = pairs.ToDictionary(static pair => pair.Small, static pair => pair.Large);
        var units = SeedUnits.Of([.. partner.Keys]);
        double[] values = units.Values(partner.Keys,
            unit => unit.Select(small => of((new(small.Curve), new(partner[small].Curve)))).OfType<double>()
            .ToArray() is { Length: > 0 } own ? own.Average() : null);
        var test = margin > 0 ? SeedTest.Within(values, margin, units.Name) : SeedTest.Above(values, units.Name);
        return Claim.Of(statement, Source, found(test.Mean.Value), test);
    }

    private static (StudyCurve Small, StudyCurve Large)[] Pairs(IReadOnlyList<StudyCurve> plain)
    {
        if (plain.Count == 0) return [];
        long small = plain.Min(static curve => curve.At.PolicyParameters),
            large = plain.Max(static curve => curve.At.PolicyParameters);
        if (small == large) return [];
        var others = plain.Where(curve => curve.At.PolicyParameters == large).ToDictionary(static curve => Without(curve.At));
        return [.. plain.Where(curve => curve.At.PolicyParameters == small && others.ContainsKey(Without(curve.At)))
            .Select(curve => (curve, others[Without(curve.At)]))];
    }

    private static StudyCoordinates Without(StudyCoordinates at) => at with { PolicySize = null, PolicyParameters = 0 };

    private static double Gain(CurvePath path) => path.Highest.Gold.Value - path.First.Gold.Value;

    private static double? Relative(double one, double other) => one + other > 0 ? 2 * (one - other) / (one + other) : null;

    // Scores of one proxy have one unit for both policies; each is counted from its own start.
    private static double? GapDifference(CurvePath small, CurvePath large)
    {
        double d = Math.Min(small.Farthest, large.Farthest), rise = small.Proxy(d) - small.First.Proxy.Value;
        return rise > 0 ? (Gap(large, d) - Gap(small, d)) / rise : null;
    }

    private static double Gap(CurvePath path, double d) =>
        path.Proxy(d) - path.First.Proxy.Value - (path.Gold(d) - path.First.Gold.Value);

    private static double? AtEqualSteps(CurvePath small, CurvePath large)
    {
        double steps = Math.Min(small.Last.Effort, large.Last.Effort), one = small.KlAfter(steps), other = large.KlAfter(steps);
        return one > 0 && other > 0 ? Math.Log(one / other) : null;
    }
}
