namespace RewardScaling.Laws;

/// <summary>Which parameter of a joint fit is which coefficient of which curve, and the fits of the curves one by one.</summary>
internal sealed class JointLayout
{
    private readonly int[][] _indices;

    private JointLayout(JointProblem problem, int[][] indices) => (Problem, _indices) = (problem, indices);

    public JointProblem Problem { get; }

    /// <summary>Shared coefficients first, then each curve's own.</summary>
    public static JointLayout Sharing(LawFitProblem[] problems, IReadOnlyList<string> shared, bool samePrompts)
    {
        var first = problems[0];
        int width = first.ParameterCount;
        var ranges = shared.Select(name => first.Ranges[Array.IndexOf(first.Names, name)]).ToList();
        var indices = new int[problems.Length][];
        var links = new CoefficientLink[problems.Length][];
        for (int c = 0; c < problems.Length; c++)
        {
            (indices[c], links[c]) = (new int[width], new CoefficientLink[width]);
            for (int j = 0; j < width; j++)
            {
                int common = Enumerable.Range(0, shared.Count).FirstOrDefault(k => shared[k] == first.Names[j], -1);
                bool isFixed = first.Ranges[j].IsPoint;
                indices[c][j] = common >= 0 ? common : isFixed ? -1 : ranges.Count;
                links[c][j] = isFixed ? CoefficientLink.Fixed(first.Ranges[j].Min) : CoefficientLink.To(indices[c][j]);
                if (common < 0 && !isFixed) ranges.Add(first.Ranges[j]);
            }
        }
        return new(new(problems, links, [.. ranges], samePrompts), indices);
    }

    /// <summary>Each curve fitted by itself; null where it cannot be.</summary>
    public static LawFit?[] SeparateFits(LawFitProblem[] problems) => Array.ConvertAll(problems, static problem =>
    {
        if (problem.Distances.Distinct().Count() < problem.FreeCount) return null;
        try
        {
            return LawFitSolver.Solve(problem);
        }
        catch (Exception fault) when (fault is LawFitException or ArgumentException)
        {
            // The joint fit may still succeed: that is what sharing is for. Its report says the test is missing.
            return null;
        }
    });

    /// <summary>
    /// Starts of a search: the separate fits, shared coefficients averaged, and the law's own guesses for all points together.
    /// </summary>
    public IEnumerable<double[]> Starts(LawFit?[] separate)
    {
        double[] distances = [.. Problem.Curves.SelectMany(static curve => curve.Distances)],
            rewards = [.. Problem.Curves.SelectMany(static curve => curve.Rewards)];
        var guesses = Problem.Curves[0].Law.Guess(distances, rewards);
        foreach (double[] guess in guesses)
            yield return Start((c, j) => j < guess.Length ? guess[j] : 0);
        yield return Start((c, j) => separate[c] is { } fit ? fit.Values[j] : j < guesses[0].Length ? guesses[0][j] : 0);
    }

    /// <summary>Hotelling's T² of sums of separately fitted coefficients that should be 0.</summary>
    /// <param name="problems">The curves.</param>
    /// <param name="separate">Their separate fits.</param>
    /// <param name="samePrompts">Whether all curves were measured on the same prompts, in the same order.</param>
    /// <param name="restrictions">Each a sum of weight x coefficient (of its logarithm where said).</param>
    /// <param name="logarithms">Whether the sums are of logarithms.</param>
    /// <param name="assumption">What is tested, in words.</param>
    public static (SharingTest? Test, string Why) WaldTest(LawFitProblem[] problems, LawFit?[] separate, bool samePrompts,
        IReadOnlyList<(int Curve, int Coefficient, double Weight)[]> restrictions, bool logarithms, string assumption)
    {
        int count = restrictions.Count, groups = problems.Min(static problem => problem.Covariance!.Groups);
        if (groups <= count) return (null, FormattableString.Invariant($"{groups} prompts cannot test {count} restrictions"));
        var layout = Sharing(problems, [], samePrompts);
        var solution = layout.Problem.Solve(layout.Starts(separate));
        if (solution.Covariance is not { } covariance) return (null, solution.WhyNoErrors);
        var rows = restrictions.Select(row => row.Select(term =>
            (Index: layout._indices[term.Curve][term.Coefficient], term.Weight))
            .Where(static term => term.Index >= 0).ToArray()).ToArray();
        if (logarithms && rows.Any(row => row.Any(term => solution.Values[term.Index] <= 0)))
            return (null, "a coefficient is not positive and has no logarithm");
        double Value(int index) => logarithms ? Math.Log(solution.Values[index]) : solution.Values[index];
        double Slope(int index) => logarithms ? 1 / solution.Values[index] : 1;
        var matrix = new double[count * count];
        var right = new double[count];
        for (int a = 0; a < count; a++)
        {
            right[a] = rows[a].Sum(term => term.Weight * Value(term.Index));
            for (int b = 0; b < count; b++)
                foreach (var one in rows[a])
                    foreach (var other in rows[b])
                        matrix[b * count + a] += one.Weight * Slope(one.Index) * covariance[one.Index, other.Index]
                            * Slope(other.Index) * other.Weight;
        }
        double[] sums = (double[])right.Clone(), solved = new double[count], norms = new double[count];
        if (!LeastSquares.ScaleColumns(matrix, count, norms) || !Householder.Solve(matrix, right, solved))
            return (null, "the prompts do not tell the curves apart");
        double t2 = 0;
        for (int a = 0; a < count; a++) t2 += sums[a] * solved[a] / norms[a];
        return (SharingTest.Of(t2 * (groups - count) / (count * (groups - 1.0)), count, groups - count, assumption), "");
    }

    private double[] Start(Func<int, int, double> value)
    {
        double[] start = new double[Problem.ParameterCount], counts = new double[Problem.ParameterCount];
        for (int c = 0; c < _indices.Length; c++)
            for (int j = 0; j < _indices[c].Length; j++)
            {
                if (_indices[c][j] is var index && index < 0) continue;
                start[index] += value(c, j);
                counts[index]++;
            }
        for (int k = 0; k < start.Length; k++) start[k] /= counts[k];
        return start;
    }
}
