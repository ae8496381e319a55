using RewardScaling.Curves;
using RewardScaling.Numerics;
using static System.FormattableString;

namespace RewardScaling.Tool.Analysis;

/// <summary>What the points of a run say by themselves.</summary>
internal static class PointFindings
{
    public static IEnumerable<string> Of(RunCourse course)
    {
        RewardPoint[] points = [.. course.Gold.Points], proxies = [.. course.All.Points.Where(static point => point.HasProxy)
            .OrderBy(static point => point.Effort)];
        if (points.Length < 2) yield break;
        // What is constant the gate has told.
        if (points.Any(point => point.Gold.Value != points[0].Gold.Value))
            yield return Course(course, points, char.ToUpperInvariant(course.Name[0]) + course.Name[1..], static point =>
                point.Gold.Value);
        if (Sure(course) is { } sure) yield return sure;
        if (proxies.Any(point => point.Proxy.Value != proxies[0].Proxy.Value))
            yield return Course(course, proxies, "The proxy's own score", static point => point.Proxy.Value);
        if (course.HasAxis && points.MaxBy(static point => point.Kl.Value) is { } farthest
            && farthest.Kl.Value > 1.05 * points[^1].Kl.Value)
            yield return $"The last line is not the farthest: it stands at {course.At(points[^1])}, the largest KL at {course.At(farthest)}, where {course.Name} was {Invariant($"{farthest.Gold.Value:G4}")}.";
        if (course.HasAxis && course.Curve.Points.Count >= 12) yield return Thirds(course);
    }

    private static string Course(RunCourse course, RewardPoint[] points, string name, Func<RewardPoint, double> value)
    {
        RewardPoint first = points[0], last = points[^1], highest = points.MaxBy(value)!, lowest = points.MinBy(value)!;
        string Says(RewardPoint point) => Invariant($"{value(point):G4}");
        string where = value(highest) == value(last) ? $"highest at the last line, {Says(last)} at {course.At(last)}; it was {Says(first)} at the first"
            : value(highest) == value(first) ? $"highest at the first line, {Says(first)} at {course.At(first)}, and {Says(last)} at the last, {course.At(last)}"
            : $"highest, {Says(highest)}, at {course.At(highest)}: {Says(first)} at the first line, {Says(last)} at the last, {course.At(last)}";
        bool dips = value(lowest) < Math.Min(value(first), value(last));
        return $"{name} was {where}{(dips ? $"; lowest, {Says(lowest)}, at {course.At(lowest)}" : "")}.";
    }

    // What can be said beyond the numbers themselves, with how sure that is.
    private static string? Sure(RunCourse course)
    {
        if (course.Gold is not MeasuredPeak.Known known || !course.HasAxis) return null;
        string errors = course.ErrorsAreScatter ? "By the scatter of neighbouring lines (whatever all lines have in common is not in it)" : course.Log.Method == OptimizationMethod.BestOfN
            ? "By the lines' own errors, taken as independent (results of one pool are not)" : "By the lines' own errors";
        var bounds = known.Bounds;
        string among = bounds.Plausible.Count == 1 ? "no other line can be the highest"
            : bounds.Plausible.Count == known.Points.Count ? "any line may be the highest" : $"the highest may be anywhere from {Kl(bounds.Plausible.Min(static point => point.Kl.Value))} to {Kl(bounds.Plausible.Max(static point => point.Kl.Value))} nats";
        string falls = known switch
        {
            MeasuredPeak.Inside => $"{course.Name} falls from it to the last line by {bounds.Fall}",
            MeasuredPeak.AtEnd => $"{course.Name} is not shown to turn down",
            MeasuredPeak.AtStart when bounds.Fall.Low > 0 => $"{course.Name} falls from the start, by {bounds.Fall} to the last line",
            MeasuredPeak.AtStart => $"{course.Name} is not shown to rise",
            _ => $"{course.Name} is not shown to change",
        };
        string detour = "";
        if (known.DeepestFall is var (from, to) && bounds.DeepestFall.Low > bounds.Fall.High)
            detour = $"; on the way it fell by {bounds.DeepestFall}, from {Invariant($"{from.Gold.Value:G4}")} at {course.At(from)} to {Invariant($"{to.Gold.Value:G4}")} at {course.At(to)}";
        return $"{errors}, 95 percent: {among}; {falls}{detour}.";
    }

    private static string Kl(double value) => Invariant($"{value:G3}");

    // The run cut in three by KL: what the points say without any law.
    private static string Thirds(RunCourse course)
    {
        RewardPoint[] points = [.. course.Curve.Points.OrderBy(static point => point.Kl.Value)];
        int third = points.Length / 3;
        RewardPoint[][] parts = [points[..third], points[third..^third], points[^third..]];
        Estimate[] gold = Means(static point => point.Gold.Value), proxy = Means(static point => point.Proxy.Value);
        return Invariant($"Without any law, by thirds of the run in KL: {course.Name} {gold[0]}, {gold[1]}, {gold[2]}{Against(gold[1], gold[0], "a rise")}{Against(gold[1], gold[2], "a fall")}; proxy {proxy[0]}, {proxy[1]}, {proxy[2]}.");

        Estimate[] Means(Func<RewardPoint, double> value) =>
            Array.ConvertAll(parts, part => Estimate.Mean([.. part.Select(value)]));
    }

    // Thirds without scatter have no error to measure a change by.
    private static string Against(Estimate high, Estimate low, string what)
    {
        double error = Math.Sqrt(high.StandardError * high.StandardError + low.StandardError * low.StandardError);
        return error > 0 ? Invariant($", {what} of {(high.Value - low.Value) / error:F1} standard errors") : "";
    }
}
