using static System.FormattableString;

namespace RewardScaling.Runs.Gate;

/// <summary>Signs that gold or the proxy is not what it was taken for.</summary>
internal static class RewardGate
{
    public static IEnumerable<GateFinding> Findings(GatedRun run)
    {
        bool goldIsConstant = run.Count > 1 && RoundedNumbers.AreConstant(run.Gold);
        if (goldIsConstant)
            yield return new(GateSubject.Gold, GateRuling.NoLaw, $"Gold, '{run.Columns.Gold}', is {Level(run.Gold)} on every line: nothing to fit.");
        if (run.Count > 1 && RoundedNumbers.AreConstant(run.Proxy))
            yield return new(GateSubject.Proxy, GateRuling.NoProxyLaw, $"The proxy, '{run.Columns.Proxy}', is {Level(run.Proxy)} on every line: nothing was gained by it, or the score that was optimised is another column.");
        if (!goldIsConstant && run.Count > 1 && AreTheSame(run.Gold, run.Proxy))
            yield return new(GateSubject.Gold, GateRuling.Refusal, $"Gold, '{run.Columns.Gold}', and the proxy, '{run.Columns.Proxy}', are the same numbers on every line: there is one score, not two; map another column for gold.");
    }

    private static bool AreTheSame(double[] gold, double[] proxy)
    {
        for (int i = 0; i < gold.Length; i++)
            if (Math.Abs(gold[i] - proxy[i]) > 1e-6 * Math.Max(Math.Abs(gold[i]), Math.Abs(proxy[i]))) return false;
        return true;
    }

    private static string Level(double[] values)
    {
        double low = values.Min(), high = values.Max();
        return high - low <= 1e-9 * Math.Max(Math.Abs(low), Math.Abs(high)) ? Invariant($"{values[0]:G6}") : Invariant($"{low:G6} or {high:G6}, which is one number rounded both ways,");
    }
}
