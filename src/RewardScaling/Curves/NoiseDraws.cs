using RewardScaling.Numerics;

namespace RewardScaling.Curves;

/// <summary>Draws of the noise of several values, and how large it seems in each draw.</summary>
/// <remarks>Where the errors come from few groups each draw estimates its own, as the data did: that is what makes a t of a
/// normal number. With many groups one common factor a draw does as well.</remarks>
internal sealed class NoiseDraws
{
    // Fewer draws where each costs much: many values, or few groups whose errors are drawn too.
    private const int FewGroups = 30, Fewest = 500;
    private const double MostNumbers = 4e6, MostDifferences = 5e8;
    private readonly SharedNoise _noise;
    private readonly double[][] _values;
    private readonly double[][][] _groups;

    /// <summary>Draws.</summary>
    /// <param name="noise">The errors.</param>
    /// <param name="draws">How many; fewer, but at least 500, where each draw needs many numbers.</param>
    /// <param name="stream">Where they come from.</param>
    public NoiseDraws(SharedNoise noise, int draws, RandomStream stream)
    {
        _noise = noise;
        int groups = noise.DegreesOfFreedom <= FewGroups ? (int)noise.DegreesOfFreedom : 0;
        double most = Math.Min(MostDifferences / noise.Count / noise.Count, MostNumbers / Math.Max(1, groups) / noise.Count);
        Count = (int)Math.Clamp(most, Math.Min(Fewest, draws), draws);
        _values = Table();
        _groups = [.. Enumerable.Range(0, groups).Select(_ => Table())];
        var one = new double[noise.Count];
        for (int b = 0; b < Count; b++)
        {
            var draw = stream.Fork(b);
            double scale = groups > 0 ? 1 : 1 / Math.Sqrt(ChiSquaredDraw.Share(noise.DegreesOfFreedom, draw.Fork("scale")));
            Place(_values, draw, scale, b);
            for (int g = 0; g < groups; g++) Place(_groups[g], draw.Fork(g), 1, b);
        }

        double[][] Table() => [.. Enumerable.Range(0, noise.Count).Select(_ => new double[Count])];

        void Place(double[][] table, RandomStream from, double scale, int b)
        {
            noise.Fill(one, from);
            for (int i = 0; i < one.Length; i++) table[i][b] = scale * one[i];
        }
    }

    /// <summary>How many.</summary>
    public int Count { get; }

    /// <summary>The upper quantile of the largest of several studentised differences.</summary>
    /// <param name="pairs">Each a value less another; less nothing where the other is negative. Pairs without error do not
    /// count.</param>
    /// <param name="probability">In (0, 1).</param>
    /// <returns>-∞ where no pair counts.</returns>
    public double UpperOfLargest(IEnumerable<(int First, int Second)> pairs, double probability)
    {
        var largest = new double[Count];
        Array.Fill(largest, double.NegativeInfinity);
        var squares = new double[Count];
        foreach (var (first, second) in pairs)
        {
            double error = second < 0 ? _noise.ErrorOf(first) : _noise.ErrorOf(first, second);
            if (!(error > 0)) continue;
            double[] high = _values[first], low = second < 0 ? [] : _values[second];
            if (_groups.Length == 0)
            {
                double scale = 1 / error;
                for (int b = 0; b < largest.Length; b++)
                    largest[b] = Math.Max(largest[b], scale * (low.Length == 0 ? high[b] : high[b] - low[b]));
                continue;
            }
            Array.Clear(squares);
            foreach (double[][] group in _groups)
            {
                double[] one = group[first], other = second < 0 ? [] : group[second];
                for (int b = 0; b < squares.Length; b++)
                {
                    double value = other.Length == 0 ? one[b] : one[b] - other[b];
                    squares[b] += value * value;
                }
            }
            for (int b = 0; b < largest.Length; b++)
            {
                double value = low.Length == 0 ? high[b] : high[b] - low[b];
                largest[b] = Math.Max(largest[b], value / Math.Sqrt(squares[b] / _groups.Length));
            }
        }
        Array.Sort(largest);
        return largest[Math.Clamp((int)Math.Ceiling(probability * (largest.Length + 1)) - 1, 0, largest.Length - 1)];
    }
}
