namespace RewardScaling.Laws;

/// <summary>
/// Solves fits: linear laws in closed form by QR, others by Levenberg-Marquardt from every start the law offers.
/// </summary>
internal static class LawFitSolver
{
    /// <summary>Least squares.</summary>
    /// <param name="problem">The problem.</param>
    /// <param name="near">Where a search begins, and ends when it converges; null for every start the law offers.</param>
    public static LawFit Solve(LawFitProblem problem, double[]? near = null)
    {
        var values = new double[problem.ParameterCount];
        for (int j = 0; j < values.Length; j++)
            if (problem.Ranges[j].IsPoint) values[j] = problem.Ranges[j].Min;
        if (problem.FreeCount > 0)
        {
            if (problem.Law.IsLinear) SolveLinear(problem, values); else SolveNonlinear(problem, values, near);
        }
        return new(problem, values, StatesOf(problem, values));
    }

    public static ParameterState[] StatesOf(LawFitProblem problem, double[] values)
    {
        var states = new ParameterState[values.Length];
        for (int j = 0; j < values.Length; j++)
            states[j] = problem.Ranges[j].IsPoint ? ParameterState.Fixed
                : values[j] <= problem.Ranges[j].Min || values[j] >= problem.Ranges[j].Max ? ParameterState.AtBound
                    : ParameterState.Estimated;
        return states;
    }

    private static void SolveLinear(LawFitProblem problem, double[] values)
    {
        if (!SolveFor(problem, values, FreeOf(problem), out _))
            throw new ArgumentException($"The points of '{problem.Label}' do not determine the coefficients of {problem.Law.Name}: their distances are too much alike.");
        if (Allowed(problem, values)) return;
        // Convex and few coefficients: the answer is the best of all ways of setting some of them to a bound.
        int[] free = FreeOf(problem);
        double[] best = [];
        double lowest = double.PositiveInfinity;
        int ways = (int)Math.Pow(3, free.Length);
        for (int way = 1; way < ways; way++)
        {
            var trial = (double[])values.Clone();
            var moving = new List<int>();
            for (int k = 0, code = way; k < free.Length; k++, code /= 3)
            {
                var range = problem.Ranges[free[k]];
                if (code % 3 == 0) moving.Add(free[k]); else trial[free[k]] = code % 3 == 1 ? range.Min : range.Max;
            }
            if (!trial.All(double.IsFinite) || !SolveFor(problem, trial, [.. moving], out double sum) || !Allowed(problem, trial)
                || !(sum < lowest)) continue;
            (best, lowest) = (trial, sum);
        }
        if (best.Length == 0) throw new LawFitException($"No coefficients of {problem.Law.Name} inside their bounds fit '{problem.Label}': widen the bounds.");
        best.CopyTo(values, 0);
    }

    /// <summary>Least squares over some coefficients, the others as they are.</summary>
    private static bool SolveFor(LawFitProblem problem, double[] values, ReadOnlySpan<int> columns, out double sumOfSquares)
    {
        int rows = problem.PointCount, width = problem.ParameterCount;
        var design = new double[rows * columns.Length];
        var right = new double[rows];
        Span<double> gradient = stackalloc double[width], none = stackalloc double[width],
            norms = stackalloc double[columns.Length], solution = stackalloc double[columns.Length];
        for (int i = 0; i < rows; i++)
        {
            // The gradient of a linear law is its basis, the same whatever the coefficients.
            problem.Gradient(problem.Distances[i], none, gradient);
            double rest = problem.Rewards[i];
            for (int j = 0; j < width; j++)
                if (!columns.Contains(j)) rest -= values[j] * gradient[j];
            right[i] = rest / problem.Scales[i];
            for (int c = 0; c < columns.Length; c++)
                design[c * rows + i] = gradient[columns[c]] / problem.Scales[i];
        }
        sumOfSquares = 0;
        if (!LeastSquares.ScaleColumns(design, rows, norms) || !RefinedLeastSquares.Solve(design, right, solution)) return false;
        for (int c = 0; c < columns.Length; c++) values[columns[c]] = solution[c] / norms[c];
        foreach (double residual in right) sumOfSquares += residual * residual;
        return true;
    }

    /// <summary>
    /// The weight of each reward, less what is fixed, in each of some coefficients of a linear law: at [c * points + i]. Empty
    /// where the points do not tell the coefficients apart.
    /// </summary>
    /// <remarks>With the design A = Q R they are the rows of R⁻¹ Qᵀ: row c is Q applied to the solution of Rᵀ y = e_c.</remarks>
    public static double[] LinearWeights(LawFitProblem problem, int[] columns)
    {
        int rows = problem.PointCount, width = columns.Length;
        double[] design = new double[width * rows], norms = new double[width], heads = new double[width],
            gradient = new double[problem.ParameterCount], values = new double[problem.ParameterCount];
        for (int i = 0; i < rows; i++)
        {
            problem.Gradient(problem.Distances[i], values, gradient);
            for (int c = 0; c < width; c++) design[c * rows + i] = gradient[columns[c]] / problem.Scales[i];
        }
        if (!LeastSquares.ScaleColumns(design, rows, norms) || !Householder.Factor(design, rows, heads)) return [];
        var weights = new double[width * rows];
        for (int c = 0; c < width; c++)
        {
            var row = weights.AsSpan(c * rows, rows);
            for (int k = c; k < width; k++)
            {
                double rest = k == c ? 1 : 0;
                for (int j = c; j < k; j++) rest -= design[k * rows + j] * row[j];
                row[k] = rest / design[k * rows + k];
            }
            Householder.Apply(design, heads, row);
            for (int i = 0; i < rows; i++) row[i] /= problem.Scales[i] * norms[c];
        }
        return weights;
    }

    private static void SolveNonlinear(LawFitProblem problem, double[] values, double[]? near)
    {
        var model = new Model(problem, values);
        LevenbergMarquardt.Result? best = null;
        if (near is not null)
        {
            var found = LevenbergMarquardt.Minimize(model, Array.ConvertAll(model.Columns, j => near[j]), model.Ranges);
            if (found.Converged)
            {
                for (int c = 0; c < model.Columns.Length; c++) values[model.Columns[c]] = found.Parameters[c];
                return;
            }
        }
        foreach (double[] guess in problem.Law.Guess(problem.Distances, problem.Rewards))
        {
            var start = new double[model.ParameterCount];
            for (int c = 0; c < start.Length; c++) start[c] = model.Columns[c] < guess.Length ? guess[model.Columns[c]] : 0;
            var found = LevenbergMarquardt.Minimize(model, start, model.Ranges);
            if (best is null || found.Converged && !best.Converged || found.Converged == best.Converged
                && found.SumOfSquares < best.SumOfSquares) best = found;
        }
        if (best is not { Converged: true })
            throw new LawFitException($"The fit of {problem.Law.Name} to '{problem.Label}' did not converge from any start: bound or fix a coefficient, or choose a law with fewer.");
        for (int c = 0; c < model.Columns.Length; c++) values[model.Columns[c]] = best.Parameters[c];
    }

    /// <summary>(JᵀJ)⁻¹ over the estimated coefficients, zeros elsewhere; null when J has no full rank there.</summary>
    public static double[,]? InverseGram(LawFitProblem problem, double[] values, ParameterState[] states)
    {
        int[] columns = [.. Enumerable.Range(0, values.Length).Where(j => states[j] == ParameterState.Estimated)];
        int rows = problem.PointCount;
        var all = new double[values.Length, values.Length];
        if (columns.Length == 0) return all;
        var design = new double[rows * columns.Length];
        var gradient = new double[values.Length];
        for (int i = 0; i < rows; i++)
        {
            problem.Gradient(problem.Distances[i], values, gradient);
            for (int c = 0; c < columns.Length; c++) design[c * rows + i] = gradient[columns[c]] / problem.Scales[i];
        }
        if (LeastSquares.InverseGram(design, rows, columns.Length) is not { } gram) return null;
        for (int a = 0; a < columns.Length; a++)
            for (int b = 0; b < columns.Length; b++) all[columns[a], columns[b]] = gram[a, b];
        return all;
    }

    public static bool Allowed(LawFitProblem problem, double[] values)
    {
        for (int j = 0; j < values.Length; j++)
            if (!problem.Ranges[j].Contains(values[j])) return false;
        return true;
    }

    public static int[] FreeOf(LawFitProblem problem) =>
        [.. Enumerable.Range(0, problem.ParameterCount).Where(j => !problem.Ranges[j].IsPoint)];

    /// <summary>A fit problem over its free coefficients alone.</summary>
    private sealed class Model(LawFitProblem problem, double[] values) : ILeastSquaresModel
    {
        private readonly double[] _all = (double[])values.Clone(), _gradient = new double[values.Length];

        public int[] Columns { get; } = FreeOf(problem);

        public ParameterRange[] Ranges => Array.ConvertAll(Columns, j => problem.Ranges[j]);

        public int ResidualCount => problem.PointCount;

        public int ParameterCount => Columns.Length;

        public void Residuals(ReadOnlySpan<double> parameters, Span<double> residuals)
        {
            Place(parameters);
            for (int i = 0; i < residuals.Length; i++)
                residuals[i] = (problem.Evaluate(problem.Distances[i], _all) - problem.Rewards[i]) / problem.Scales[i];
        }

        public void Jacobian(ReadOnlySpan<double> parameters, Span<double> jacobian)
        {
            Place(parameters);
            for (int i = 0; i < problem.PointCount; i++)
            {
                problem.Gradient(problem.Distances[i], _all, _gradient);
                for (int c = 0; c < Columns.Length; c++)
                    jacobian[c * problem.PointCount + i] = _gradient[Columns[c]] / problem.Scales[i];
            }
        }

        private void Place(ReadOnlySpan<double> parameters)
        {
            for (int c = 0; c < Columns.Length; c++) _all[Columns[c]] = parameters[c];
        }
    }
}
