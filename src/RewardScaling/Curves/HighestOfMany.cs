using MathNet.Numerics.Distributions;
using RewardScaling.Numerics;

namespace RewardScaling.Curves;

/// <summary>Which of several measured values may be the highest, how high that one is and how far above others.</summary>
internal sealed class HighestOfMany
{
    // The share of the error that is spent on leaving out what is clearly lower; the rest is that of the test.
    private const double Screening = 0.1, MostDifferences = 2e8;
    private static readonly double s_surest = Math.BitDecrement(1);
    private readonly double[] _values, _behind;
    private readonly SharedNoise _noise;
    private readonly NoiseDraws _draws;
    private readonly double _level, _error, _one, _clearly, _rounding;
    private readonly int[] _near;

    public HighestOfMany(double[] values, SharedNoise noise, MeasuredPeakOptions options)
    {
        (_values, _noise, _level, _error) = (values, noise, options.Level, 1 - options.Level);
        // Where all samples have gold's highest value, as with a gold that counts, no difference of their means may count.
        _rounding = Rounding.Of(values.Max(Math.Abs));
        _draws = new(noise, options.Draws, RandomStream.FromSeed(options.Seed).Fork("highest of many"));
        _one = Math.Max(0, Quantile(1 - _error / 2));
        _clearly = Math.Max(0, Quantile(1 - Screening * _error / Math.Max(1, values.Length - 1)));
        _behind = [.. Enumerable.Range(0, values.Length).Select(Behind)];
        // Everything that may be the highest, and more: the rest is below another one at a level that all pairs pay for.
        _near = [.. Enumerable.Range(0, values.Length).Where(n => _behind[n] <= _clearly)];
    }

    /// <summary>The values that may be the highest, in order: never none, because the highest is not behind any.</summary>
    public int[] Plausible()
    {
        // One difference alone asks for the least, as many as there are, and none of them alike, for the most.
        // At a level near 0 all of them are negative, and the highest, which is behind none, may be the highest all the same.
        double probability = 1 - _error * (1 - Screening), least = Math.Max(0, Quantile(probability)),
            most = Math.Max(0, Quantile(1 - _error * (1 - Screening) / Math.Max(1, _values.Length - 1)));
        return [.. _near.Where(n => _behind[n] <= least || _behind[n] <= most
            && _behind[n] <= _draws.UpperOfLargest(NotClearlyBelow(n), probability))];
    }

    /// <summary>The interval of the highest expected value.</summary>
    public ConfidenceInterval Height()
    {
        double many = Math.Max(_one, _draws.UpperOfLargest(_near.Select(static n => (n, -1)), 1 - _error / 2)),
            low = double.NegativeInfinity, high = double.NegativeInfinity;
        foreach (int n in _near)
        {
            double error = ErrorOf(n);
            low = Math.Max(low, _values[n] - many * error);
            high = Math.Max(high, _values[n] + _one * error);
        }
        return new(low, high, _level);
    }

    /// <summary>The interval of the highest expected value less that of one of the values; never below 0.</summary>
    public ConfidenceInterval Above(int other) => Largest([.. _near.Where(n => n != other).Select(n => (n, other))]);

    /// <summary>The interval of the largest difference of a value and a later one; never below 0.</summary>
    public ConfidenceInterval DeepestFall()
    {
        int count = _values.Length;
        double clearly = Quantile(1 - Screening * _error / Math.Max(1, count * (count - 1.0) / 2)), surely = 0;
        for (int i = 0; i < count; i++)
            for (int j = i + 1; j < count; j++)
                surely = Math.Max(surely, _values[i] - _values[j] - clearly * ErrorOf(i, j));
        var pairs = new List<(int, int)>();
        for (int i = 0; i < count; i++)
            for (int j = i + 1; j < count; j++)
                if (_values[i] - _values[j] + clearly * ErrorOf(i, j) >= surely) pairs.Add((i, j));
        return Largest(pairs);
    }

    private ConfidenceInterval Largest(List<(int First, int Second)> pairs)
    {
        // Of very many pairs, as if none of them were alike: wider.
        double many = Math.Max(_one, pairs.Count * (double)_draws.Count > MostDifferences
            ? Quantile(1 - _error / 2 / pairs.Count) : _draws.UpperOfLargest(pairs, 1 - _error / 2)), low = 0, high = 0;
        foreach (var (first, second) in pairs)
        {
            double difference = _values[first] - _values[second], error = ErrorOf(first, second);
            low = Math.Max(low, difference - many * error);
            high = Math.Max(high, difference + _one * error);
        }
        return new(low, high, _level);
    }

    /// <summary>The largest studentised difference by which a value is behind another; infinite when it is behind without doubt.
    /// </summary>
    private double Behind(int n)
    {
        double largest = 0;
        for (int m = 0; m < _values.Length; m++)
            if (_values[m] > _values[n]) largest = Math.Max(largest, (_values[m] - _values[n]) / ErrorOf(m, n));
        return largest;
    }

    private double ErrorOf(int n) => Math.Max(_noise.ErrorOf(n), _rounding);

    private double ErrorOf(int first, int second) => Math.Max(_noise.ErrorOf(first, second), _rounding);

    private IEnumerable<(int, int)> NotClearlyBelow(int n)
    {
        for (int m = 0; m < _values.Length; m++)
            if (m != n && _values[m] - _values[n] >= -_clearly * ErrorOf(m, n)) yield return (m, n);
    }

    // A level that rounds to 1 has the largest probability below it, so that no quantile is infinite.
    private double Quantile(double probability) => _noise.DegreesOfFreedom switch
    {
        double.PositiveInfinity => Normal.InvCDF(0, 1, Math.Min(probability, s_surest)),
        var freedom => UpperOfT(freedom, Math.Min(probability, s_surest)),
    };

    // With one or two degrees of freedom t has a closed form, where a search for its quantile may not converge; far out it is
    // searched for by halving.
    private static double UpperOfT(double freedom, double probability)
    {
        const double FarOut = 1e-5;
        if (freedom == 1) return Math.Tan(Math.PI * (probability - 0.5));
        if (freedom == 2) return (2 * probability - 1) / Math.Sqrt(2 * probability * (1 - probability));
        double tail = 1 - probability;
        if (tail > FarOut) return StudentT.InvCDF(0, 1, freedom, probability);
        double low = 0, high = 1;
        while (StudentT.CDF(0, 1, freedom, -high) > tail) (low, high) = (high, 2 * high);
        for (double middle = 0.5 * (low + high); low < middle && middle < high; middle = 0.5 * (low + high))
            if (StudentT.CDF(0, 1, freedom, -middle) > tail) low = middle; else high = middle;
        return high;
    }
}
