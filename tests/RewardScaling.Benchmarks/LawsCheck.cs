using RewardScaling.Cpu;
using RewardScaling.Curves;
using RewardScaling.Laws;
using RewardScaling.Reports;
using RewardScaling.Studies;

namespace RewardScaling.Benchmarks;

/// <summary>For which curves of studies the laws hold, and what follows for their peaks.</summary>
internal static class LawsCheck
{
    public static void Run(LawsCheckArguments arguments)
    {
        var curves = new List<(ulong Seed, StudyCurve Curve)>();
        var growths = new List<string>();
        foreach (ulong seed in arguments.Seeds)
        {
            var study = new OveroptimizationStudy(StudyPlan.Quick with { Seed = seed }, new CpuEngine(arguments.Threads));
            var result = study.RunAsync(FormattableString.Invariant($"{arguments.Runs}{seed}")).GetAwaiter().GetResult();
            curves.AddRange(result.Curves.Select(curve => (seed, curve)));
            if (result.TryKlGrowth(out var growth)) growths.Add(FormattableString.Invariant($"| {seed} | {growth.Exponent} | {growth.Interval} | {growth.Interval.Contains(2)} |"));
        }
        Print(curves, Console.Out);
        Console.WriteLine("\n| seed | KL grows with steps to the power | 95 % | holds 2 |\n| --- | --- | --- | --- |");
        foreach (string line in growths) Console.WriteLine(line);
    }

    /// <summary>A row for each curve, and the shares of curves whose law is not rejected.</summary>
    public static void Print(IReadOnlyList<(ulong Seed, StudyCurve Curve)> curves, TextWriter output)
    {
        output.WriteLine("| seed | method | proxy | peak KL by the law, 95 % | highest gold as measured, KL, 95 % | fall to the end, 95 % | lack of fit | largest residual | believe |\n| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
        foreach (var (seed, curve) in curves)
        {
            string row = FormattableString.Invariant($"| {seed} | {Method(curve)} | {curve.Proxy.Label} | ");
            if (!curve.HasFit)
            {
                output.WriteLine($"{row}not fitted: {curve.WhyNoFit} | | | | | |");
                continue;
            }
            var fit = curve.Fit;
            string law = fit.Peak is LawPeak.None ? "none" : fit.HasErrors ? fit.Intervals().PeakKl.ToString() : "not known",
                test = fit.LackOfFit is LackOfFit.Tested tested ? $"{tested.Words} | {tested.Largest}" : "not tested |";
            var (place, fall) = fit.MeasuredPeak is MeasuredPeak.Known known
                ? ($"{Case(known)}{known.Bounds.Kl}", known.Bounds.Fall.ToString()) : ("not known", "");
            output.WriteLine($"{row}{law} | {place} | {fall} | {test} | {fit.PeakComparison.Trust} |");
        }
        output.WriteLine("\n| method | comparisons | curves | law not rejected at 1 % | law's peak and the measured one agree, law not rejected |\n| --- | --- | --- | --- | --- |");
        foreach (var group in curves.Where(static one => one.Curve.HasFit).GroupBy(static one => (Method(one.Curve), one.Curve.Proxy.Comparisons)))
            output.WriteLine(FormattableString.Invariant(
                $"| {group.Key.Item1} | {group.Key.Comparisons:N0} | {group.Count()} | {group.Count(static one => !one.Curve.Fit.LackOfFit.IsRejected)} | {group.Count(static one => one.Curve.Fit.PeakComparison.Trust == PeakTrust.Both)} |"));
        PrintFalls(curves, output);
    }

    /// <summary>How many curves end below their highest gold, and how, by method and proxy.</summary>
    private static void PrintFalls(IReadOnlyList<(ulong Seed, StudyCurve Curve)> curves, TextWriter output)
    {
        output.WriteLine("\n| method | proxy | curves | law not rejected | statistic by degree of freedom, median | gold ends below its highest | of these with the proxy at its highest | fell on the way and came back | left the largest KL | highest gold |\n| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
        foreach (var group in curves.Where(static one => one.Curve.HasFit).GroupBy(static one => (Method(one.Curve), one.Curve.Proxy.Label)))
        {
            StudyCurve[] all = [.. group.Select(static one => one.Curve)];
            // Of the points of the plan, which runs of every version have.
            CurveSummary[] summaries = [.. all.Select(static curve => new CurveSummary(new()
            {
                Curve = curve.Curve with { Finer = null },
                ProxyParameters = curve.Proxy.Parameters,
                ProxyComparisons = curve.Proxy.Comparisons,
                ProxySeed = curve.Proxy.Seed,
            }))];
            double[] misfits = [.. all.Select(static curve => curve.Fit.LackOfFit).OfType<LackOfFit.Tested>()
                .Select(static test => test.Test == LackOfFitTest.ChiSquared ? test.Statistic / test.DegreesOfFreedom : test.Statistic).Order()];
            double median = misfits.Length == 0 ? double.NaN : 0.5 * (misfits[(misfits.Length - 1) / 2] + misfits[misfits.Length / 2]);
            output.WriteLine(FormattableString.Invariant(
                $"| {group.Key.Item1} | {group.Key.Label} | {all.Length} | {all.Count(static curve => !curve.Fit.LackOfFit.IsRejected)} | {median:G3} ({string.Join(", ", misfits.Select(static one => FormattableString.Invariant($"{one:G3}")))}) | {summaries.Count(static one => one.Fell)} | {summaries.Count(static one => one.Fell && one.ProxyEndsHighest)} | {summaries.Count(static one => one.Recovered)} | {summaries.Count(static one => one.CameBack)} | {string.Join(", ", summaries.Select(static one => FormattableString.Invariant($"{one.Peak.Gold.Value:F3}")))} |"));
        }
    }

    private static string Method(StudyCurve curve) => curve.Curve.Method == OptimizationMethod.BestOfN ? "best-of-n" : "PPO";

    private static string Case(MeasuredPeak.Known known) => known switch
    {
        MeasuredPeak.AtEnd => "at the end: ",
        MeasuredPeak.AtStart => "at the start: ",
        MeasuredPeak.Flat => "undecided: ",
        _ => "",
    };
}
