using MathNet.Numerics.Distributions;
using RewardScaling.Numerics;

namespace RewardScaling.Laws;

/// <summary>gain = s max(0, x - c), s ≥ 0, by weighted least squares over both: the search behind <see cref="DataThreshold"/>.
/// </summary>
internal sealed class BrokenLine
{
    private const int StepsBetween = 30, StepsBefore = 140;

    // How far before the first count a decline is looked for, in factors e: beyond, the line is all but level over the data.
    private const double Before = 14;

    private readonly double[] _x, _gains, _weights, _grid, _explained;
    private readonly double _flat;

    /// <summary>Measured points.</summary>
    /// <param name="x">ln count, ascending.</param>
    /// <param name="gains">(ln 2 - loss) / error.</param>
    /// <param name="weights">1 / error.</param>
    public BrokenLine(double[] x, double[] gains, double[] weights)
    {
        (_x, _gains, _weights) = (x, gains, weights);
        _flat = gains.Sum(static gain => gain * gain);
        var grid = new List<double>();
        for (int k = 0; k < StepsBefore; k++) grid.Add(x[0] - Before + Before * k / StepsBefore);
        // Between the last two counts every c gives the same fit; one of them stands for all.
        for (int i = 0; i + 2 < x.Length; i++)
            for (int k = 0; k < StepsBetween; k++) grid.Add(x[i] + (x[i + 1] - x[i]) * k / StepsBetween);
        grid.Add(x[^2]);
        _grid = [.. grid];
        _explained = Array.ConvertAll(_grid, c => Explained(c).Sum);
        int best = Array.IndexOf(_explained, _explained.Max());
        (double change, double explained) = (_grid[best], _explained[best]);
        if (explained > 0)
        {
            double middle = GoldenSection.Maximum(c => Explained(c).Sum, _grid[Math.Max(best - 1, 0)],
                _grid[Math.Min(best + 1, _grid.Length - 1)], 1e-10);
            if (Explained(middle).Sum > explained) (change, explained) = (middle, Explained(middle).Sum);
        }
        BestExplained = explained;
        (Change, Slope) = explained > 0 ? (Math.Exp(change), Explained(change).Slope) : (double.PositiveInfinity, 0);
        Misfit = (_flat - explained) / (x.Length - 2);
        NoDeclinePValue = Tube(Math.Sqrt(explained / Math.Max(1, Misfit)));
    }

    /// <summary>The best change point, as a count.</summary>
    public double Change { get; }

    public double Slope { get; }

    /// <summary>χ² over degrees of freedom of the best broken line.</summary>
    public double Misfit { get; }

    public double NoDeclinePValue { get; }

    private double BestExplained { get; }

    /// <summary>Every change point that is not rejected, as counts.</summary>
    public ConfidenceInterval Interval(double level)
    {
        int freedom = _x.Length - 2;
        double limit = BestExplained - (Misfit > 1 ? Misfit * Math.Pow(StudentT.InvCDF(0, 1, freedom, 0.5 + level / 2), 2)
            : Math.Pow(Normal.InvCDF(0, 1, 0.5 + level / 2), 2));
        bool mayBeFlat = NoDeclinePValue > 1 - level;
        if (BestExplained == 0) return new(0, double.PositiveInfinity, level);
        int first = Array.FindIndex(_explained, sum => sum >= limit), last = Array.FindLastIndex(_explained, sum => sum >= limit);
        double low = first == 0 ? 0 : Math.Exp(Cross(_grid[first - 1], _grid[first], limit));
        // A change between the last two counts cannot be told from one at the first of them.
        double high = mayBeFlat ? double.PositiveInfinity
            : last == _grid.Length - 1 ? Math.Exp(_x[^1]) : Math.Exp(Cross(_grid[last + 1], _grid[last], limit));
        return new(low, high, level);
    }

    // What the best slope at c takes off the sum of squares, and that slope; nothing for a rising loss.
    private (double Sum, double Slope) Explained(double c)
    {
        double cross = 0, norm = 0;
        for (int i = 0; i < _x.Length; i++)
        {
            double direction = Math.Max(0, _x[i] - c) * _weights[i];
            cross += direction * _gains[i];
            norm += direction * direction;
        }
        return cross > 0 ? (cross * cross / norm, cross / norm) : (0, 0);
    }

    // P(max over c of direction(c)·Z > b) ≤ P(Z > b) + length / 2π e^(-b²/2) for unit directions (Hotelling 1939, Naiman 1986).
    private double Tube(double b)
    {
        double length = 0;
        double[] last = new double[_x.Length], next = new double[_x.Length];
        Direct(_grid[0], last);
        foreach (double c in _grid.AsSpan(1))
        {
            Direct(c, next);
            double chord = 0;
            for (int i = 0; i < next.Length; i++) chord += (last[i] - next[i]) * (last[i] - next[i]);
            length += 2 * Math.Asin(Math.Min(1, Math.Sqrt(chord) / 2));
            (last, next) = (next, last);
        }
        return Math.Min(1, Normal.CDF(0, 1, -b) + length / (2 * Math.PI) * Math.Exp(-b * b / 2));
    }

    private void Direct(double c, double[] direction)
    {
        double norm = 0;
        for (int i = 0; i < direction.Length; i++)
        {
            direction[i] = Math.Max(0, _x[i] - c) * _weights[i];
            norm += direction[i] * direction[i];
        }
        for (int i = 0; i < direction.Length; i++) direction[i] /= Math.Sqrt(norm);
    }

    private double Cross(double outside, double inside, double limit)
    {
        for (int step = 0; step < 60; step++)
        {
            double middle = 0.5 * (outside + inside);
            if (Explained(middle).Sum >= limit) inside = middle; else outside = middle;
        }
        return inside;
    }
}
