using RewardScaling.Numerics;
using static System.FormattableString;

namespace RewardScaling.Runs;

/// <summary>What a run tells by step alone: where the proxy saturates, what gold, length and entropy do, what teaches
/// nothing.</summary>
/// <remarks>
/// A step is no distance: how far a policy moves in one depends on the learning rate, the batch, the penalty and the time. So
/// nothing here is a law, and steps of two runs cannot be compared.
/// </remarks>
public static class CourseFindings
{
    private const int FewestForThirds = 6;

    /// <summary>The findings, a sentence each.</summary>
    /// <param name="log">The run.</param>
    public static IReadOnlyList<string> Of(RunLog log)
    {
        ArgumentNullException.ThrowIfNull(log);
        RunCoursePoint[] course = [.. log.Course.OrderBy(static point => point.Step)];
        return [.. ((IEnumerable<string?>)[
            Score($"The proxy, '{log.Columns.Proxy}',", course, static point => point.Proxy),
            Score($"Gold, '{log.Columns.Gold}'{(log.LowerIsBetter ? " with its sign turned" : "")},", course, static point => point.Gold),
            Apart(course), Length(log, course), Entropy(course), FlatGroups(course)]).OfType<string>()];
    }

    private static string? Score(string name, RunCoursePoint[] course, Func<RunCoursePoint, Estimate?> score)
    {
        RunCoursePoint[] held = [.. course.Where(point => score(point) is not null)];
        if (held.Length == 0) return null;
        double[] values = [.. held.Select(point => score(point)!.Value.Value)];
        if (values.Length == 1) return Invariant($"{name} is {values[0]:G4} at {held[0].Place}, the only one.");
        if (values.Min() == values.Max()) return Invariant($"{name} is {values[0]:G4} at every step: nothing was learned by it.");
        int best = Array.IndexOf(values, values.Max());
        string ends = Invariant($"{name} goes from {values[0]:G4} ({held[0].Place}) to {values[^1]:G4} ({held[^1].Place}), highest {values[best]:G4} ({held[best].Place})");
        if (values.Length < FewestForThirds) return ends + ".";
        Estimate[] thirds = Thirds(values);
        double first = thirds[1].Value - thirds[0].Value, second = thirds[2].Value - thirds[1].Value;
        string then = Clear(thirds[1], thirds[2]) ? second > 0 ? "still rising in the last third" : "falling in the last third"
            : first > 0 && Clear(thirds[0], thirds[1]) ? "level in the last third: it is saturated, or noise hides what is left"
            : "no clear change from third to third";
        return Invariant($"{ends}; by thirds {thirds[0]}, {thirds[1]}, {thirds[2]}: {then}.");
    }

    // Both scores on the same steps: the proxy up and gold down is what overoptimization looks like.
    private static string? Apart(RunCoursePoint[] course)
    {
        RunCoursePoint[] both = [.. course.Where(static point => point is { Proxy: not null, Gold: not null })];
        if (both.Length < FewestForThirds) return null;
        Estimate[] proxy = Thirds([.. both.Select(static point => point.Proxy!.Value.Value)]),
            gold = Thirds([.. both.Select(static point => point.Gold!.Value.Value)]);
        bool proxyUp = Clear(proxy[1], proxy[2]) && proxy[2].Value > proxy[1].Value, goldDown = Clear(gold[1], gold[2])
            && gold[2].Value < gold[1].Value;
        return proxyUp && goldDown
            ? "In the last third the proxy rises while gold falls: that is overoptimization, whatever the KL; stop where gold was highest." : null;
    }

    private static string? Length(RunLog log, RunCoursePoint[] course)
    {
        RunCoursePoint[] held = [.. course.Where(static point => point.Length is not null)];
        if (held.Length < 2) return null;
        double first = held[0].Length!.Value, last = held[^1].Length!.Value;
        string growth = first > 0 && (last > 1.3 * first || last < first / 1.3)
            ? Invariant($", {last / first:G2} times as long: a proxy that likes length is paid for it, so compare gold at equal lengths") : "";
        return Invariant($"Responses go from {first:G4} to {last:G4} tokens ('{log.Columns.Length}'){growth}.");
    }

    private static string? Entropy(RunCoursePoint[] course)
    {
        double[] values = [.. course.Select(static point => point.Entropy).OfType<double>()];
        if (values.Length < 2) return null;
        string collapse = values[0] > 0 && values[^1] < 0.25 * values[0] ? ": little is left to explore" : "";
        return Invariant($"The entropy goes from {values[0]:G3} to {values[^1]:G3}{collapse}.");
    }

    private static string? FlatGroups(RunCoursePoint[] course)
    {
        double[] values = [.. course.Select(static point => point.FlatGroups).OfType<double>()];
        if (values.Length == 0) return null;
        double[] end = values[^Math.Max(1, values.Length / 3)..];
        return Invariant($"In the last third {end.Average():P0} of the prompts had samples of one reward only, from which a policy that compares samples learns nothing ({values[0]:P0} at the first step).");
    }

    private static Estimate[] Thirds(double[] values)
    {
        int third = values.Length / 3;
        return [Estimate.Mean(values.AsSpan(0, third)), Estimate.Mean(values.AsSpan(third, values.Length - 2 * third)),
            Estimate.Mean(values.AsSpan(values.Length - third))];
    }

    // Two standard errors apart; neighbours in time are not independent, so this is a sign and no test.
    private static bool Clear(Estimate first, Estimate second) => first.HasStandardError && second.HasStandardError
        && Math.Pow(first.Value - second.Value, 2) > 4 * (Math.Pow(first.StandardError, 2) + Math.Pow(second.StandardError, 2));
}
