using RewardScaling.Reports;
using RewardScaling.Runs;

namespace RewardScaling.Tool.Analysis;

/// <summary>Rollouts by step: best-of-n within each, and how much choosing by the proxy is worth as the policy moves.</summary>
internal static class RolloutAnalysis
{
    private const int MostCurves = 8;

    public static AnalysisReport Of(StepRollouts rollouts, AnalyseArguments arguments, TextWriter output)
    {
        output.WriteLine(rollouts);
        output.WriteLine();
        output.WriteLine($"{"step",12} {"prompts",8} {"proxy",18} {"gold",18} {"gain by the proxy",18} {"agreement",10}");
        foreach (StepPool pool in rollouts.Steps)
            output.WriteLine(FormattableString.Invariant($"{pool.Name,12} {pool.Prompts.Count,8} {pool.Proxy,18} {pool.Gold,18} {(pool.GoldGain is { } gain ? gain.ToString() : "none"),18} {(pool.Agreement is { } r ? r.ToString("F2", System.Globalization.CultureInfo.InvariantCulture) : "none"),10}"));
        StepPool[] pools = [.. rollouts.Steps.Where(static pool => pool.Prompts.Min(static prompt => prompt.SampleCount) > 1)];
        if (pools.Length == 0) throw new InvalidDataException($"{rollouts.Table.Name}: at each step some prompt has one sample only, and best-of-1 is no choice; log several samples of each prompt.");
        StepPool[] drawn = pools.Length <= MostCurves ? pools
            : [.. Enumerable.Range(0, MostCurves).Select(i => pools[i * (pools.Length - 1) / (MostCurves - 1)])];
        return new()
        {
            Title = $"Best-of-n by step from {Path.GetFileName(rollouts.Table.Name)}",
            Findings = [.. Findings(pools)],
            Warnings =
            [
                "Each step's samples are a pool of their own: the axis is how far best-of-n goes from the policy of that step, not from the initial one.",
                .. pools.Length < rollouts.Steps.Count ? [$"{rollouts.Steps.Count - pools.Length} of {rollouts.Steps.Count} steps have prompts with one sample and no curve."] : Array.Empty<string>(),
                .. pools.Any(static pool => pool.Prompts.Count < 20) ? ["Some steps have fewer than 20 prompts: their errors are wide, and rougher than they say."] : Array.Empty<string>(),
            ],
            Figures = [CurveFigure.Of([.. drawn.Select(static pool => new PlottedCurve(pool.ToCurve()))], arguments.Axis,
                "Best-of-n by training step", name: "best-of-n-by-step")],
        };
    }

    private static IEnumerable<string> Findings(StepPool[] pools)
    {
        StepPool first = pools[0], last = pools[^1];
        if (first.GoldGain is not { } before || last.GoldGain is not { } after) yield break;
        if (pools.Length == 1)
        {
            yield return $"At step {first.Name} choosing by the proxy among a prompt's samples gains {before} of gold.";
            yield break;
        }
        string change = before.HasStandardError && after.HasStandardError
            && Math.Sqrt(Math.Pow(before.StandardError, 2) + Math.Pow(after.StandardError, 2)) is var error
            ? after.Value < before.Value - 2 * error ? "trust in the proxy has shrunk" : after.Value > before.Value + 2 * error ? "the proxy tells more than before" : "no clear change"
            : "no errors, so nobody knows whether that is a change";
        yield return $"Choosing by the proxy among a prompt's samples gains {before} of gold at step {first.Name} and {after} at step {last.Name}: {change}.";
        StepPool best = pools.MaxBy(static pool => pool.Gold.Value)!;
        yield return $"Gold of a sample goes from {first.Gold} to {last.Gold}, highest {best.Gold} at step {best.Name}; the proxy from {first.Proxy} to {last.Proxy}.";
        if (first.Agreement is { } r && last.Agreement is { } end)
            yield return FormattableString.Invariant($"Within prompts proxy and gold correlate by {r:F2} at step {first.Name} and {end:F2} at step {last.Name}.");
    }
}
