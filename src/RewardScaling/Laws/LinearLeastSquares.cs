using RewardScaling.Divergence;

namespace RewardScaling.Laws;

/// <summary>Solves problems whose law is linear in its coefficients, in one step by QR.</summary>
internal static class LinearLeastSquares
{
    public static LawFit Solve(LawFitProblem problem)
    {
        int rows = problem.PointCount, columns = problem.Law.ParameterNames.Count;
        var design = new double[rows * columns];
        var right = new double[rows];
        var norms = new double[columns];
        Span<double> none = stackalloc double[columns], gradient = stackalloc double[columns], solution = stackalloc double[columns];
        for (int i = 0; i < rows; i++)
        {
            // The gradient of a linear law is its basis, the same whatever the coefficients.
            problem.Law.Gradient(new KlDistance(problem.Distances[i]), none, gradient);
            for (int j = 0; j < columns; j++)
            {
                double value = gradient[j] / problem.Scales[i];
                design[j * rows + i] = value;
                norms[j] += value * value;
            }
            right[i] = problem.Rewards[i] / problem.Scales[i];
        }
        // Columns of unit norm, so that the rank test compares like with like.
        for (int j = 0; j < columns; j++)
        {
            norms[j] = Math.Sqrt(norms[j]);
            for (int i = 0; i < rows; i++) design[j * rows + i] /= norms[j];
        }
        if (!Householder.Solve(design, right, solution))
            throw new ArgumentException($"The points of '{problem.Label}' do not determine the coefficients of {problem.Law.Name}: their distances are too much alike.");
        var gram = Householder.InverseGram(design, rows, columns);
        for (int i = 0; i < columns; i++)
        {
            solution[i] /= norms[i];
            for (int j = 0; j < columns; j++) gram[i, j] /= norms[i] * norms[j];
        }
        return new(problem, solution.ToArray(), gram);
    }
}
