using RewardScaling.Curves;
using RewardScaling.Laws;
using static RewardScaling.Numerics.NumberText;

namespace RewardScaling.Studies.Claims;

/// <summary>Part 3: how many comparisons the reward model has seen: gold, held-out loss, and the threshold below which it knows
/// nothing.
/// </summary>
internal sealed record ComparisonsPart : StudyPart
{
    private const string Source = "Gao et al. 2022, section 3.3", MoreGold = "The more comparisons, the higher gold's peak.",
        LessLoss = "The more comparisons, the lower the held-out loss.",
        Chance = "Below some number of comparisons the held-out loss is near chance, ln 2, and falls from there on.",
        SameThreshold = "Larger reward models do not cross that threshold much earlier.",
        Foretells = "Equal held-out loss means equal gold, whatever size and comparisons it comes from.";

    // The paper: "not much earlier".
    private const double MuchEarlier = 2;

    private ComparisonsPart(IReadOnlyList<SeedCell> cells, IReadOnlyList<LossAtCount> losses,
        IReadOnlyList<(long Size, DataThreshold At)> thresholds,
        params IReadOnlyList<Claim> claims) : base(3, "The number of comparisons", claims) => (Cells, Losses, Thresholds) = (cells, losses, thresholds);

    /// <summary>Each method, size and number of comparisons, its seeds together.</summary>
    public IReadOnlyList<SeedCell> Cells { get; }

    /// <summary>Held-out loss by size and comparisons.</summary>
    public IReadOnlyList<LossAtCount> Losses { get; }

    /// <summary>The threshold of each size, where there are four numbers of comparisons.</summary>
    public IReadOnlyList<(long Size, DataThreshold At)> Thresholds { get; }

    /// <summary>Looks at the main experiment of some curves.</summary>
    /// <param name="set">All curves of a study; several studies' too.</param>
    public static ComparisonsPart Of(CurveSet set)
    {
        var plain = set.Plain;
        if (plain.Select(static curve => curve.At.Comparisons).Distinct().Count() < 2)
            return new([], [], [], [.. new[] { MoreGold, LessLoss, Chance, SameThreshold, Foretells }
                .Select(static claim => Claim.NotAsked(claim, Source, "One number of comparisons."))]);
        var losses = LossAtCount.Of(plain);
        (long, DataThreshold)[] thresholds = [.. losses.GroupBy(static loss => loss.ProxyParameters)
            .Where(static group => group.Count() >= 4)
            .Select(static group => (group.Key, DataThreshold.Of([.. group.Select(static loss =>
                new LossPoint(loss.Comparisons, loss.Loss))])))];
        return new(set.Cells(plain), losses, thresholds, Gold(plain), Loss(plain), AtChance(losses, thresholds),
            Same(losses, thresholds), Foretelling(plain));
    }

    private static Claim Gold(IReadOnlyList<StudyCurve> plain)
    {
        var units = SeedUnits.Of(plain);
        double[] slopes = units.Values(plain, static unit =>
            Trend.Within(unit, static curve => (curve.At.Method, curve.At.ProxyParameters),
            static curve => Math.Log10(curve.At.Comparisons), static curve => new CurvePath(curve.Curve).Highest.Gold.Value));
        var test = SeedTest.Above(slopes, units.Name);
        return Claim.Of(MoreGold, Source, $"The highest gold changes by {WithError(test.Mean)} standard deviations for ten times the comparisons, the mean over sizes and methods.", test);
    }

    private static Claim Loss(IReadOnlyList<StudyCurve> plain)
    {
        var units = SeedUnits.Of(plain);
        var test = SeedTest.Above(units.Values(plain,
            static unit => -Trend.Within(unit, static curve => (curve.At.Method, curve.At.ProxyParameters),
            static curve => Math.Log10(curve.At.Comparisons), static curve => curve.Proxy.HeldOut.Loss.Value)), units.Name);
        return Claim.Of(LessLoss, Source, $"The loss falls by {WithError(test.Mean)} nats for ten times the comparisons.", test);
    }

    private static Claim AtChance(IReadOnlyList<LossAtCount> losses, (long Size, DataThreshold At)[] thresholds)
    {
        var fewest = losses.Where(loss => loss.Comparisons == losses.Min(static other => other.Comparisons)).ToArray();
        if (thresholds.Length > 0)
        {
            string found = string.Join(" ", thresholds.Select(static one => FormattableString.Invariant($"{one.Size:N0} parameters: {one.At.ToString().TrimEnd('.')}.")));
            bool all = thresholds.All(one => one.At.Interval.Low > fewest[0].Comparisons
                && one.At.NoDeclinePValue < SeedTest.Level);
            if (all) return Claim.Tested(Chance, Source, found, ClaimVerdict.Supported, "a flat part at ln 2 before the decline, 95 % interval of the change point; the p-value is that of no decline",
                thresholds.Max(static one => one.At.NoDeclinePValue));
            return Beats(fewest, found);
        }
        return Beats(fewest, "Fewer than four numbers of comparisons.");
    }

    // Chance is refuted as a place the plan reaches where already the fewest comparisons beat it.
    private static Claim Beats(LossAtCount[] fewest, string found)
    {
        double[] z = [.. fewest.Select(static loss => (DataThreshold.Chance - loss.Loss.Value) / loss.Loss.StandardError)];
        double p = Math.Min(1, MathNet.Numerics.Distributions.Normal.CDF(0, 1, -z.Min()));
        string words = FormattableString.Invariant($"{found} With {fewest[0].Comparisons:N0} comparisons, the fewest, the loss is {string.Join(" and ", fewest.Select(static loss => WithError(loss.Loss)))}; ln 2 = 0.6931.");
        return Claim.Tested(Chance, Source, words, p < SeedTest.Level ? ClaimVerdict.NotSupported : ClaimVerdict.Undecided, "whether every size beats chance with the fewest comparisons, one-sided normal",
            p);
    }

    private static Claim Same(IReadOnlyList<LossAtCount> losses, (long Size, DataThreshold At)[] thresholds)
    {
        if (losses.Select(static loss => loss.ProxyParameters).Distinct().Count() < 2) return Claim.NotAsked(SameThreshold,
            Source, "One size of reward model.");
        if (thresholds.Length < 2) return Claim.Untested(SameThreshold, Source, "A threshold needs four numbers of comparisons.");
        var (small, large) = (thresholds[0].At, thresholds[^1].At);
        string found = FormattableString.Invariant($"The loss begins to fall at {small.ChangePoint:G3} comparisons ({small.Interval}) for the smallest and {large.ChangePoint:G3} ({large.Interval}) for the largest reward model.");
        bool apart = large.Interval.High * MuchEarlier < small.Interval.Low,
            same = small.Interval.IsBounded && large.Interval.IsBounded && large.Interval.Low > 0
                && small.Interval.High <= MuchEarlier * large.Interval.Low;
        return same || apart ? Claim.Tested(SameThreshold, Source, found,
            apart ? ClaimVerdict.NotSupported : ClaimVerdict.Supported,
                "95 % intervals of the change points, a factor of 2 counting as much earlier", SeedTest.Level)
            : Claim.Untested(SameThreshold, Source, found + " The intervals allow both.");
    }

    private static Claim Foretelling(IReadOnlyList<StudyCurve> plain)
    {
        var method = plain.Methods()[0];
        StudyCurve[] curves = plain.By(method);
        var units = SeedUnits.Of(curves);
        var test = SeedTest.Above(units.Values(curves, static unit => -Trend.Rank([.. unit.Select(static curve =>
            (curve.Proxy.HeldOut.Loss.Value, new CurvePath(curve.Curve).Last.Gold.Value))])), units.Name);
        return Claim.Of(Foretells, "Gao et al. 2022, section 3.3 and figure 5 (weak evidence)",
            $"{StudyNames.Of(method)}: the rank correlation of held-out loss with gold at the end is {-test.Mean.Value:F2} over sizes and comparisons; a correlation is less than the claim.", test);
    }
}
