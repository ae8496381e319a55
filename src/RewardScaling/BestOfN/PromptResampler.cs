using RewardScaling.Curves;
using RewardScaling.Numerics;

namespace RewardScaling.BestOfN;

/// <summary>Draws prompts: the right bootstrap of a best-of-n curve, whose points share each prompt's samples. Each draw is moved
/// away from the original a little, as few prompts ask for (Student's t).</summary>
public sealed class PromptResampler : CurveResampler
{
    private readonly double[][] _proxy, _gold;
    private readonly int[] _n;
    private readonly string _label;

    /// <summary>
    /// Scored prompts and the n of the curve. Each prompt's estimates are made once, so a draw costs additions only.
    /// </summary>
    /// <param name="prompts">At least two scored prompts.</param>
    /// <param name="n">Which n; each in [1, smallest N].</param>
    /// <param name="label">A name for legends and tables.</param>
    /// <exception cref="ArgumentException">Fewer than two prompts, or what <see cref="BestOfNCurve.From"/> refuses.</exception>
    public PromptResampler(IReadOnlyList<ScoredPrompt> prompts, IReadOnlyList<int> n, string label = "best-of-n")
    {
        Original = BestOfNCurve.From(prompts, n, label);
        if (prompts.Count < 2) throw new ArgumentException("Drawing prompts again needs at least 2 of them.", nameof(prompts));
        (_n, _label) = ([.. n], label);
        (_proxy, _gold) = (new double[prompts.Count][], new double[prompts.Count][]);
        for (int i = 0; i < _proxy.Length; i++)
        {
            var estimator = new BestOfNEstimator(prompts[i].Proxy, prompts[i].Gold);
            _proxy[i] = Array.ConvertAll(_n, estimator.Proxy);
            _gold[i] = Array.ConvertAll(_n, estimator.Gold);
        }
    }

    /// <inheritdoc/>
    public override RewardCurve Original { get; }

    /// <summary>For each n its gold on every prompt.</summary>
    internal double[][] GoldByN => [.. Enumerable.Range(0, _n.Length).Select(k => Array.ConvertAll(_gold, gold => gold[k]))];

    /// <inheritdoc/>
    public override string UnitName => "prompts";

    /// <inheritdoc/>
    public override int UnitCount => _proxy.Length;

    /// <inheritdoc/>
    public override RewardCurve Draw(RandomStream stream)
    {
        int[] counts = Counts(stream);
        return Mean(counts, UnitCount, Stretch(stream));
    }

    /// <inheritdoc/>
    public override RewardCurve Without(int unit)
    {
        Guard.InRange(unit, 0, UnitCount - 1);
        var counts = new int[UnitCount];
        Array.Fill(counts, 1);
        counts[unit] = 0;
        return Mean(counts, UnitCount - 1);
    }

    /// <inheritdoc/>
    internal override double[] DrawRewards(RandomStream stream, bool gold)
    {
        int[] counts = Counts(stream);
        var means = new double[_n.Length];
        var values = gold ? _gold : _proxy;
        double stretch = Stretch(stream);
        for (int k = 0; k < means.Length; k++)
        {
            RewardPoint point = Original.Points[k];
            means[k] = Moved((gold ? point.Gold : point.Proxy).Value, Mean(counts, UnitCount, values, k), stretch);
        }
        return means;
    }

    private int[] Counts(RandomStream stream)
    {
        var counts = new int[UnitCount];
        for (int i = 0; i < counts.Length; i++) counts[stream.Below((ulong)i, counts.Length)]++;
        return counts;
    }

    private static double Mean(int[] counts, int total, double[][] values, int k)
    {
        double sum = 0;
        for (int i = 0; i < counts.Length; i++) sum += counts[i] * values[i][k];
        return sum / total;
    }

    private static double Moved(double original, double drawn, double stretch) => original + stretch * (drawn - original);

    private RewardCurve Mean(int[] counts, int total, double stretch = 1)
    {
        var points = new RewardPoint[_n.Length];
        for (int k = 0; k < points.Length; k++)
            points[k] = new()
            {
                Kl = Original.Points[k].Kl,
                Proxy = Estimate.WithoutError(Moved(Original.Points[k].Proxy.Value, Mean(counts, total, _proxy, k), stretch)),
                Gold = Estimate.WithoutError(Moved(Original.Points[k].Gold.Value, Mean(counts, total, _gold, k), stretch)),
                Effort = _n[k],
            };
        return new(OptimizationMethod.BestOfN, _label, points);
    }
}
