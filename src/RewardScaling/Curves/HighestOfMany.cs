using MathNet.Numerics.Distributions;
using RewardScaling.Numerics;

namespace RewardScaling.Curves;

/// <summary>Which of several measured values may be the highest, how high that one is and how far above others.</summary>
internal sealed class HighestOfMany
{
    // Spent on leaving out what is clearly lower; the rest of the error is that of the test.
    private const double Screening = 0.1;
    private readonly double[] _values;
    private readonly SharedNoise _noise;
    private readonly double[][] _draws;
    private readonly double _level, _error, _one;
    private readonly int[] _near;

    public HighestOfMany(double[] values, SharedNoise noise, MeasuredPeakOptions options)
    {
        (_values, _noise, _level, _error) = (values, noise, options.Level, 1 - options.Level);
        _draws = noise.Draw(options.Draws, RandomStream.FromSeed(options.Seed).Fork("highest of many"));
        _one = Quantile(1 - _error / 2);
        // Everything that may be the highest, and more: the rest is below another one at a level that all pairs pay for.
        double beyond = Quantile(1 - Screening * _error / Math.Max(1, values.Length - 1));
        _near = [.. Enumerable.Range(0, values.Length).Where(n => Behind(n) <= beyond)];
    }

    /// <summary>The values that may be the highest, in order: never none, because the highest is not behind any.</summary>
    public int[] Plausible()
    {
        double least = Quantile(_level), most = Quantile(1 - _error * (1 - Screening) / Math.Max(1, _values.Length - 1));
        return [.. _near.Where(n => Behind(n) is var behind && (behind <= least || behind <= most && behind <= Critical(n)))];
    }

    /// <summary>The interval of the highest expected value.</summary>
    public ConfidenceInterval Height()
    {
        double[] errors = Array.ConvertAll(_near, _noise.ErrorOf);
        double many = Many(_near.Length, static _ => true, k => errors[k], (k, b) => _draws[_near[k]][b]);
        double low = double.NegativeInfinity, high = double.NegativeInfinity;
        for (int k = 0; k < _near.Length; k++)
        {
            low = Math.Max(low, _values[_near[k]] - many * errors[k]);
            high = Math.Max(high, _values[_near[k]] + _one * errors[k]);
        }
        return new(low, high, _level);
    }

    /// <summary>The interval of the highest expected value less that of one of the values; never below 0.</summary>
    public ConfidenceInterval Above(int other)
    {
        int[] others = [.. _near.Where(n => n != other)];
        return Differences(others.Length, k => (others[k], other));
    }

    /// <summary>The interval of the largest difference of a value and a later one; never below 0.</summary>
    public ConfidenceInterval DeepestFall()
    {
        int count = _values.Length;
        double beyond = Quantile(1 - Screening * _error / Math.Max(1, count * (count - 1.0) / 2)), surely = 0;
        for (int i = 0; i < count; i++)
            for (int j = i + 1; j < count; j++)
                surely = Math.Max(surely, _values[i] - _values[j] - beyond * _noise.ErrorOf(i, j));
        var pairs = new List<(int, int)>();
        for (int i = 0; i < count; i++)
            for (int j = i + 1; j < count; j++)
                if (_values[i] - _values[j] + beyond * _noise.ErrorOf(i, j) >= surely) pairs.Add((i, j));
        return Differences(pairs.Count, k => pairs[k]);
    }

    private ConfidenceInterval Differences(int count, Func<int, (int Higher, int Lower)> pair)
    {
        var errors = new double[count];
        for (int k = 0; k < count; k++) errors[k] = _noise.ErrorOf(pair(k).Higher, pair(k).Lower);
        double many = Many(count, k => errors[k] > 0, k => errors[k],
            (k, b) => _draws[pair(k).Higher][b] - _draws[pair(k).Lower][b]);
        double low = 0, high = 0;
        for (int k = 0; k < count; k++)
        {
            double difference = _values[pair(k).Higher] - _values[pair(k).Lower];
            low = Math.Max(low, difference - many * errors[k]);
            high = Math.Max(high, difference + _one * errors[k]);
        }
        return new(low, Math.Max(low, high), _level);
    }

    /// <summary>The upper quantile of the largest of several studentised errors.</summary>
    private double Many(int count, Func<int, bool> counts, Func<int, double> error, Func<int, int, double> draw)
    {
        var largest = new double[_draws[0].Length];
        Array.Fill(largest, double.NegativeInfinity);
        for (int k = 0; k < count; k++)
        {
            if (!counts(k) || !(error(k) > 0)) continue;
            double scale = 1 / error(k);
            for (int b = 0; b < largest.Length; b++) largest[b] = Math.Max(largest[b], scale * draw(k, b));
        }
        return Math.Max(_one, Upper(largest, 1 - _error / 2));
    }

    /// <summary>The largest studentised difference by which a value is behind another; infinite when it is behind without doubt.
    /// </summary>
    private double Behind(int n)
    {
        double largest = 0;
        for (int m = 0; m < _values.Length; m++)
            if (_values[m] > _values[n])
                largest = Math.Max(largest, (_values[m] - _values[n]) / _noise.ErrorOf(m, n));
        return largest;
    }

    /// <summary>How far a value is behind another by chance when it is the highest: values clearly below it are left
    /// out.</summary>
    private double Critical(int n)
    {
        double clearly = -Quantile(1 - Screening * _error / Math.Max(1, _values.Length - 1));
        var largest = new double[_draws[0].Length];
        Array.Fill(largest, double.NegativeInfinity);
        double[] own = _draws[n];
        for (int m = 0; m < _values.Length; m++)
        {
            double error = m == n ? 0 : _noise.ErrorOf(m, n);
            if (!(error > 0) || (_values[m] - _values[n]) / error < clearly) continue;
            double[] other = _draws[m];
            for (int b = 0; b < largest.Length; b++) largest[b] = Math.Max(largest[b], (other[b] - own[b]) / error);
        }
        return Upper(largest, 1 - _error * (1 - Screening));
    }

    private double Quantile(double probability) => double.IsPositiveInfinity(_noise.DegreesOfFreedom)
        ? Normal.InvCDF(0, 1, probability) : StudentT.InvCDF(0, 1, _noise.DegreesOfFreedom, probability);

    private static double Upper(double[] values, double probability)
    {
        Array.Sort(values);
        return values[Math.Clamp((int)Math.Ceiling(probability * (values.Length + 1)) - 1, 0, values.Length - 1)];
    }
}
