using RewardScaling.Curves;
using RewardScaling.Laws;

namespace RewardScaling.Studies.Claims;

/// <summary>The rounds of one iterated study of RLHF, and the single run of PPO they are held against.</summary>
internal sealed class RoundChain
{
    private readonly CurvePath? _single;
    private readonly LawFit? _fit;

    private RoundChain(IReadOnlyList<StudyCurve> rounds, StudyCurve? single) => (Rounds, Single, _single, _fit) =
        (rounds, single, single is null ? null : new(single.Curve), single is { HasFit: true } ? single.Fit : null);

    /// <summary>The rounds in order.</summary>
    public IReadOnlyList<StudyCurve> Rounds { get; }

    /// <summary>The single run of PPO against the first round's reward model; null where there is none.</summary>
    internal StudyCurve? Single { get; }

    /// <summary>How much more gold the rounds have than the single run at the largest distance that both went; null where the
    /// single run went no farther than all rounds but the last.</summary>
    internal double? Advantage
    {
        get
        {
            if (_single is not { } run || Parts() is not { } parts) return null;
            var last = new CurvePath(Rounds[^1].Curve);
            // From the first policy the last round begins where the one before ended.
            double inLast = Rounds[0].At.Rounds.Reference == RoundReference.Previous ? parts[^1] : parts.Sum();
            return last.Gold(inLast) - run.Gold(parts.Sum());
        }
    }

    /// <summary>The advantage less the foretold gain, which is β d ln k for k equal parts (Gao et al. 2022, section 4.3), over
    /// the single run's highest gold; null without a fit of the single run or an advantage.</summary>
    internal double? Missing => Advantage is { } gained && _fit is { } fit && _single!.Highest.Gold.Value > 0
        ? (gained - fit.Beta.Value * (DLogD(Parts()!.Sum()) - Parts()!.Sum(DLogD))) / _single.Highest.Gold.Value : null;

    /// <summary>How much less gold fell in the last round than in the first, as shares of their heights; null where gold did not
    /// rise in one of them.</summary>
    internal double? Steadier => RobustnessPart.FallShare(new(Rounds[0].Curve)) - RobustnessPart.FallShare(new(Rounds[^1].Curve));

    internal static RoundChain[] Of(CurveSet set)
    {
        var singles = set.Plain.By(OptimizationMethod.ReinforcementLearning)
            .ToLookup(static curve => Chain(curve.At));
        return [.. set.All.Where(static curve => curve.At.Rounds.Count > 1
            && curve.At.Method == OptimizationMethod.ReinforcementLearning)
            .GroupBy(static curve => curve.At with { Round = 1 })
            .Select(group => new RoundChain([.. group.OrderBy(static curve => curve.At.Round)],
                singles[Chain(group.Key)].FirstOrDefault()))];
    }

    // How far each round went, the last one as far as the single run allows; null where that is not into the last round.
    private double[]? Parts()
    {
        double[] ends = [.. Rounds.Select(static round => new CurvePath(round.Curve).Last.Distance.Value)];
        if (Rounds[0].At.Rounds.Reference == RoundReference.First)
            for (int i = ends.Length - 1; i > 0; i--) ends[i] -= ends[i - 1];
        double before = ends[..^1].Sum(), left = Math.Min(ends[^1], _single!.Farthest - before);
        return left > 0 && ends.All(static end => end > 0) ? [.. ends[..^1], left] : null;
    }

    private static double DLogD(double d) => d * Math.Log(d);

    private static StudyCoordinates Chain(StudyCoordinates at) => at with { Rounds = new(), Round = 1 };
}
