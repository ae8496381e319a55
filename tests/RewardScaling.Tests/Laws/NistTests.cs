using RewardScaling.Laws;

namespace RewardScaling.Tests.Laws;

/// <summary>NIST's certified problems judge the solvers. Digits reached are pinned just below what was measured.</summary>
public sealed class NistTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("Norris", 12, 12)]
    [InlineData("Longley", 12, 12)]
    [InlineData("Wampler1", 12, 12)]
    [InlineData("Wampler2", 12, 12)]
    [InlineData("Wampler3", 12, 12)]
    [InlineData("Wampler4", 12, 12)]
    [InlineData("Wampler5", 12, 12)]
    [InlineData("Filip", 7.5, 7)]
    [InlineData("Filip, powers in twice the precision", 13, 7)]
    public void Refined_qr_matches_the_certified_linear_answers(string name, double digits, double deviationDigits)
    {
        bool twice = name.EndsWith("precision", StringComparison.Ordinal);
        var problem = (NistProblem)typeof(NistLinearData).GetProperty(name.Split(',')[0])!.GetValue(null)!;
        int rows = problem.Y.Length, columns = problem.Certified.Length;
        double[] design = new double[rows * columns], low = twice ? new double[rows * columns] : [], norms = new double[columns];
        for (int c = 0; c < columns; c++)
            for (int i = 0; i < rows; i++)
            {
                (design[c * rows + i], double rest) = name == "Longley" ? (c == 0 ? 1 : problem.X[i][c - 1], 0) : Power(problem.X[i][0], c);
                if (twice) low[c * rows + i] = rest;
            }
        Assert.True(LeastSquares.ScaleColumns(design, rows, norms));
        for (int c = 0; c < columns && twice; c++)
            for (int i = 0; i < rows; i++) low[c * rows + i] /= norms[c];
        double[] right = (double[])problem.Y.Clone(), solution = new double[columns];
        Assert.True(RefinedLeastSquares.Solve(design, right, solution, low));
        var gram = LeastSquares.InverseGram(design, rows, columns)!;
        double variance = right.Sum(static r => r * r) / (rows - columns);
        var deviations = new double[columns];
        for (int c = 0; c < columns; c++)
        {
            solution[c] /= norms[c];
            deviations[c] = Math.Sqrt(gram[c, c] * variance) / norms[c];
        }
        double reached = NistProblem.Digits(solution, problem.Certified),
            reachedDeviations = NistProblem.Digits(deviations, problem.Deviations);
        output.WriteLine($"| {name} | {reached:F1} | {reachedDeviations:F1} |");
        Assert.True(reached >= digits && reachedDeviations >= deviationDigits,
            $"{name}: {reached:F2} digits of values, {reachedDeviations:F2} of errors");
    }

    [Theory]
    [InlineData("Misra1a", 1)]
    [InlineData("Misra1a", 2)]
    [InlineData("Thurber", 1)]
    [InlineData("Thurber", 2)]
    [InlineData("MGH09", 1)]
    [InlineData("MGH09", 2)]
    [InlineData("Hahn1", 1)]
    [InlineData("Hahn1", 2)]
    [InlineData("Eckerle4", 1)]
    [InlineData("Eckerle4", 2)]
    [InlineData("Rat43", 1)]
    [InlineData("Rat43", 2)]
    [InlineData("BoxBOD", 2)]
    [InlineData("MGH10", 2)]
    [InlineData("MGH17", 1)]
    [InlineData("MGH17", 2)]
    public void The_bounded_search_matches_the_certified_nonlinear_answers(string name, int start)
    {
        var problem = (NistProblem)typeof(NistNonlinearData).GetProperty(name)!.GetValue(null)!;
        var model = new NistModel(problem);
        var result = LevenbergMarquardt.Minimize(model, start == 1 ? problem.Start1 : problem.Start2,
            [.. Enumerable.Repeat(ParameterRange.Any, problem.Certified.Length)]);
        double reached = NistProblem.Digits(result.Parameters, problem.Certified),
            reachedDeviations = NistProblem.Digits(model.Deviations(result), problem.Deviations);
        output.WriteLine($"| {name} start {start} | {reached:F1} | {reachedDeviations:F1} | {result.Steps} | {result.Converged}");
        Assert.True(result.Converged && reached >= 8 && reachedDeviations >= 6,
            $"{name} from start {start}: {reached:F2} digits of values, {reachedDeviations:F2} of errors, {result.Steps} steps, converged {result.Converged}");
    }

    [Theory]
    [InlineData("BoxBOD")] // from (1, 1) the first step leaves for a plateau
    [InlineData("MGH10")] // from (2, 400000, 25000) a curved valley takes more than 2000 steps
    public void The_search_says_when_it_did_not_arrive(string name)
    {
        var problem = (NistProblem)typeof(NistNonlinearData).GetProperty(name)!.GetValue(null)!;
        Assert.False(LevenbergMarquardt.Minimize(new NistModel(problem), problem.Start1,
            [.. Enumerable.Repeat(ParameterRange.Any, problem.Certified.Length)]).Converged);
    }

    // x^exponent as a double and what its rounding took.
    private static (double High, double Low) Power(double x, int exponent)
    {
        double high = 1, low = 0;
        for (int i = 0; i < exponent; i++)
        {
            double product = high * x;
            low = low * x + Math.FusedMultiplyAdd(high, x, -product);
            high = product + low;
            low -= high - product;
        }
        return (high, low);
    }

    private sealed class NistModel(NistProblem problem) : ILeastSquaresModel
    {
        public int ResidualCount => problem.Y.Length;

        public int ParameterCount => problem.Certified.Length;

        public void Residuals(ReadOnlySpan<double> parameters, Span<double> residuals)
        {
            var b = parameters.ToArray();
            for (int i = 0; i < residuals.Length; i++) residuals[i] = Value(problem.Name, problem.X[i][0], b,
                null) - problem.Y[i];
        }

        public void Jacobian(ReadOnlySpan<double> parameters, Span<double> jacobian)
        {
            var b = parameters.ToArray();
            var gradient = new double[b.Length];
            for (int i = 0; i < problem.Y.Length; i++)
            {
                Value(problem.Name, problem.X[i][0], b, gradient);
                for (int j = 0; j < b.Length; j++) jacobian[j * problem.Y.Length + i] = gradient[j];
            }
        }

        public double[] Deviations(LevenbergMarquardt.Result result)
        {
            int rows = problem.Y.Length, columns = ParameterCount;
            var jacobian = new double[rows * columns];
            Jacobian(result.Parameters, jacobian);
            var norms = new double[columns];
            for (int c = 0; c < columns; c++)
            {
                norms[c] = Math.Sqrt(jacobian.Skip(c * rows).Take(rows).Sum(static v => v * v));
                for (int i = 0; i < rows; i++) jacobian[c * rows + i] /= norms[c];
            }
            if (!Householder.Solve(jacobian, new double[rows], new double[columns])) return new double[columns];
            var gram = Householder.InverseGram(jacobian, rows, columns);
            return [.. Enumerable.Range(0, columns)
                .Select(c => Math.Sqrt(gram[c, c] * result.SumOfSquares / (rows - columns)) / norms[c])];
        }

        // The models as NIST prints them, with their derivatives by b when a gradient is given.
        private static double Value(string name, double x, double[] b, double[]? gradient)
        {
            double Fill(double value, params double[] derivatives)
            {
                if (gradient is not null) derivatives.CopyTo(gradient, 0);
                return value;
            }
            switch (name)
            {
                case "Misra1a":
                case "BoxBOD":
                    double e = Math.Exp(-b[1] * x);
                    return Fill(b[0] * (1 - e), 1 - e, b[0] * x * e);
                case "Thurber":
                case "Hahn1":
                    double top = b[0] + x * (b[1] + x * (b[2] + x * b[3])), bottom = 1 + x * (b[4] + x * (b[5] + x * b[6])),
                        slope = -top / (bottom * bottom);
                    return Fill(top / bottom, 1 / bottom, x / bottom, x * x / bottom, x * x * x / bottom, x * slope,
                        x * x * slope, x * x * x * slope);
                case "MGH09":
                    double upper = x * x + x * b[1], lower = x * x + x * b[2] + b[3], ratio = -b[0] * upper / (lower * lower);
                    return Fill(b[0] * upper / lower, upper / lower, b[0] * x / lower, x * ratio, ratio);
                case "Eckerle4":
                    double z = (x - b[2]) / b[1], bell = Math.Exp(-0.5 * z * z), value = b[0] / b[1] * bell;
                    return Fill(value, bell / b[1], value * (z * z - 1) / b[1], value * z / b[1]);
                case "Rat43":
                    double grown = Math.Exp(b[1] - b[2] * x), whole = 1 + grown, power = Math.Pow(whole, -1 / b[3]),
                        common = b[0] * power * grown / (whole * b[3]);
                    return Fill(b[0] * power, power, -common, common * x, b[0] * power * Math.Log(whole) / (b[3] * b[3]));
                case "MGH10":
                    double shifted = x + b[2], growth = Math.Exp(b[1] / shifted);
                    return Fill(b[0] * growth, growth, b[0] * growth / shifted, -b[0] * growth * b[1] / (shifted * shifted));
                default: // MGH17
                    double first = Math.Exp(-x * b[3]), second = Math.Exp(-x * b[4]);
                    return Fill(b[0] + b[1] * first + b[2] * second, 1, first, second, -b[1] * x * first, -b[2] * x * second);
            }
        }
    }
}
