using RewardScaling.Curves;
using RewardScaling.Divergence;
using RewardScaling.Laws;
using RewardScaling.Numerics;
using RewardScaling.Reports;
using RewardScaling.Runs;

namespace RewardScaling.Samples.AnalyseRun;

/// <summary>A run of RL, or results of best-of-n: laws through gold, where it peaks, and what proxy and gold do after.</summary>
internal static class RunAnalysis
{
    private const int Draws = 2000;

    public static AnalysisReport Of(RunLog log, AnalyseRunArguments arguments, TextWriter output)
    {
        output.WriteLine(log.ToString().Split(Environment.NewLine)[0]);
        var curve = log.ToCurve(conversion: KlConversion.ByMeanLength);
        bool share = curve.Points.All(static point => point.Gold.Value is >= 0 and <= 1);
        bool free = !(arguments.StartsAtZero ?? log.StartsAtZero);
        var options = free ? new LawFitOptions().Free(LawFitOptions.Offset) : new();
        OveroptimizationLaw law = curve.Method == OptimizationMethod.BestOfN ? OveroptimizationLaw.BestOfN
            : OveroptimizationLaw.ReinforcementLearning;
        var all = log.ToPartialCurve(conversion: KlConversion.ByMeanLength);
        var gold = law.Fit(all, options);
        var proxy = law.Fit(all, options with { Target = RewardTarget.Proxy });
        output.WriteLine();
        output.WriteLine(gold);
        output.WriteLine();
        output.WriteLine(proxy);
        output.WriteLine();
        var comparison = LawComparison.Of(curve, [OveroptimizationLaw.ReinforcementLearning, OveroptimizationLaw.BestOfN,
            OveroptimizationLaw.Log], options);
        output.WriteLine(comparison);
        List<string> warnings = [.. log.Warnings];
        if (!log.IsExact) warnings.Add($"The KL axis is '{log.Columns.Kl}' x '{log.Columns.Length}': about the KL per sequence, not exactly.");
        if (free) warnings.Add($"Gold of the initial policy was not given, so it was estimated with the law (the offset).{(share ? " Gold looks like an accuracy or win rate." : "")}");
        warnings.AddRange(Noise(log, curve, gold, share));
        return new()
        {
            Title = $"The run {curve.Label}",
            Findings = [.. Findings(log, curve, gold, share, options), Proxy(proxy, curve), Choice(comparison, law)],
            Warnings = warnings,
            Figures = [CurveFigure.Of([new(all, gold, proxy)], arguments.Axis, gold: share ? "Gold (accuracy)" : "Gold score")],
            Fits = [gold, proxy],
        };
    }

    private static IEnumerable<string> Findings(RunLog log, RewardCurve curve, LawFit gold, bool share,
        LawFitOptions options)
    {
        string name = share ? "accuracy" : "gold";
        double smallest = curve.Points.Min(static point => point.Kl.Value);
        double largest = curve.Points.Max(static point => point.Kl.Value);
        bool inside = gold.Law.TryPeak(gold.Coefficients, out var place) && place.Squared().Value is var kl && kl > smallest
            && kl < largest;
        if (inside)
        {
            double end = gold.Evaluate(new KlNats(largest).Sqrt());
            double rise = gold.Evaluate(place) - gold.Evaluate(new KlNats(smallest).Sqrt());
            string course = gold.Evaluate(place) - end > 0.05 * rise ? "rises and turns down" : "rises and is level at the end";
            yield return FormattableString.Invariant($"As fitted, gold {course}: {name} is highest, {gold.Evaluate(place):F3}, at KL* = {place.Squared().Value:G3} nats per sequence, and {end:F3} at the largest, {largest:G3} nats.");
            int nearest = Enumerable.Range(0, curve.Points.Count)
                .MinBy(i => Math.Abs(curve.Points[i].Kl.Value - place.Squared().Value));
            if (log.Kl.Averaging is KlAveraging.MeanPerToken or KlAveraging.MeanOfAllTokens)
                yield return FormattableString.Invariant($"The line nearest to that is {log.PlaceOf(nearest)}, where '{log.Columns.Kl}' is {log.LoggedKl[nearest]:G3}.");
        }
        else
            yield return $"Gold: {gold.Peak}.";
        if (gold.HasErrors && inside)
            foreach (string sentence in HowSure(gold, place, name, options, largest)) yield return sentence;
        if (gold.HasErrors && gold.Peak is LawPeak.Undecided)
            yield return "So the turn is what the fit says, not yet what the data prove.";
        if (curve.Points.Count >= 12 && gold.RootMeanSquareError > 0) yield return Thirds(curve, name);
        RewardPoint[] past = inside ? [.. curve.Points.Where(point => point.Kl.Value >= place.Squared().Value)] : [];
        if (past.Select(static point => point.Kl.Value).Distinct().Count() >= 3)
            yield return $"Past the fitted peak, {past.Length} lines: gold {Trend(past, RewardTarget.Gold)}; proxy {Trend(past, RewardTarget.Proxy)}.";
    }

    private static IEnumerable<string> HowSure(LawFit gold, KlDistance place, string name, LawFitOptions options, double largest)
    {
        var intervals = gold.Intervals();
        var bootstrap = LawBootstrap.Run(gold.Law, new ResidualResampler(gold), Draws, RandomStream.FromSeed(0), options);
        double share = bootstrap.Values(LawQuantity.PeakKl).Count(kl => kl <= largest) / (double)bootstrap.Count;
        yield return FormattableString.Invariant($"95 percent intervals: {name} at the fitted peak {intervals.Reward(place)}; KL* {intervals.PeakKl} nats by theory, {bootstrap.Percentile(LawQuantity.PeakKl)} by {Draws} refits with the residuals drawn again, of which {share:P0} peak inside the data.");
    }

    private static string Choice(LawComparison comparison, OveroptimizationLaw law) => comparison.Verdict
        + (comparison.IsDecided && comparison.Best.Fit.Law != law ? $" By that law: {comparison.Best.Fit.Peak}." : "");

    private static string Proxy(LawFit proxy, RewardCurve curve)
    {
        double largest = curve.Points.Max(static point => point.Kl.Value);
        var first = curve.Points.MinBy(static point => point.Kl.Value)!;
        var highest = curve.Points.MaxBy(static point => point.Proxy.Value)!;
        string ends = FormattableString.Invariant($"from {first.Proxy.Value:G3} at the smallest KL to its highest, {highest.Proxy.Value:G3}, at {highest.Kl.Value:G3} nats");
        if (proxy.Peak is LawPeak.None) return $"The proxy's own score still rises at the largest KL: its fit has no peak; {ends}.";
        if (proxy.HasErrors && proxy.Intervals().PeakKl is var interval && interval.Low >= largest)
            return $"The proxy's own score still rises at the largest KL: the 95 percent interval of its peak, {interval} nats, lies beyond the data; {ends}.";
        return $"The proxy's own score goes {ends}; {proxy.Peak}.";
    }

    // The run cut in three by KL: what the points say without any law.
    private static string Thirds(RewardCurve curve, string name)
    {
        RewardPoint[] points = [.. curve.Points.OrderBy(static point => point.Kl.Value)];
        int third = points.Length / 3;
        RewardPoint[][] parts = [points[..third], points[third..^third], points[^third..]];
        Estimate[] gold = Array.ConvertAll(parts, static part =>
            Estimate.Mean([.. part.Select(static point => point.Gold.Value)]));
        Estimate[] proxy = Array.ConvertAll(parts, static part =>
            Estimate.Mean([.. part.Select(static point => point.Proxy.Value)]));
        return FormattableString.Invariant($"Without any law, by thirds of the run in KL: {name} {gold[0]}, {gold[1]}, {gold[2]}, a rise of {Ratio(gold[1], gold[0]):F1} and a fall of {Ratio(gold[1], gold[2]):F1} standard errors; proxy {proxy[0]}, {proxy[1]}, {proxy[2]}.");

        static double Ratio(Estimate high, Estimate low) => (high.Value - low.Value)
            / Math.Sqrt(high.StandardError * high.StandardError + low.StandardError * low.StandardError);
    }

    // A straight line in d through the points past the peak.
    private static string Trend(RewardPoint[] points, RewardTarget target)
    {
        var line = OveroptimizationLaw.Linear.Fit(new(OptimizationMethod.ReinforcementLearning, "past the peak", points),
            new LawFitOptions { Target = target }.Free(LawFitOptions.Offset));
        if (!line.HasErrors) return FormattableString.Invariant($"changes by {line.Alpha} per unit of d");
        var interval = line.Intervals().Parameter("alpha");
        string verb = interval.Low > 0 ? "still rises" : interval.High < 0 ? "falls" : "neither rises nor falls beyond doubt";
        return FormattableString.Invariant($"{verb} ({line.Alpha} per unit of d, 95 percent interval {interval})");
    }

    private static IEnumerable<string> Noise(RunLog log, RewardCurve curve, LawFit gold, bool share)
    {
        if (gold.DegreesOfFreedom <= 0) yield break;
        if (!share || !log.AnswersPerPoint.All(static answers => answers > 0)) yield break;
        double counting = Math.Sqrt(curve.Points.Select((point, i) =>
            point.Gold.Value * (1 - point.Gold.Value) / log.AnswersPerPoint[i]).Average());
        yield return FormattableString.Invariant($"Each line's gold is the share of right answers among about {log.AnswersPerPoint.Average():G4}: counting alone gives a standard error of {counting:G2}; the scatter about the law is {gold.ResidualStandardDeviation:G2}, as questions differ from line to line.");
    }
}
