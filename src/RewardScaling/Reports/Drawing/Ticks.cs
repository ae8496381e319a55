using RewardScaling.Numerics;

namespace RewardScaling.Reports.Drawing;

/// <summary>Chooses the values an axis names: round ones, as many as fit without their labels touching.</summary>
internal static class Ticks
{
    /// <summary>How far a label may stick out past either end of its axis, in pixels.</summary>
    public const double Overhang = 18;

    /// <summary>The ticks of an axis, ascending.</summary>
    /// <param name="axis">The axis.</param>
    /// <param name="length">Its length in pixels; positive.</param>
    /// <param name="extent">How many pixels of the axis a label takes.</param>
    /// <param name="gap">The free space between neighbouring labels, in pixels.</param>
    public static IReadOnlyList<Tick> Of(Axis axis, double length, Func<string, double> extent, double gap)
    {
        Guard.Positive(length);
        IReadOnlyList<Tick> ticks = axis.Scale switch
        {
            AxisScale.SquareRoot => Fit(axis, SquareRootCandidates(axis.High), length, extent, gap),
            AxisScale.Logarithmic => Fit(axis, LogarithmicCandidates(axis.Low, axis.High), length, extent, gap),
            _ => [],
        };
        if (ticks.Count >= 3) return ticks;
        // A short stretch of a curved axis is nearly straight, and round steps serve it best; of a long one they leave one label.
        IReadOnlyList<Tick> equal = EqualSteps(axis, length, extent, gap);
        return equal.Count >= ticks.Count ? equal : ticks;
    }

    /// <summary>Most wanted first: 0, powers of ten, then 2, 4 and 6 of each decade, then 0.5, 0.2, 0.1 and finer.</summary>
    private static IEnumerable<double> SquareRootCandidates(double high)
    {
        yield return 0;
        int top = (int)Math.Floor(Math.Log10(high));
        int first = Math.Min(0, top);
        foreach (double mantissa in (double[])[1, 2, 4, 6])
            for (int decade = first; decade <= top; decade++) yield return mantissa * Math.Pow(10, decade);
        for (int decade = first - 1; decade >= first - 3; decade--)
            foreach (double mantissa in (double[])[5, 2, 1]) yield return mantissa / Math.Pow(10, -decade);
    }

    /// <summary>Most wanted first: powers of ten, then their doubles and fives.</summary>
    private static IEnumerable<double> LogarithmicCandidates(double low, double high)
    {
        int bottom = (int)Math.Floor(Math.Log10(low)), top = (int)Math.Floor(Math.Log10(high));
        foreach (double mantissa in (double[])[1, 2, 5])
            for (int decade = bottom; decade <= top; decade++)
                yield return decade < 0 ? mantissa / Math.Pow(10, -decade) : mantissa * Math.Pow(10, decade);
    }

    private static IReadOnlyList<Tick> EqualSteps(Axis axis, double length, Func<string, double> extent, double gap)
    {
        double span = axis.High - axis.Low;
        IReadOnlyList<Tick> best = [];
        // From steps no wider than the gap to coarse ones; the first whose labels all stand free wins.
        for (int decade = (int)Math.Floor(Math.Log10(span * Math.Min(1, gap / length))); ; decade++)
        {
            foreach (int mantissa in (int[])[1, 2, 5])
            {
                double step = mantissa * Math.Pow(10, decade);
                if (step > span) return best;
                List<Tick> wanted = Multiples(axis, step, mantissa, decade);
                IReadOnlyList<Tick> fitting =
                    Fit(axis, wanted.Select(t => t.Value), length, extent, gap, value => Label(axis, value, decade));
                if (fitting.Count >= wanted.Count - 2 && fitting.Count > 0 && EvenlySpaced(fitting, step)) return fitting;
                if (fitting.Count > 0) best = [fitting[0]];
            }
        }
    }

    private static List<Tick> Multiples(Axis axis, double step, int mantissa, int decade)
    {
        // Relative slack so that an end that is a multiple up to rounding counts as one.
        double first = Math.Ceiling(axis.Low / step - 1e-9), last = Math.Floor(axis.High / step + 1e-9);
        List<Tick> ticks = [];
        for (double i = first; i <= last; i++)
        {
            double value = decade < 0 ? i * mantissa / Math.Pow(10, -decade) : i * step;
            ticks.Add(new(value == 0 ? 0 : value, Label(axis, value, decade)));
        }
        return ticks;
    }

    private static bool EvenlySpaced(IReadOnlyList<Tick> ticks, double step)
    {
        for (int i = 1; i < ticks.Count; i++)
            if (ticks[i].Value - ticks[i - 1].Value > 1.5 * step) return false;
        return true;
    }

    private static string Label(Axis axis, double value, int decade)
    {
        if (value == 0) return "0";
        double largest = Math.Max(Math.Abs(axis.Low), Math.Abs(axis.High));
        if (largest is < 1e6 and >= 1e-4) return NumberText.Fixed(value, Math.Max(0, -decade));
        int power = (int)Math.Floor(Math.Log10(largest));
        string mantissa = NumberText.Fixed(value / Math.Pow(10, power), Math.Max(0, power - decade));
        return FormattableString.Invariant($"{mantissa}e{power}").Replace('-', '\u2212');
    }

    /// <summary>Takes candidates in order of preference, each only if its label stands clear of those already taken.</summary>
    private static IReadOnlyList<Tick> Fit(Axis axis, IEnumerable<double> candidates, double length, Func<string, double> extent,
        double gap, Func<double, string>? label = null)
    {
        List<(Tick Tick, double Low, double High)> taken = [];
        double slack = 1e-9 * (axis.High - axis.Low);
        foreach (double value in candidates)
        {
            if (value < axis.Low - slack || value > axis.High + slack) continue;
            string text = label is null ? NumberText.Short(value) : label(value);
            double middle = length * axis.Position(value), half = extent(text) / 2;
            if (middle - half < -Overhang || middle + half > length + Overhang) continue;
            if (taken.Exists(t => middle - half < t.High + gap && middle + half > t.Low - gap)) continue;
            taken.Add((new(value, text), middle - half, middle + half));
        }
        return [.. taken.Select(t => t.Tick).OrderBy(t => t.Value)];
    }
}
