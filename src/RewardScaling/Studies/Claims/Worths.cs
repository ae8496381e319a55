using RewardScaling.Curves;

namespace RewardScaling.Studies.Claims;

/// <summary>What a proxy's score is worth where optimisation begins.</summary>
internal static class Worths
{
    /// <summary>
    /// Gold for a unit of proxy as d goes to 0: gold over proxy of the two smallest n above 1, both rewards above their value at
    /// n = 1 where that was measured, continued in a straight line in d = sqrt(KL). Null where the proxy did not rise or there
    /// are not two n.
    /// </summary>
    /// <remarks>At n = 2 itself d is 0.44 already, and the turn that β stands for is in it.</remarks>
    public static double? Worth(this StudyCurve bestOfN)
    {
        RewardPoint[] next = [.. bestOfN.Curve.Points.Where(static point => point.Effort > 1)
            .OrderBy(static point => point.Effort).Take(2)];
        if (next.Length < 2) return null;
        var first = bestOfN.Curve.Points.FirstOrDefault(static point => point.Effort == 1);
        double proxy = first?.Proxy.Value ?? 0, gold = first?.Gold.Value ?? 0, near = next[0].Distance.Value,
            far = next[1].Distance.Value;
        if (!(next[0].Proxy.Value > proxy && next[1].Proxy.Value > proxy && far > near)) return null;
        double here = (next[0].Gold.Value - gold) / (next[0].Proxy.Value - proxy),
            there = (next[1].Gold.Value - gold) / (next[1].Proxy.Value - proxy);
        return (here * far - there * near) / (far - near);
    }
}
