using RewardScaling.Curves;
using RewardScaling.Numerics;

namespace RewardScaling.BestOfN;

/// <summary>
/// Each prompt's own unbiased estimates of best-of-n (<see cref="BestOfNEstimator"/>): all that a curve with the covariance of
/// its points is made of.
/// </summary>
/// <param name="N">Which n, in the order of the points.</param>
/// <param name="Proxy">For each n the proxy's reward of every prompt.</param>
/// <param name="Gold">For each n gold's reward of every prompt.</param>
internal sealed record BestOfNEstimates(int[] N, double[][] Proxy, double[][] Gold)
{
    /// <summary>The rule; of best-of-Poisson <see cref="N"/> is the mean number of samples, 1 + μ.</summary>
    public SelectionRule Rule { get; init; }

    /// <summary>The estimates of scored prompts; see <see cref="BestOfNCurve.From"/>.</summary>
    public static BestOfNEstimates Of(IReadOnlyList<ScoredPrompt> prompts, IReadOnlyList<int> n)
    {
        var estimates = new BestOfNEstimates([.. n], Empty(), Empty());
        // Every prompt writes its own column, so the answer is the same at any thread count.
        Parallel.For(0, prompts.Count, i =>
        {
            var estimator = new BestOfNEstimator(prompts[i].Proxy, prompts[i].Gold);
            for (int k = 0; k < n.Count; k++)
                (estimates.Proxy[k][i], estimates.Gold[k][i]) = (estimator.Proxy(n[k]), estimator.Gold(n[k]));
        });
        return estimates;

        double[][] Empty() => [.. n.Select(_ => new double[prompts.Count])];
    }

    /// <summary>The estimates of all prompts from those of some after each other.</summary>
    public static BestOfNEstimates Concat(IReadOnlyList<BestOfNEstimates> parts) => parts.Count == 1 ? parts[0] : new(parts[0].N,
        [.. parts[0].N.Select((_, k) => parts.SelectMany(part => part.Proxy[k]).ToArray())],
        [.. parts[0].N.Select((_, k) => parts.SelectMany(part => part.Gold[k]).ToArray())])
    { Rule = parts[0].Rule };

    /// <summary>Faults estimates of another number of prompts or without one of the n.</summary>
    /// <exception cref="InvalidDataException">They are not what is asked for.</exception>
    public void Require(IReadOnlyList<int> n, int prompts)
    {
        if (n.Except(N).Any()) throw new InvalidDataException($"it is of n = {string.Join(", ", N)}, and must be of {string.Join(", ", n)}");
        if (Proxy.Length != N.Length || Gold.Length != N.Length || Proxy.Concat(Gold).Any(list => list?.Length != prompts))
            throw new InvalidDataException($"it has not one number for each of {prompts} prompts");
    }

    /// <summary>Means over prompts at some of the n; looked at for the highest gold it is the curve of all of them.</summary>
    /// <param name="label">A name for legends and tables.</param>
    /// <param name="n">The n of the points, each one of these estimates'.</param>
    public RewardCurve ToCurve(string label, IReadOnlyList<int> n)
    {
        int[] places = [.. n.Select(one => Array.IndexOf(N, one))];
        var curve = new BestOfNEstimates([.. n], Array.ConvertAll(places, k => Proxy[k]),
            Array.ConvertAll(places, k => Gold[k]))
        { Rule = Rule }
            .ToCurve(label);
        return places.Length == N.Length ? curve : curve with { Finer = () => ToCurve(label) };
    }

    /// <summary>Means over prompts, with their covariance unless there is a single prompt.</summary>
    /// <param name="label">A name for legends and tables.</param>
    public RewardCurve ToCurve(string label)
    {
        var points = new RewardPoint[N.Length];
        for (int k = 0; k < points.Length; k++)
            points[k] = new()
            {
                Kl = Estimate.Exact((Rule == SelectionRule.BestOfN ? BestOfNTheory.Kl(N[k])
                    : SelectionRules.PoissonKl(N[k] - 1)).Value),
                Proxy = Estimate.Mean(Proxy[k]),
                Gold = Estimate.Mean(Gold[k]),
                Effort = N[k],
            };
        var curve = new RewardCurve(OptimizationMethod.BestOfN, label, points);
        return Gold[0].Length == 1 ? curve : curve with
        {
            GoldCovariance = PointCovariance.OfMeans(Gold),
            ProxyCovariance = PointCovariance.OfMeans(Proxy),
        };
    }
}
