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

    /// <summary>Hotelling's T² of the differences of the separate coefficients from those of the first curve.</summary>
    public static (SharingTest? Test, string Why) WaldTest(LawFitProblem[] problems, IReadOnlyList<string> shared, LawFit[] separate,
        bool samePrompts, string assumption)
    {
        int restrictions = shared.Count * (problems.Length - 1), groups = problems.Min(static problem => problem.Covariance!.Groups);
        if (groups <= restrictions) return (null, FormattableString.Invariant($"{groups} prompts cannot test {restrictions} restrictions"));
        var layout = Sharing(problems, [], samePrompts);
        var solution = layout.Problem.Solve(layout.Starts(separate));
        if (solution.Covariance is not { } covariance) return (null, solution.WhyNoErrors);
        int[][] columns = [.. shared.Select(name => Array.IndexOf(problems[0].Names, name))
            .Select(j => layout._indices.Select(indices => indices[j]).ToArray())];
        // Row r says: coefficient k of curve c less that of curve 0.
        (int Plus, int Minus)[] rows = [.. columns.SelectMany(static column => column.Skip(1).Select(plus => (plus, column[0])))];
        var matrix = new double[restrictions * restrictions];
        var right = new double[restrictions];
        for (int a = 0; a < restrictions; a++)
        {
            right[a] = solution.Values[rows[a].Plus] - solution.Values[rows[a].Minus];
            for (int b = 0; b < restrictions; b++)
                matrix[b * restrictions + a] = covariance[rows[a].Plus, rows[b].Plus] - covariance[rows[a].Plus, rows[b].Minus]
                    - covariance[rows[a].Minus, rows[b].Plus] + covariance[rows[a].Minus, rows[b].Minus];
        }
        double[] difference = (double[])right.Clone(), solved = new double[restrictions], norms = new double[restrictions];
        if (!LeastSquares.ScaleColumns(matrix, restrictions, norms) || !Householder.Solve(matrix, right, solved))
            return (null, "the prompts do not tell the curves apart");
        double t2 = 0;
        for (int a = 0; a < restrictions; a++) t2 += difference[a] * solved[a] / norms[a];
        return (SharingTest.Of(t2 * (groups - restrictions) / (restrictions * (groups - 1.0)), restrictions, groups - restrictions,
            assumption), "");
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
