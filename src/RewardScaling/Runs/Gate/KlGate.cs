using static System.FormattableString;

namespace RewardScaling.Runs.Gate;

/// <summary>Signs that a logged KL is no distance to fit a law along.</summary>
internal static class KlGate
{
    /// <summary>Nothing honest jumps so far between one line and the next, and back.</summary>
    private const double SpikeRatio = 20;

    public static IEnumerable<GateFinding> Findings(GatedRun run)
    {
        if (run.Kl.Length < 2) return [];
        if (Sameness(run) is { } same) return [same];
        if (Negatives(run) is { Ruling: GateRuling.NoLaw } negative) return [negative];
        return ((IEnumerable<GateFinding?>)[Negatives(run), Spikes(run), FewValues(run), Start(run),
            Unit(run)]).OfType<GateFinding>();
    }

    private static GateFinding? Sameness(GatedRun run)
    {
        if (!RoundedNumbers.AreConstant(run.Kl)) return null;
        string name = run.Columns.Kl;
        string rounded = RoundedNumbers.Decimals(run.Kl) is { } decimals and > 0 ? Invariant($", rounded to {Decimals(decimals)},") : "";
        string axis = run.IsPerToken ? "times the length of the responses the axis would be the length" : "there is no distance to fit along";
        return new(GateSubject.Kl, GateRuling.NoLaw, Invariant($"'{name}' is {run.Kl[0]:G6}{rounded} on every line: {axis}; no law."));
    }

    private static GateFinding? Negatives(GatedRun run)
    {
        int negative = run.Kl.Count(static kl => kl < 0);
        if (negative == 0) return null;
        string name = run.Columns.Kl;
        double lowest = run.Kl.Min(), largest = run.Kl.Max();
        string cause = "the policy that sampled is not the one that was scored (another temperature, a cut of the distribution, another engine), or the column is no KL";
        if (negative == run.Count)
            return new(GateSubject.Kl, GateRuling.NoLaw, Invariant($"'{name}' is negative on every line, {largest:G3} at most: a KL is never negative, so {cause}; no law."));
        if (2 * negative > run.Count)
            return new(GateSubject.Kl, GateRuling.NoLaw, Invariant($"'{name}' is negative on {negative} of {run.Count} lines, {lowest:G3} at the lowest: a KL is never negative, so {cause}; no law."));
        if (-lowest > 0.25 * largest)
            return new(GateSubject.Kl, GateRuling.NoLaw, Invariant($"'{name}' goes down to {lowest:G3} beside {largest:G3} at the highest: no estimate falls so far below 0 by chance, so {cause}; no law."));
        return new(GateSubject.Kl, GateRuling.Warning, Invariant($"'{name}' is below 0 on {negative} of {run.Count} lines, {lowest:G3} at the lowest, as an estimate by k1 may be by chance; counted as KL = 0."));
    }

    private static GateFinding? Spikes(GatedRun run)
    {
        if (run.Count < 4) return null;
        int[] order = [.. Enumerable.Range(0, run.Count).OrderBy(i => run.Kl[i])];
        int most = Math.Max(1, run.Count / 10);
        for (int above = Math.Min(most, run.Count - 3); above >= 1; above--)
        {
            double rest = run.Kl[order[^(above + 1)]], least = run.Kl[order[^above]];
            if (!(rest > 0) || least < SpikeRatio * rest) continue;
            int[] spikes = [.. order[^above..].Order()];
            // A run that explodes and stays there has gone away; a number that comes back was none.
            bool comesBack = spikes[^1] < run.Count - 1;
            if (!comesBack && least < SpikeRatio * SpikeRatio * rest) continue;
            string places = string.Join(", ", spikes.Take(5).Select(run.Place)) + (spikes.Length > 5 ? ", .." : "");
            return new(GateSubject.Kl, GateRuling.LeaveOut, Invariant($"The KL of {places}, {run.Kl[spikes[0]]:G4}, is {least / rest:G2} times the largest of the others: an estimate (of k3 often) that exploded, no distance; {(spikes.Length == 1 ? "the line is" : "the lines are")} left out.")) { Points = spikes };
        }
        return null;
    }

    private static GateFinding? FewValues(GatedRun run)
    {
        if (run.Count < 5) return null;
        int different = run.Kl.Distinct().Count();
        if (different == run.Count || RoundedNumbers.Decimals(run.Kl) is not { } decimals) return null;
        double half = 0.5 * Math.Pow(10, -decimals), middle = run.Kl.Select(Math.Abs).Order().ElementAt(run.Count / 2);
        string known = Invariant($"'{run.Columns.Kl}' has {different} different values on {run.Count} lines, rounded to {Decimals(decimals)}");
        if (different <= 3 && half > 0.04 * middle)
            return new(GateSubject.Kl, GateRuling.NoLaw, $"{known}: too few distances to fit a law along; log more digits.");
        return middle == 0 || half > 0.04 * middle
            ? new(GateSubject.Kl, GateRuling.Warning, Invariant($"{known}, which is {(middle == 0 ? "all of" : Invariant($"up to {half / middle:P0} of"))} its middle value: distances are known no better than that; log more digits."))
            : null;
    }

    private static GateFinding? Start(GatedRun run)
    {
        int first = run.Step.Length > 0 ? Enumerable.Range(0, run.Count).MinBy(i => run.Step[i]) : 0;
        bool early = run.Step.Length == 0 || run.Step[first] <= 1;
        double start = run.Kl[first], largest = run.Kl.Max(), clear = run.IsPerToken ? 0.5 : 2;
        // Without a step nobody knows how early the first line is, so it must be most of the way.
        if (!early || start < clear || start < (run.Step.Length > 0 ? 0.25 : 0.5) * largest) return null;
        return new(GateSubject.Kl, GateRuling.Warning, Invariant($"The KL is {start:G3} nats{(run.IsPerToken ? " per token" : "")} at the first line already ({run.Place(first)}) and {largest:G3} at the most: the reference is not the policy that the run started from, or the column is no KL from it; gold at KL = 0 was never seen."));
    }

    private static GateFinding? Unit(GatedRun run)
    {
        double middle = run.Kl.Order().ElementAt(run.Count / 2);
        return run.IsPerToken && middle > 1
            ? new(GateSubject.Kl, GateRuling.Warning, Invariant($"'{run.Columns.Kl}' is taken as a mean per token, and {middle:G3} nats per token would be far: it may be a sum over each sequence; if so, say so."))
            : null;
    }

    private static string Decimals(int count) => count == 1 ? "1 decimal" : Invariant($"{count} decimals");
}
