using RewardScaling.Curves;
using RewardScaling.Numerics;

namespace RewardScaling.Laws;

/// <summary>Fits one law to curves drawn again, doing once what is the same for all of them.</summary>
/// <remarks>
/// The weights of the points are those of the original (<see cref="LawBootstrap"/> says why). Where only the rewards are drawn,
/// the points and ranges are too. A linear law's design then is as well, and its coefficients are weighted sums of the rewards:
/// the factors come from one QR decomposition. The power law's are searched over γ alone. Any other nonlinear search starts from
/// the coefficients of the original curve, as is usual, and from every start of the law's when that does not converge.
/// </remarks>
internal sealed class LawRefits
{
    private readonly OveroptimizationLaw _law;
    private readonly CurveResampler _resampler;
    private readonly LawFitOptions _options;
    private readonly LawFitProblem _template;
    private readonly PowerRefits? _power;
    private readonly double[] _near, _weights, _held, _fixed;
    private readonly int[] _free;
    private readonly ParameterState[] _states;

    public LawRefits(OveroptimizationLaw law, CurveResampler resampler, LawFitOptions options)
    {
        var original = law.Fit(resampler.Original, options);
        // Whether the offset is free was decided by the original curve, for all draws.
        (_law, _resampler, _options) = (law, resampler, original.Problem.Options);
        (_near, _held, _fixed, _free, _weights, _states) = (original.Values.ToArray(), [], [], [], [], []);
        _template = original.Problem;
        if (!law.IsLinear)
        {
            _power = PowerRefits.Of(_template);
            return;
        }
        _free = LawFitSolver.FreeOf(_template);
        _held = new double[_near.Length];
        for (int j = 0; j < _held.Length; j++)
            if (_template.Ranges[j].IsPoint) _held[j] = _template.Ranges[j].Min;
        _states = Array.ConvertAll(_template.Ranges, static range => range.IsPoint ? ParameterState.Fixed
            : ParameterState.Estimated);
        // What fixed coefficients and a fixed offset give at each point.
        _fixed = Array.ConvertAll(_template.Distances, d => _template.Evaluate(d, _held));
        _weights = LawFitSolver.LinearWeights(_template, _free);
    }

    /// <summary>The fit of one draw.</summary>
    /// <exception cref="LawFitException">The search did not converge from any start.</exception>
    public LawFit Draw(RandomStream stream)
    {
        if (Drawn(stream) is not { } problem) return Of(_resampler.Draw(stream));
        double[] rewards = problem.Rewards;
        if (_power is not null && new double[_near.Length] is var found && _power.TrySolve(rewards, found)
            && LawFitSolver.Allowed(problem, found)) return new(problem, found, LawFitSolver.StatesOf(problem, found));
        if (_weights.Length == 0) return LawFitSolver.Solve(problem, _near);
        double[] values = (double[])_held.Clone();
        int count = rewards.Length;
        for (int c = 0; c < _free.Length; c++)
        {
            double sum = 0;
            for (int i = 0; i < count; i++) sum += _weights[c * count + i] * (rewards[i] - _fixed[i]);
            values[_free[c]] = sum;
        }
        return LawFitSolver.Allowed(problem, values) ? new(problem, values, _states) : LawFitSolver.Solve(problem);
    }

    /// <summary>A fit with the coefficients of a draw and the points of the original: what reads coefficients only.</summary>
    public LawFit WithCoefficients(double[] values, ParameterState[] states) => new(_template, values, states);

    /// <summary>The fit of a draw whose coefficients are known already; its points are drawn again.</summary>
    public LawFit Again(RandomStream stream, double[] values, ParameterState[] states) =>
        new(Drawn(stream) ?? LawFitProblem.From(_law, Weighted(_resampler.Draw(stream)), _options), values, states);

    /// <summary>The fit of a curve drawn again, or of the original without one unit.</summary>
    /// <exception cref="LawFitException">The search did not converge from any start.</exception>
    public LawFit Of(RewardCurve curve) => _law.Fit(Weighted(curve), _options);

    // The problem of a draw in which only the rewards are drawn; null where its KL are too.
    private LawFitProblem? Drawn(RandomStream stream)
    {
        if (_resampler.DrawRewards(stream, _options.Target == RewardTarget.Gold) is not { } all) return null;
        if (all.Length == _template.PointCount) return _template.WithRewards(all);
        var rewards = new double[_template.PointCount];
        for (int i = 0; i < rewards.Length; i++) rewards[i] = all[_template.CurveIndices[i]];
        return _template.WithRewards(rewards);
    }

    private RewardCurve Weighted(RewardCurve curve) =>
        _options.Weighting == LawWeighting.Equal ? curve : WithErrorsOfOriginal(curve);

    // A curve of fewer points is one without a residual, which carries the errors of the others itself.
    private RewardCurve WithErrorsOfOriginal(RewardCurve curve)
    {
        var original = _resampler.Original.Points;
        if (curve.Points.Count != original.Count) return curve;
        return new(curve.Method, curve.Label, [.. curve.Points.Zip(original, (point, from) => _options.Target == RewardTarget.Gold
            ? point with { Gold = WithErrorOf(from.Gold, point.Gold) }
            : point with { Proxy = WithErrorOf(from.Proxy, point.Proxy) })]);
    }

    // Only a point that no fit counts, at KL = 0, may lack an error.
    private static Estimate WithErrorOf(Estimate original, Estimate drawn) =>
        original.HasStandardError ? new(drawn.Value, original.StandardError) : drawn;
}
