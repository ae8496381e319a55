using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace RewardScaling.Laws;

/// <summary>Fits the power law to many draws of rewards at the same points, by variable projection.</summary>
/// <remarks>
/// For a given γ the law is linear in the other coefficients, so the search is over γ alone (Golub and Pereyra 1973). At each γ
/// of a grid, what a draw's sum of squares loses to β costs one product with a direction worked out once for all draws; that
/// finds the neighbourhood of the best γ without a start. Newton steps on the slope, kept inside it by bisection, do the rest.
/// Unlike a descent it does not end in another valley than the deepest.
/// </remarks>
internal sealed class PowerRefits
{
    // Neighbours are 12 percent apart with the range the law has by itself.
    private const int Lanes = 4, GridSize = 16 * Lanes, MaxSteps = 100, OnStack = 256;

    // Places of the coefficients in the law's order.
    private const int Alpha = 0, Beta = 1, Gamma = 2;
    private readonly LawFitProblem _template;
    private readonly int[] _shared;
    private readonly double[] _held, _fixed, _first, _logarithms, _basis, _weights, _grid, _directions;

    private PowerRefits(LawFitProblem template, int[] shared, double[] basis)
    {
        (_template, _shared, _basis) = (template, shared, basis);
        _held = Array.ConvertAll(template.Ranges, static range => range.IsPoint ? range.Min : 0);
        // What fixed coefficients give at each point.
        _fixed = Array.ConvertAll(template.Distances, d => template.Evaluate(d, _held));
        _first = [.. template.Distances.Zip(template.Scales, static (d, scale) => d / scale)];
        // d = 0 has reward 0 at any γ; its logarithm must only be finite.
        _logarithms = Array.ConvertAll(template.Distances, static d => d > 0 ? Math.Log(d) : 0);
        _weights = LawFitSolver.LinearWeights(template, shared);
        var range = template.Ranges[Gamma];
        _grid = [.. Enumerable.Range(0, GridSize).Select(k => range.Min * Math.Pow(range.Max / range.Min, k / (GridSize - 1.0)))];
        _grid[^1] = range.Max;
        int count = template.PointCount;
        _directions = new double[count * GridSize];
        var direction = new double[count];
        for (int k = 0; k < GridSize; k++)
        {
            double whole = 0, left = 0;
            for (int i = 0; i < count; i++) direction[i] = _first[i] * Math.Exp(_grid[k] * _logarithms[i]);
            foreach (double value in direction) whole += value * value;
            Project(direction);
            foreach (double value in direction) left += value * value;
            // Nothing is left where the points do not tell this γ's term from the others.
            double scale = left > 1e-24 * whole ? 1 / Math.Sqrt(left) : 0;
            for (int i = 0; i < count; i++) _directions[i * GridSize + k] = scale * direction[i];
        }
    }

    /// <summary>The refits of a problem; null unless it is the power law with β and γ to be found.</summary>
    public static PowerRefits? Of(LawFitProblem template)
    {
        if (template.Law is not PowerLaw || template.Ranges[Beta].IsPoint || template.Ranges[Gamma].IsPoint
            || !(template.Ranges[Gamma].Min > 0 && double.IsFinite(template.Ranges[Gamma].Max))) return null;
        // The columns that are the same at any γ, and an orthonormal basis of them.
        int[] shared = [.. LawFitSolver.FreeOf(template).Where(static j => j is not (Beta or Gamma))];
        int count = template.PointCount;
        double[] factors = new double[shared.Length * count], heads = new double[shared.Length],
            basis = new double[shared.Length * count];
        for (int c = 0; c < shared.Length; c++)
            for (int i = 0; i < count; i++)
                factors[c * count + i] = (shared[c] == Alpha ? template.Distances[i] : 1) / template.Scales[i];
        if (!Householder.Factor(factors, count, heads)) return null;
        for (int c = 0; c < shared.Length; c++)
        {
            basis[c * count + c] = 1;
            Householder.Apply(factors, heads, basis.AsSpan(c * count, count));
        }
        return new(template, shared, basis);
    }

    /// <summary>The best coefficients without regard to bounds other than γ's.</summary>
    /// <param name="rewards">The rewards of the template's points.</param>
    /// <param name="values">On return the coefficients, the offset last.</param>
    /// <returns>False when the search does not settle.</returns>
    public bool TrySolve(ReadOnlySpan<double> rewards, Span<double> values)
    {
        int count = rewards.Length;
        Span<double> right = count <= OnStack ? stackalloc double[count] : new double[count],
            work = count <= OnStack ? stackalloc double[3 * count] : new double[3 * count];
        for (int i = 0; i < count; i++) right[i] = (rewards[i] - _fixed[i]) / _template.Scales[i];
        Project(right);
        if (!TryGamma(right, work, out double gamma)) return false;
        double b = Slope(gamma, right, work).Factor;
        if (!double.IsFinite(b)) return false;
        _held.CopyTo(values);
        (values[Beta], values[Gamma]) = (-b, gamma);
        for (int c = 0; c < _shared.Length; c++)
        {
            double sum = 0;
            for (int i = 0; i < count; i++)
            {
                double power = _template.Distances[i] * Math.Exp(gamma * _logarithms[i]);
                sum += _weights[c * count + i] * (rewards[i] - _fixed[i] - b * power);
            }
            values[_shared[c]] = sum;
        }
        return true;
    }

    private bool TryGamma(ReadOnlySpan<double> right, Span<double> work, out double gamma)
    {
        int best = 0;
        Span<double> dots = stackalloc double[GridSize];
        Explained(right, dots);
        for (int k = 1; k < GridSize; k++)
            if (dots[k] > dots[best]) best = k;
        gamma = _grid[best];
        double low = _grid[Math.Max(best - 1, 0)], high = _grid[Math.Min(best + 1, GridSize - 1)];
        for (int step = 0; step < MaxSteps; step++)
        {
            var (_, slope, curvature) = Slope(gamma, right, work);
            if (!double.IsFinite(slope)) return false;
            if (slope > 0) low = gamma; else high = gamma;
            if (slope == 0 || high - low <= 1e-15 * high) return true;
            double next = gamma - slope / curvature;
            if (!(curvature < 0 && next > low && next < high)) next = 0.5 * (low + high);
            // Newton's steps square the error, so that after one this short nothing is left of it.
            else if (Math.Abs(next - gamma) <= 1e-9 * gamma) return (gamma = next) > 0;
            gamma = next;
        }
        return false;
    }

    /// <summary>
    /// With t the part of d^(1+γ) that the shared columns leave and b its factor (-β): half of the first and second derivative to
    /// γ of b² t·t, what the sum of squares loses to it.
    /// </summary>
    private (double Factor, double Slope, double Curvature) Slope(double gamma, ReadOnlySpan<double> right, Span<double> work)
    {
        int count = right.Length;
        Span<double> t = work[..count], t1 = work.Slice(count, count), t2 = work.Slice(2 * count, count);
        for (int i = 0; i < count; i++)
        {
            t[i] = _first[i] * Math.Exp(gamma * _logarithms[i]);
            t1[i] = t[i] * _logarithms[i];
            t2[i] = t1[i] * _logarithms[i];
        }
        for (int c = 0; c < _shared.Length; c++)
        {
            var column = _basis.AsSpan(c * count, count);
            double dot = 0, dot1 = 0, dot2 = 0;
            for (int i = 0; i < count; i++)
            {
                dot += column[i] * t[i];
                dot1 += column[i] * t1[i];
                dot2 += column[i] * t2[i];
            }
            for (int i = 0; i < count; i++)
            {
                t[i] -= dot * column[i];
                t1[i] -= dot1 * column[i];
                t2[i] -= dot2 * column[i];
            }
        }
        double tt = 0, tt1 = 0, tt2 = 0, t1t1 = 0, ty = 0, t1y = 0, t2y = 0;
        for (int i = 0; i < count; i++)
        {
            tt += t[i] * t[i];
            tt1 += t[i] * t1[i];
            tt2 += t[i] * t2[i];
            t1t1 += t1[i] * t1[i];
            ty += t[i] * right[i];
            t1y += t1[i] * right[i];
            t2y += t2[i] * right[i];
        }
        double b = ty / tt, first = t1y - b * tt1, change = (first - b * tt1) / tt;
        return (b, b * first, change * first + b * (t2y - b * tt2 - change * tt1 - b * t1t1));
    }

    // What β takes from the sum of squares at each γ of the grid, neighbours side by side.
    private void Explained(ReadOnlySpan<double> right, Span<double> explained)
    {
        var sums = MemoryMarshal.Cast<double, Vector256<double>>(explained);
        sums.Clear();
        for (int i = 0; i < right.Length; i++)
        {
            var row = MemoryMarshal.Cast<double, Vector256<double>>(_directions.AsSpan(i * GridSize, GridSize));
            var value = Vector256.Create(right[i]);
            for (int k = 0; k < row.Length; k++) sums[k] += row[k] * value;
        }
        foreach (ref Vector256<double> sum in sums) sum *= sum;
    }

    // Takes from a vector what the shared columns explain.
    private void Project(Span<double> vector)
    {
        for (int c = 0; c < _shared.Length; c++)
        {
            var column = _basis.AsSpan(c * vector.Length, vector.Length);
            double dot = 0;
            for (int i = 0; i < vector.Length; i++) dot += column[i] * vector[i];
            for (int i = 0; i < vector.Length; i++) vector[i] -= dot * column[i];
        }
    }
}
