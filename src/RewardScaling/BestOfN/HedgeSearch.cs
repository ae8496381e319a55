using RewardScaling.Curves;
using RewardScaling.Numerics;

namespace RewardScaling.BestOfN;

/// <summary>The best of several settings by mean gold over prompts, and how far the others are behind.</summary>
internal sealed class HedgeSearch
{
    private readonly PointCovariance _covariance;
    private readonly double[] _means;

    /// <summary>Looks for the best.</summary>
    /// <param name="gold">For each setting its gold on every prompt; at least one setting and two prompts.</param>
    public HedgeSearch(double[][] gold)
    {
        _covariance = PointCovariance.OfMeans(gold);
        _means = Array.ConvertAll(gold, static values => values.Average());
        Best = Array.IndexOf(_means, _means.Max());
        Gold = new(_means[Best], Math.Sqrt(_covariance[Best, Best]));
    }

    public int Best { get; }

    public Estimate Gold { get; }

    /// <summary>Gold at the best less gold at a setting, with the error of the difference over prompts.</summary>
    public Estimate Behind(int setting)
    {
        double variance = _covariance[Best, Best] + _covariance[setting, setting] - 2 * _covariance[Best, setting];
        return new(_means[Best] - _means[setting], Math.Sqrt(Math.Max(0, variance)));
    }

    /// <summary>What selecting as hard as the samples allow costs, in words.</summary>
    public static string AtLargest(Estimate loss, string setting) => loss.Value > 0
        ? $"at the largest {setting} gold is {loss} lower" : $"the largest {setting} gives no less, so the best may be larger still";

    /// <summary>The settings not behind by more than twice the error of the difference.</summary>
    public IEnumerable<int> Plausible =>
        Enumerable.Range(0, _means.Length).Where(k => Behind(k) is var behind && behind.Value <= 2 * behind.StandardError);
}
