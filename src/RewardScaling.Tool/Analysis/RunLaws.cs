using RewardScaling.Curves;
using RewardScaling.Divergence;
using RewardScaling.Laws;
using RewardScaling.Numerics;
using RewardScaling.Runs;
using static System.FormattableString;

namespace RewardScaling.Tool.Analysis;

/// <summary>The laws fitted to a run, and what they say where they describe it.</summary>
internal sealed class RunLaws
{
    private readonly RunCourse _course;
    private readonly LawFitOptions _options;
    private readonly bool _free;
    private readonly IReadOnlyList<GateFinding> _outside;

    public RunLaws(RunCourse course, RunGate gate, bool free)
    {
        (_course, _free) = (course, free);
        _options = free ? new LawFitOptions().Free(LawFitOptions.Offset) : new();
        OveroptimizationLaw law = course.Curve.Method == OptimizationMethod.BestOfN ? OveroptimizationLaw.BestOfN
            : OveroptimizationLaw.ReinforcementLearning;
        Gold = law.Fit(course.All, _options).Beside(course.Gold);
        Proxy = gate.Allows(RewardTarget.Proxy) ? law.Fit(course.All, _options with { Target = RewardTarget.Proxy }) : null;
        Comparison = LawComparison.Of([OveroptimizationLaw.ReinforcementLearning, OveroptimizationLaw.BestOfN,
            OveroptimizationLaw.Log], course.Curve, _options);
        _outside = RunGate.After(Gold);
    }

    public LawFit Gold { get; }

    /// <summary>The law of the proxy; null where there is none to fit.</summary>
    public LawFit? Proxy { get; }

    public LawComparison Comparison { get; }

    public IReadOnlyList<LawFit> Fits => Proxy is null ? [Gold] : [Gold, Proxy];

    private bool Holds => _outside.Count == 0 && !Gold.LackOfFit.IsRejected;

    public IEnumerable<string> Findings()
    {
        foreach (GateFinding finding in _outside) yield return finding.Sentence;
        if (_outside.Count == 0) yield return $"The {Gold.Law.Name} law of gold: {Gold.Peak}; {(_course.ErrorsAreScatter ? "with the scatter of neighbouring lines as their error, " : "")}{Gold.PeakComparison}.";
        if (Holds && Gold.Peak is LawPeak.InsideData peak)
        {
            var place = new KlNats(peak.Kl.Value).Sqrt();
            if (Gold.HasErrors) yield return HowSure(place);
            if (Nearest(peak.Kl.Value) is { } nearest) yield return nearest;
            RewardPoint[] past = [.. _course.Curve.Points.Where(point => point.Kl.Value >= peak.Kl.Value)];
            if (past.Select(static point => point.Kl.Value).Distinct().Count() >= 3)
                yield return $"Past the law's peak, {past.Length} lines: gold {Trend(past, RewardTarget.Gold)}; proxy {Trend(past, RewardTarget.Proxy)}.";
        }
        if (Proxy is not null) yield return $"The {Proxy.Law.Name} law of the proxy: {Proxy.Peak}{(Proxy.LackOfFit.IsRejected ? "; it does not describe the proxy's scores" : "")}.";
        yield return Comparison.Verdict + (Comparison.IsDecided && Comparison.Best.Fit.Law != Gold.Law && _outside.Count == 0
            ? $" By that law: {Comparison.Best.Fit.Peak}." : "");
    }

    public IEnumerable<string> Warnings()
    {
        if (_free) yield return "Gold of the initial policy was not given, so it was estimated with the law (the offset).";
        var log = _course.Log;
        if (Gold.DegreesOfFreedom <= 0 || !_course.IsShare || !log.AnswersPerPoint.All(static answers =>
            answers > 0)) yield break;
        double counting = Math.Sqrt(_course.Curve.Points.Average(point =>
            point.Gold.Value * (1 - point.Gold.Value) / _course.Answers(point)));
        yield return Invariant($"Each line's gold is the share of right answers among about {log.AnswersPerPoint.Average():G4}: counting alone gives a standard error of {counting:G2}; the scatter about the law is {Gold.ResidualStandardDeviation:G2}, as questions differ from line to line.");
    }

    // What to look for in a log of means per token, which has no KL per sequence.
    private string? Nearest(double kl)
    {
        var log = _course.Log;
        if (log.Kl.Averaging is not (KlAveraging.MeanPerToken or KlAveraging.MeanOfAllTokens)) return null;
        var nearest = _course.Curve.Points.MinBy(point => Math.Abs(point.Kl.Value - kl))!;
        return Invariant($"The line nearest to the law's peak is {_course.Place(nearest)}, where '{log.Columns.Kl}' is {_course.LoggedKl(nearest):G3}.");
    }

    private string HowSure(KlDistance place)
    {
        double largest = _course.Curve.Points.Max(static point => point.Kl.Value);
        var intervals = Gold.Intervals();
        int draws = LawBootstrap.DrawsFor(Gold.PointCount);
        var bootstrap = LawBootstrap.Run(Gold.Law, new ResidualResampler(Gold), draws, RandomStream.FromSeed(0), _options);
        double share = bootstrap.Values(LawQuantity.PeakKl).Count(kl => kl <= largest) / (double)bootstrap.Count;
        return Invariant($"95 percent intervals, taking the law as true: {_course.Name} at its peak {intervals.Reward(place)}; KL* {intervals.PeakKl} nats by theory, {bootstrap.Percentile(LawQuantity.PeakKl)} by {draws} refits with the residuals drawn again, of which {share:P0} peak inside the data.");
    }

    // A straight line in d through the points past the peak.
    private static string Trend(RewardPoint[] points, RewardTarget target)
    {
        var line = OveroptimizationLaw.Linear.Fit(new(OptimizationMethod.ReinforcementLearning, "past the peak", points),
            new LawFitOptions { Target = target }.Free(LawFitOptions.Offset));
        if (!line.HasErrors) return Invariant($"changes by {line.Alpha} per unit of d");
        var interval = line.Intervals().Parameter("alpha");
        string verb = interval.Low > 0 ? "still rises" : interval.High < 0 ? "falls" : "neither rises nor falls beyond doubt";
        return Invariant($"{verb} ({line.Alpha} per unit of d, 95 percent interval {interval})");
    }
}
