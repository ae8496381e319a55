using RewardScaling.BestOfN;
using RewardScaling.Curves;
using RewardScaling.Laws;
using RewardScaling.Reports;
using RewardScaling.Runs;

namespace RewardScaling.Tool.Analysis;

/// <summary>Scored samples: the best-of-n curve with errors over prompts, the n where gold is highest, and the law beside
/// it.</summary>
internal static class SampleAnalysis
{
    public static AnalysisReport Of(ScoredSamples samples, AnalyseArguments arguments, TextWriter output)
    {
        output.WriteLine(samples);
        int most = samples.SmallestCount;
        if (most < 2) throw new InvalidDataException($"{samples.Table.Name}: a prompt has one sample only, and best-of-1 is no choice; best-of-n needs several samples of each prompt.");
        var gate = RunGate.Of(samples);
        if (gate.Refuses) throw new InvalidDataException($"{samples.Table.Name}: {gate.Findings[0].Sentence}");
        int[] n = most <= 8 ? [.. Enumerable.Range(1, most)]
            : [.. Enumerable.Range(0, 31).Select(static power => 1 << power).TakeWhile(size => size < most), most];
        var curve = BestOfNCurve.From(samples.Prompts, n, Path.GetFileName(samples.Table.Name));
        output.WriteLine();
        output.WriteLine($"{"n",8} {"KL (nats)",10} {"proxy",18} {"gold",18}   standard errors over {samples.Prompts.Count} prompts");
        foreach (var point in curve.Points)
            output.WriteLine(FormattableString.Invariant($"{point.Effort,8} {point.Kl.Value,10:F4} {point.Proxy,18} {point.Gold,18}"));
        List<string> findings = [.. gate.Findings.Select(static finding => finding.Sentence)], warnings = [.. samples.Notes];
        if (gate.Allows(RewardTarget.Gold)) findings.Add($"As measured, for every n up to {most}: {MeasuredPeak.Of(curve)}.");
        LawFit[] fits = gate.Allows(RewardTarget.Gold) ? [.. Fits(curve, arguments, output)] : [];
        if (fits.Length > 0) findings.Add($"The best-of-n law: {fits[0].Peak}; {fits[0].PeakComparison}.");
        else if (gate.Allows(RewardTarget.Gold)) warnings.Add("There are too few n, or a single prompt, for a law with errors; score more samples of each prompt.");
        if (samples.TiedPrompts > 0) warnings.Add($"{samples.TiedPrompts} of {samples.Prompts.Count} prompts have samples that tie by proxy: the tied share their gold, and KL = ln n - (n - 1) / n is an upper bound.");
        if (samples.LargestCount > most) warnings.Add($"Prompts have up to {samples.LargestCount} samples, but one has {most}: the curve ends there.");
        warnings.Add("One pool serves all n: the points share samples, and their errors are correlated; the fit and what was measured take that into account.");
        bool share = Shares.Are(samples.Columns.Gold, curve.Points.Select(static point => point.Gold.Value));
        return new()
        {
            Title = $"Best-of-n from {curve.Label}",
            Findings = findings,
            Warnings = warnings,
            Figures = [CurveFigure.Of([new(curve, fits.FirstOrDefault())], arguments.Axis, gold: share ? "Gold (accuracy)" : "Gold score")],
            Fits = fits,
        };
    }

    private static IEnumerable<LawFit> Fits(RewardCurve curve, AnalyseArguments arguments, TextWriter output)
    {
        bool free = arguments.StartsAtZero is not true;
        if (curve.GoldCovariance is null || curve.Points.Count < (free ? 4 : 3)) yield break;
        var options = new LawFitOptions { Weighting = LawWeighting.SharedSamples };
        var fit = OveroptimizationLaw.BestOfN.Fit(curve, free ? options.Free(LawFitOptions.Offset) : options);
        output.WriteLine();
        output.WriteLine(fit);
        yield return fit;
    }
}
