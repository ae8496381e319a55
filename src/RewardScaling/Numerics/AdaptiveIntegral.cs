namespace RewardScaling.Numerics;

/// <summary>
/// Integrals of functions that may be steep, stepped or without bound at an end: Clenshaw-Curtis on panels, of which the worst is
/// halved until the sum of their errors is small.
/// </summary>
/// <remarks>The rules of 8 and of 16 intervals share their points and have the ends of the panel among them, so that a step
/// anywhere in it weighs differently in the two.</remarks>
internal static class AdaptiveIntegral
{
    private const int FirstPanels = 16, MostPanels = 20_000, Fine = 16;

    private static readonly double[] s_points =
        [.. Enumerable.Range(0, Fine + 1).Select(static k => -Math.Cos(Math.PI * k / Fine))];
    private static readonly double[] s_fine = Weights(Fine), s_coarse = Weights(Fine / 2);

    /// <summary>∫ f(t) dt.</summary>
    /// <param name="f">Finite everywhere in [from, to].</param>
    /// <param name="from">The lower end.</param>
    /// <param name="to">The upper end.</param>
    /// <param name="tolerance">The error that is allowed, as a share of ∫ |f|.</param>
    /// <exception cref="ArgumentException">f is NaN or infinite somewhere, or so restless that the error stays
    /// larger.</exception>
    public static double Of(Func<double, double> f, double from, double to, double tolerance = 1e-11)
    {
        var panels = new PriorityQueue<Panel, double>();
        double error = 0, size = 0;
        for (int i = 0; i < FirstPanels; i++)
            Add(from + (to - from) * i / FirstPanels, from + (to - from) * (i + 1) / FirstPanels);
        while (error > tolerance * size && panels.Count < MostPanels)
        {
            var worst = panels.Dequeue();
            error -= worst.Error;
            size -= Math.Abs(worst.Value);
            double middle = 0.5 * (worst.From + worst.To);
            Add(worst.From, middle);
            Add(middle, worst.To);
        }
        // Added up anew: what was taken away again has left its rounding.
        double sum = 0;
        (error, size) = (0, 0);
        foreach (var (panel, _) in panels.UnorderedItems.OrderBy(static item => Math.Abs(item.Element.Value)))
        {
            sum += panel.Value;
            error += panel.Error;
            size += Math.Abs(panel.Value);
        }
        return error <= 10 * tolerance * size ? sum : throw new ArgumentException(FormattableString.Invariant(
            $"The function is too restless to be integrated: {sum:G6} with an error of about {error:G2} after {panels.Count} panels."));

        void Add(double low, double high)
        {
            double middle = 0.5 * (low + high), half = 0.5 * (high - low), fine = 0, coarse = 0;
            for (int k = 0; k <= Fine; k++)
            {
                double value = f(middle + half * s_points[k]);
                if (!double.IsFinite(value))
                    throw new ArgumentException(FormattableString.Invariant($"The function is not finite between {low} and {high}."));
                fine += s_fine[k] * value;
                if (k % 2 == 0) coarse += s_coarse[k / 2] * value;
            }
            var panel = new Panel(low, high, half * fine, half * Math.Abs(fine - coarse));
            error += panel.Error;
            size += Math.Abs(panel.Value);
            panels.Enqueue(panel, -panel.Error);
        }
    }

    // Of the points -cos(π k / n) on [-1, 1], n even (Trefethen 2008, "Is Gauss quadrature better than Clenshaw-Curtis?").
    private static double[] Weights(int n)
    {
        var weights = new double[n + 1];
        for (int k = 0; k <= n; k++)
        {
            double sum = 1;
            for (int j = 1; j <= n / 2; j++)
                sum -= (2 * j == n ? 1 : 2) / (4.0 * j * j - 1) * Math.Cos(2 * Math.PI * j * k / n);
            weights[k] = (k == 0 || k == n ? 1 : 2) * sum / n;
        }
        return weights;
    }

    private readonly record struct Panel(double From, double To, double Value, double Error);
}
