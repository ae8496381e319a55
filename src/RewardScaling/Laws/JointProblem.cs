namespace RewardScaling.Laws;

/// <summary>Several curves whose coefficients follow from one list of parameters: what a joint fit minimises over.</summary>
/// <param name="curves">Each curve's points, weights and coefficients.</param>
/// <param name="links">For each curve and coefficient, the offset last, how it follows from the parameters.</param>
/// <param name="ranges">The allowed values of each parameter.</param>
/// <param name="samePrompts">Whether all curves were measured on the same prompts, in the same order.</param>
internal sealed class JointProblem(LawFitProblem[] curves, CoefficientLink[][] links, ParameterRange[] ranges, bool samePrompts)
    : ILeastSquaresModel
{
    private readonly double[] _values = new double[curves[0].ParameterCount], _gradient = new double[curves[0].ParameterCount];

    public LawFitProblem[] Curves => curves;

    public int ResidualCount { get; } = curves.Sum(static curve => curve.PointCount);

    public int ParameterCount => ranges.Length;

    public bool IsLinear => curves[0].Law.IsLinear && !links.Any(static curve => curve.Any(static link => link.IsExponential));

    /// <summary>The coefficients of one curve, the offset last.</summary>
    public double[] Coefficients(int curve, ReadOnlySpan<double> parameters)
    {
        var values = new double[links[curve].Length];
        for (int j = 0; j < values.Length; j++) values[j] = links[curve][j].Value(parameters);
        return values;
    }

    public void Residuals(ReadOnlySpan<double> parameters, Span<double> residuals)
    {
        int row = 0;
        for (int c = 0; c < curves.Length; c++)
        {
            Place(c, parameters);
            var curve = curves[c];
            for (int i = 0; i < curve.PointCount; i++)
                residuals[row++] = (curve.Evaluate(curve.Distances[i], _values) - curve.Rewards[i]) / curve.Scales[i];
        }
    }

    public void Jacobian(ReadOnlySpan<double> parameters, Span<double> jacobian)
    {
        jacobian.Clear();
        for (int c = 0, row = 0; c < curves.Length; c++)
        {
            Place(c, parameters);
            var curve = curves[c];
            for (int i = 0; i < curve.PointCount; i++, row++)
            {
                curve.Gradient(curve.Distances[i], _values, _gradient);
                for (int j = 0; j < _values.Length; j++)
                {
                    var link = links[c][j];
                    double slope = link.Slope(_values[j]) * _gradient[j] / curve.Scales[i];
                    for (int k = 0; k < link.Indices.Length; k++) jacobian[link.Indices[k] * ResidualCount + row] += slope
                        * link.Weights[k];
                }
            }
        }
    }

    /// <summary>Least squares: by QR where everything is linear and no bound is met, else by Levenberg-Marquardt.</summary>
    /// <exception cref="LawFitException">The search did not converge from any start.</exception>
    /// <exception cref="ArgumentException">The points do not determine the parameters.</exception>
    public JointSolution Solve(IEnumerable<double[]> starts)
    {
        double[] values = [];
        if (IsLinear && !TrySolveLinear(out values))
            throw new ArgumentException($"The points of the {curves.Length} curves do not determine the coefficients of {curves[0].Law.Name} together: share more of them or fix one.");
        if (!IsLinear || !Allowed(values)) values = Search(IsLinear ? [values] : starts);
        double sum = 0;
        var residuals = new double[ResidualCount];
        Residuals(values, residuals);
        foreach (double residual in residuals) sum += residual * residual;
        var states = new ParameterState[values.Length];
        for (int j = 0; j < states.Length; j++)
            states[j] = values[j] <= ranges[j].Min || values[j] >= ranges[j].Max ? ParameterState.AtBound
                : ParameterState.Estimated;
        int freedom = ResidualCount - states.Count(static state => state == ParameterState.Estimated);
        var (covariance, why) = CovarianceOf(values, states, sum, freedom);
        return new(values, states, sum, freedom, covariance, why);
    }

    /// <summary>The covariance of coefficients of two curves from that of the parameters.</summary>
    public double[,] CoefficientCovariance(int first, int second, double[] values, double[,] covariance)
    {
        double[] a = Coefficients(first, values), b = Coefficients(second, values);
        var result = new double[a.Length, b.Length];
        for (int i = 0; i < a.Length; i++)
            for (int j = 0; j < b.Length; j++)
            {
                CoefficientLink left = links[first][i], right = links[second][j];
                double sum = 0;
                for (int k = 0; k < left.Indices.Length; k++)
                    for (int l = 0; l < right.Indices.Length; l++)
                        sum += left.Weights[k] * covariance[left.Indices[k], right.Indices[l]] * right.Weights[l];
                result[i, j] = sum * left.Slope(a[i]) * right.Slope(b[j]);
            }
        return result;
    }

    public ParameterState StateOf(int curve, int coefficient, ParameterState[] states)
    {
        var link = links[curve][coefficient];
        return link.Indices.Length == 0 ? ParameterState.Fixed
            : link.Indices.Any(index => states[index] == ParameterState.AtBound) ? ParameterState.AtBound
                : ParameterState.Estimated;
    }

    private bool TrySolveLinear(out double[] values)
    {
        double[] design = new double[ResidualCount * ParameterCount], right = new double[ResidualCount],
            norms = new double[ParameterCount];
        values = new double[ParameterCount];
        Residuals(values, right);
        for (int i = 0; i < right.Length; i++) right[i] = -right[i];
        Jacobian(values, design);
        if (ResidualCount < ParameterCount || !LeastSquares.ScaleColumns(design, ResidualCount, norms)
            || !RefinedLeastSquares.Solve(design, right, values)) return false;
        for (int j = 0; j < values.Length; j++) values[j] /= norms[j];
        return true;
    }

    private double[] Search(IEnumerable<double[]> starts)
    {
        LevenbergMarquardt.Result? best = null;
        foreach (double[] start in starts)
        {
            var found = LevenbergMarquardt.Minimize(this, start, ranges);
            if (found.Converged && !(best?.SumOfSquares <= found.SumOfSquares)) best = found;
        }
        return best?.Parameters
            ?? throw new LawFitException($"The joint fit of {curves[0].Law.Name} to {curves.Length} curves did not converge from any start: fix or share another coefficient, or choose a law with fewer.");
    }

    private (double[,]? Covariance, string Why) CovarianceOf(double[] values, ParameterState[] states, double sum, int freedom)
    {
        int[] columns = [.. Enumerable.Range(0, values.Length).Where(j => states[j] == ParameterState.Estimated)];
        var weighting = curves[0].Options.Weighting;
        bool known = weighting is LawWeighting.KnownErrors or LawWeighting.SharedSamples;
        if (!known && freedom <= 0) return (null, "as many coefficients as points");
        var all = new double[values.Length * ResidualCount];
        Jacobian(values, all);
        double[] jacobian = [.. columns.SelectMany(j => all.AsSpan(j * ResidualCount, ResidualCount).ToArray())];
        if (LeastSquares.InverseGram(jacobian, ResidualCount, columns.Length) is not { } gram)
            return (null, "the points do not determine the coefficients at the solution; fix one");
        if (weighting == LawWeighting.SharedSamples) gram = LeastSquares.Sandwich(jacobian, ResidualCount, gram,
            PointCovarianceOf());
        var covariance = new double[values.Length, values.Length];
        for (int a = 0; a < columns.Length; a++)
            for (int b = 0; b < columns.Length; b++)
                covariance[columns[a], columns[b]] = gram[a, b] * (known ? 1 : sum / freedom);
        return (covariance, "");
    }

    // The covariance of any two points of any two curves; 0 between curves measured on different prompts.
    private Func<int, int, double> PointCovarianceOf()
    {
        var at = new (int Curve, int Point)[ResidualCount];
        for (int c = 0, row = 0; c < curves.Length; c++)
            foreach (int index in curves[c].CurveIndices) at[row++] = (c, index);
        return (i, j) => at[i].Curve != at[j].Curve && !samePrompts ? 0
            : curves[at[i].Curve].Covariance!.With(curves[at[j].Curve].Covariance!, at[i].Point, at[j].Point);
    }

    private bool Allowed(double[] values)
    {
        for (int j = 0; j < values.Length; j++)
            if (!ranges[j].Contains(values[j])) return false;
        return true;
    }

    private void Place(int curve, ReadOnlySpan<double> parameters)
    {
        for (int j = 0; j < _values.Length; j++) _values[j] = links[curve][j].Value(parameters);
    }
}

/// <summary>Where a joint fit ended.</summary>
/// <param name="Values">The parameters.</param>
/// <param name="States">Whether the data or a bound gave each.</param>
/// <param name="SumOfSquares">Of the weighted residuals of all curves.</param>
/// <param name="DegreesOfFreedom">Points of all curves less estimated parameters.</param>
/// <param name="Covariance">Of the parameters; null where it could not be estimated.</param>
/// <param name="WhyNoErrors">Why not; empty when it could.</param>
internal sealed record JointSolution(double[] Values, ParameterState[] States, double SumOfSquares, int DegreesOfFreedom,
    double[,]? Covariance, string WhyNoErrors)
{
    /// <summary>Akaike's or Schwarz's criterion, all curves together.</summary>
    public double Criterion(LawWeighting weighting, bool bic) => LawComparison.Criterion(weighting,
        DegreesOfFreedom + States.Count(static state => state == ParameterState.Estimated), DegreesOfFreedom, SumOfSquares, bic);
}
