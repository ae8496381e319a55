using RewardScaling.Models;
using RewardScaling.Numerics;
using static TorchSharp.torch;

namespace RewardScaling.TorchSharp;

/// <summary>What a cut leaves of next-token distributions, on the device; the rule is that of <see cref="TopCut"/>.</summary>
internal static class LogCut
{
    /// <summary>ln of the cut distributions, renormalised; -infinity for what is cut away.</summary>
    /// <param name="logProbs">[rows, vocabulary].</param>
    /// <param name="cut">The cut.</param>
    /// <returns>As many, in float64.</returns>
    public static Tensor Apply(Tensor logProbs, TokenCut cut)
    {
        var wide = logProbs.to(ScalarType.Float64);
        if (!cut.Cuts((int)logProbs.shape[^1])) return wide;
        // Stable, so that of equally likely tokens the earlier comes first.
        var (sorted, order) = sort(wide, -1, descending: true, stable: true);
        long kept = Math.Min(cut.TopK, sorted.shape[^1]);
        var left = sorted.narrow(-1, 0, kept);
        if (cut.TopP < 1)
        {
            var mass = left.exp();
            var reached = mass.cumsum(-1);
            // The mass before a token decides whether the token is needed.
            var before = cat([zeros_like(reached.narrow(-1, 0, 1)), reached.narrow(-1, 0, kept - 1)], -1);
            var goal = reached.narrow(-1, kept - 1, 1).mul(cut.TopP * TopCut.Reached);
            left = left.masked_fill(before.ge(goal), double.NegativeInfinity);
        }
        return full_like(wide, double.NegativeInfinity).scatter_(-1, order.narrow(-1, 0, kept), left).log_softmax(-1);
    }
}
