using RewardScaling.Numerics;

namespace RewardScaling.Studies.Claims;

/// <summary>The held-out loss of the reward models of one size and number of comparisons, their seeds together.</summary>
/// <param name="ProxyParameters">The size.</param>
/// <param name="Comparisons">How many comparisons they were trained on.</param>
/// <param name="Loss">
/// Mean over the proxies, in nats; ln 2 is chance. The proxies of a study are held against the same comparisons, so their own
/// error is not divided by how many they are: the square of the error is the mean square of the proxies' own errors over the
/// number of studies, and what they scatter over their number.
/// </param>
internal sealed record LossAtCount(long ProxyParameters, int Comparisons, Estimate Loss)
{
    internal static IReadOnlyList<LossAtCount> Of(IEnumerable<StudyCurve> curves) =>
    [
        // Both methods use the same proxies; each counts once.
        .. curves.DistinctBy(static curve => (curve.At.StudySeed, curve.At.ProxyParameters, curve.At.Comparisons,
            curve.At.ProxySeed))
            .GroupBy(static curve => (curve.At.ProxyParameters, curve.At.Comparisons)).OrderBy(static group => group.Key)
            .Select(static group => new LossAtCount(group.Key.ProxyParameters, group.Key.Comparisons,
                Together([.. group], static curve => curve.Proxy.HeldOut.Loss))),
    ];

    /// <summary>What several proxies come to on held-out comparisons that those of one study share.</summary>
    internal static Estimate Together(StudyCurve[] proxies, Func<StudyCurve, Estimate> of)
    {
        if (proxies.Length == 1) return of(proxies[0]);
        int studies = proxies.Select(static curve => curve.At.StudySeed).Distinct().Count();
        var mean = Estimate.Mean([.. proxies.Select(proxy => of(proxy).Value)]);
        double own = proxies.Average(proxy => Math.Pow(of(proxy).StandardError, 2)) / studies;
        return new(mean.Value, Math.Sqrt(own + mean.StandardError * mean.StandardError));
    }
}
