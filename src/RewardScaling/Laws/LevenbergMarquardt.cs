namespace RewardScaling.Laws;

/// <summary>Bounded nonlinear least squares by Levenberg and Marquardt, with QR and Gauss-Newton steps to finish.</summary>
/// <remarks>
/// <para>
/// Damping by gain ratio (Nielsen 1999), scaled by the largest column norms seen (Moré 1978). A parameter at a bound that the
/// gradient pushes outward sits out the step; others are clipped to their range. Comparing sums of squares cannot place a minimum
/// better than about 1e-8, so undamped steps, which use the gradient, finish: they bring 9 digits and more.
/// </para>
/// <para>MathNet has such a solver, but it allocates at every step, and a bootstrap takes thousands; this one also says when it
/// did not converge.</para>
/// </remarks>
internal static class LevenbergMarquardt
{
    private const int MaxSteps = 2000;

    /// <summary>Minimises the sum of squared residuals.</summary>
    /// <param name="model">The residuals.</param>
    /// <param name="start">Where to begin.</param>
    /// <param name="ranges">The allowed values of each parameter.</param>
    public static Result Minimize(ILeastSquaresModel model, ReadOnlySpan<double> start, ReadOnlySpan<ParameterRange> ranges)
    {
        var search = new Search(model, start, ranges);
        bool ended = search.Descend();
        bool converged = search.Finish();
        return new(search.Best, search.Sum, (ended || converged) && double.IsFinite(search.Sum) && search.IsStationary,
            search.Steps);
    }

    /// <summary>Where the search ended.</summary>
    internal sealed record Result(double[] Parameters, double SumOfSquares, bool Converged, int Steps);

    private sealed class Search
    {
        private readonly ILeastSquaresModel _model;
        private readonly ParameterRange[] _ranges;
        private readonly double[] _trial, _residuals, _trialResiduals, _jacobian, _scales, _design, _right, _step, _free;
        private readonly int[] _columns;

        public Search(ILeastSquaresModel model, ReadOnlySpan<double> start, ReadOnlySpan<ParameterRange> ranges)
        {
            int m = model.ResidualCount, p = model.ParameterCount;
            (_model, _ranges) = (model, ranges.ToArray());
            Best = start.ToArray();
            for (int j = 0; j < p; j++) Best[j] = Math.Clamp(Best[j], _ranges[j].Min, _ranges[j].Max);
            (_trial, _scales, _step, _free, _columns) = (new double[p], new double[p], new double[p], new double[p], new int[p]);
            (_residuals, _trialResiduals, _jacobian) = (new double[m], new double[m], new double[m * p]);
            (_design, _right) = (new double[(m + p) * p], new double[m + p]);
            model.Residuals(Best, _residuals);
            Sum = SumOfSquares(_residuals);
        }

        public double[] Best { get; }

        public double Sum { get; private set; }

        public int Steps { get; private set; }

        /// <summary>Whether the last undamped step was negligible or promised nothing.</summary>
        public bool IsStationary { get; private set; }

        /// <summary>Damped steps until they no longer lead anywhere.</summary>
        public bool Descend()
        {
            if (!double.IsFinite(Sum)) return false;
            double damping = 1e-3, growth = 2;
            _model.Jacobian(Best, _jacobian);
            while (Steps++ < MaxSteps)
            {
                if (Sum == 0) return true;
                if (!TryStep(damping, out double predicted, out double relative))
                {
                    damping = Math.Max(damping, 1e-12) * 10;
                    if (damping > 1e20) return true;
                    continue;
                }
                _model.Residuals(_trial, _trialResiduals);
                double sum = SumOfSquares(_trialResiduals);
                if (sum < Sum)
                {
                    double gain = (Sum - sum) / predicted;
                    Accept(sum);
                    damping *= Math.Max(1.0 / 3, 1 - Math.Pow(2 * gain - 1, 3));
                    growth = 2;
                    if (relative < 1e-10 && damping < 1e-2) return true;
                }
                else
                {
                    if (relative < 1e-15) return true;
                    damping *= growth;
                    growth *= 2;
                    if (!(damping < 1e20)) return true;
                }
            }
            return false;
        }

        /// <summary>Undamped steps while each is shorter than the one before.</summary>
        public bool Finish()
        {
            if (!double.IsFinite(Sum)) return false;
            double last = double.PositiveInfinity;
            for (int round = 0; round < 60; round++)
            {
                if (Sum == 0) return IsStationary = true;
                if (!TryStep(0, out double predicted, out double relative))
                    return IsStationary = IsStationary || GradientIsNegligible();
                IsStationary = relative < 1e-8 || predicted < 1e-12 * Sum;
                if (relative < 1e-15 || relative > 0.95 * last) return IsStationary;
                _model.Residuals(_trial, _trialResiduals);
                double sum = SumOfSquares(_trialResiduals);
                // Rounding may raise the sum in its last digits; anything more means the step left the neighbourhood.
                if (!(sum <= Sum * (1 + 1e-9))) return IsStationary;
                Accept(sum);
                last = relative;
            }
            return IsStationary;
        }

        private void Accept(double sum)
        {
            _trial.CopyTo(Best, 0);
            _trialResiduals.CopyTo(_residuals, 0);
            Sum = sum;
            _model.Jacobian(Best, _jacobian);
        }

        // Fills the trial point; says what the linear model promises and how long the step is relative to the parameters.
        private bool TryStep(double damping, out double predicted, out double relative)
        {
            (predicted, relative) = (0, 0);
            int m = _residuals.Length, p = Best.Length, count = 0;
            for (int j = 0; j < p; j++)
            {
                var column = _jacobian.AsSpan(j * m, m);
                double norm = 0, slope = 0;
                for (int i = 0; i < m; i++)
                {
                    norm += column[i] * column[i];
                    slope += column[i] * _residuals[i];
                }
                if (!double.IsFinite(norm)) return false;
                _scales[j] = Math.Max(_scales[j], Math.Sqrt(norm));
                bool pinned = Best[j] <= _ranges[j].Min && slope >= 0 || Best[j] >= _ranges[j].Max && slope <= 0;
                if (!pinned && _scales[j] > 0) _columns[count++] = j;
            }
            if (count == 0) return false;
            int rows = damping > 0 ? m + count : m;
            if (rows < count) return false;
            // Columns are divided by their scale, so that damping is the same in any units.
            var design = _design.AsSpan(0, rows * count);
            var right = _right.AsSpan(0, rows);
            design.Clear();
            right.Clear();
            for (int c = 0; c < count; c++)
            {
                for (int i = 0; i < m; i++) design[c * rows + i] = _jacobian[_columns[c] * m + i] / _scales[_columns[c]];
                if (damping > 0) design[c * rows + m + c] = Math.Sqrt(damping);
            }
            for (int i = 0; i < m; i++) right[i] = -_residuals[i];
            var solution = _free.AsSpan(0, count);
            if (!Householder.Solve(design, right, solution)) return false;
            Best.CopyTo(_trial, 0);
            _step.AsSpan().Clear();
            for (int c = 0; c < count; c++)
            {
                int j = _columns[c];
                _trial[j] = Math.Clamp(Best[j] + solution[c] / _scales[j], _ranges[j].Min, _ranges[j].Max);
                _step[j] = _trial[j] - Best[j];
                relative = Math.Max(relative, Math.Abs(_step[j]) / (Math.Abs(Best[j]) + Math.Abs(_trial[j]) + 1e-300));
            }
            if (!double.IsFinite(relative)) return false;
            for (int i = 0; i < m; i++)
            {
                double linear = _residuals[i];
                for (int j = 0; j < p; j++) linear += _jacobian[j * m + i] * _step[j];
                predicted += _residuals[i] * _residuals[i] - linear * linear;
            }
            predicted = Math.Max(predicted, double.Epsilon);
            return true;
        }

        // For a Jacobian without full rank: cosines between the residuals and the columns that may still move.
        private bool GradientIsNegligible()
        {
            int m = _residuals.Length;
            for (int j = 0; j < Best.Length; j++)
            {
                double slope = 0, norm = 0;
                for (int i = 0; i < m; i++)
                {
                    slope += _jacobian[j * m + i] * _residuals[i];
                    norm += _jacobian[j * m + i] * _jacobian[j * m + i];
                }
                bool pinned = Best[j] <= _ranges[j].Min && slope >= 0 || Best[j] >= _ranges[j].Max && slope <= 0;
                if (!pinned && !(Math.Abs(slope) <= 1e-7 * Math.Sqrt(norm * Sum))) return false;
            }
            return true;
        }

        private static double SumOfSquares(double[] values)
        {
            double sum = 0;
            foreach (double value in values) sum += value * value;
            return double.IsNaN(sum) ? double.PositiveInfinity : sum;
        }
    }
}
