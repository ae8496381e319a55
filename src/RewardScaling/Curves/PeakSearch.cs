namespace RewardScaling.Curves;

/// <summary>Finds the highest point of a curve and which others may be it.</summary>
internal static class PeakSearch
{
    private const int MostPoints = 2000;

    public static MeasuredPeak In(RewardCurve curve, MeasuredPeakOptions options, Func<RewardPoint, bool>? counts = null,
        string reward = "gold") => Search(curve, options, counts, reward) with { Reward = reward, Basis = BasisOf(curve) };

    private static MeasuredPeak Search(RewardCurve curve, MeasuredPeakOptions options, Func<RewardPoint, bool>? counts,
        string reward)
    {
        int[] order = [.. Enumerable.Range(0, curve.Points.Count)
            .Where(i => curve.Points[i].HasGold && (counts is null || counts(curve.Points[i])))
            .OrderBy(i => curve.Points[i].Effort)];
        if (order.Length == 0) throw new ArgumentException($"No point of '{curve.Label}' has {reward}; there is nothing to be the highest.", nameof(curve));
        RewardPoint[] points = Array.ConvertAll(order, i => curve.Points[i]);
        var highest = points.MaxBy(static point => point.Gold.Value)!;
        if (WhyNot(curve, reward) is { } reason) return new MeasuredPeak.NotKnown(highest, points, curve.Method, reason);
        var maximum = new HighestOfMany(Array.ConvertAll(points, static point => point.Gold.Value),
            curve.GoldCovariance is { } covariance ? SharedNoise.Of(covariance, order)
                : SharedNoise.Independent(Array.ConvertAll(points, static point => point.Gold.StandardError)), options);
        int[] plausible = maximum.Plausible();
        RewardPoint[] kept = Array.ConvertAll(plausible, k => points[k]);
        var bounds = new PeakBounds
        {
            Level = options.Level,
            Plausible = kept,
            Kl = new(kept.Min(static point => point.Kl.Value), kept.Max(static point => point.Kl.Value), options.Level),
            Effort = new(kept[0].Effort, kept[^1].Effort, options.Level),
            Gold = maximum.Height(),
            Fall = maximum.Above(points.Length - 1),
            Rise = maximum.Above(0),
            DeepestFall = maximum.DeepestFall(),
        };
        return (plausible[0] == 0, plausible[^1] == points.Length - 1) switch
        {
            (false, false) => new MeasuredPeak.Inside(highest, points, curve.Method, bounds),
            (false, true) => new MeasuredPeak.AtEnd(highest, points, curve.Method, bounds),
            (true, false) => new MeasuredPeak.AtStart(highest, points, curve.Method, bounds),
            _ => new MeasuredPeak.Flat(highest, points, curve.Method, bounds),
        };
    }

    // What a reader should know of the errors before believing an interval.
    private static string BasisOf(RewardCurve curve) => curve.ErrorsAreScatter ? "the scatter of neighbouring points, not what all of them have in common"
        : curve.Method == OptimizationMethod.BestOfN && curve.GoldCovariance is null ? "errors taken as independent, as those of one pool are not" : "";

    private static string? WhyNot(RewardCurve curve, string reward)
    {
        if (curve.Points.Count < 2) return "there is only one point";
        if (curve.Points.Count > MostPoints)
            return FormattableString.Invariant($"there are {curve.Points.Count} points; average neighbours down to {MostPoints} at most");
        int without = curve.Points.Count(static point => point.HasGold && !point.Gold.HasStandardError);
        return curve.GoldCovariance is not null || without == 0 ? null
            : FormattableString.Invariant($"{without} of {curve.Points.Count} points have no error of {reward}");
    }
}
