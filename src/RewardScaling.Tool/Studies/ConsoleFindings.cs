using System.Globalization;
using RewardScaling.Laws;
using RewardScaling.Studies;

namespace RewardScaling.Tool.Studies;

/// <summary>What a study found, in a few lines for the terminal.</summary>
internal static class ConsoleFindings
{
    public static void Print(StudyResult result, TextWriter output)
    {
        foreach (string made in result.Servers) output.WriteLine(made.TrimEnd('.') + ".");
        output.WriteLine("Three samples of the initial policy:");
        foreach (var sample in result.Policy.Samples) output.WriteLine($"  {Line(sample.Prompt)} | {Line(sample.Response)}");
        output.WriteLine();
        output.WriteLine(Invariant($"{"method",-10} {"proxy",-38} {"gold at its highest",-30} {"gold at the largest KL",-30} law"));
        foreach (var curve in result.Curves)
        {
            var peak = curve.Curve.Points.MaxBy(static point => point.Gold.Value)!;
            var last = curve.Curve.Points.MaxBy(static point => point.Kl.Value)!;
            string at = Invariant($"{peak.Gold:F2} at {peak.Kl.Value:F1} nats"), end = Invariant($"{last.Gold:F2} at {last.Kl.Value:F1} nats");
            output.WriteLine($"{(curve.Curve.Method == Curves.OptimizationMethod.BestOfN ? "best-of-n" : "PPO"),-10} {curve.Proxy.Label,-38} {at,-30} {end,-30} {Law(curve)}");
        }
        output.WriteLine();
        output.WriteLine("Gold is in standard deviations of its score on the initial policy, with one standard error; KL is from that policy.");
        output.WriteLine("Where a test of fit rejects the law (at 1 percent) believe what was measured. Every fit, with its intervals, is in the report.");
        output.WriteLine();
        if (result.TryKlGrowth(out var growth))
        {
            output.WriteLine($"PPO before its KL levels off: {growth}, over its runs, steps counted at the full learning rate. An exponent of 2 is d = sqrt(KL) growing in proportion to the steps.");
            output.WriteLine();
        }
        output.WriteLine($"Claims of the papers: {Verdicts(result)}. Undecided: these seeds do not tell. Not asked: the plan varies nothing that would. The report has each with its test.");
        if (result.Warnings.Count > 0) output.WriteLine(Invariant($"{result.Warnings.Count} warnings while the study was made; the report has them."));
        output.WriteLine();
        output.WriteLine(Invariant($"Seconds spent on each stage, {result.Timings.Sum(static timing => timing.Seconds):F0} in sum, more than went by where stages ran side by side: {string.Join(", ", result.Timings.Select(static timing => Invariant($"{timing.Stage} {timing.Seconds:F1}")))}"));
    }

    private static string Verdicts(StudyResult result) => string.Join(", ", result.Findings.Claims
        .GroupBy(static claim => claim.Verdict).OrderBy(static group => group.Key)
        .Select(static group => Invariant($"{group.Count()} {group.First().VerdictWords}")));

    private static string Law(StudyCurve curve) => !curve.HasFit ? "not fitted"
        : curve.Fit.LackOfFit.IsRejected ? "rejected" : curve.Fit.LackOfFit is LackOfFit.Tested ? "not rejected" : "not tested";

    // A sample of a policy over bytes may hold any control character.
    private static string Line(string text) =>
        string.Concat(text.Select(static c => c == '\n' ? "⏎" : char.IsControl(c) ? "·" : c.ToString()));

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
