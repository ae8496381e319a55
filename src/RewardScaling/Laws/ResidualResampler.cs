using RewardScaling.Curves;
using RewardScaling.Numerics;

namespace RewardScaling.Laws;

/// <summary>Draws residuals of a fit: for points with independent errors, when the law is believed.</summary>
/// <remarks>
/// Residuals are divided by their scale and by sqrt(1 - leverage), because fitting has shrunk them, centred, and stretched until
/// their mean square is the noise of the fit. Every draw stretches all of them by one factor more, sqrt(ν / χ²) with the ν
/// degrees of freedom of the fit: how large the noise is was estimated from few points too, and without it percentile intervals
/// at 6 points hold the truth 87 times in 100. Only the fitted points and the fitted reward are in the curves drawn.
/// </remarks>
public sealed class ResidualResampler : CurveResampler
{
    private readonly LawFit _fit;
    private readonly double[] _residuals, _fitted;

    /// <summary>The residuals of a fit.</summary>
    /// <param name="fit">A fit with degrees of freedom left.</param>
    /// <exception cref="ArgumentException">As many coefficients as points, or one curve of a joint fit.</exception>
    public ResidualResampler(LawFit fit)
    {
        ArgumentNullException.ThrowIfNull(fit);
        if (fit.DegreesOfFreedom <= 0) throw new ArgumentException("The fit has as many coefficients as points: its residuals are no noise.", nameof(fit));
        if (fit.IsPartOfJointFit) throw new ArgumentException("The fit is one curve of a joint fit, whose residuals belong together; fit the curve by itself.", nameof(fit));
        _fit = fit;
        var problem = fit.Problem;
        int count = problem.PointCount;
        (_residuals, _fitted) = (new double[count], new double[count]);
        for (int i = 0; i < count; i++)
        {
            _fitted[i] = fit.Evaluate(new(problem.Distances[i]));
            _residuals[i] = (problem.Rewards[i] - _fitted[i]) / problem.Scales[i];
        }
        double[] leverage = LawResiduals.Leverage(fit);
        for (int i = 0; i < count; i++) _residuals[i] /= Math.Sqrt(Math.Max(1e-6, 1 - leverage[i]));
        double mean = _residuals.Average(), squares = _residuals.Sum(value => (value - mean) * (value - mean)),
            stretch = squares > 0 ? fit.ResidualStandardDeviation * Math.Sqrt(count / squares) : 0;
        for (int i = 0; i < count; i++) _residuals[i] = (_residuals[i] - mean) * stretch;
        Original = Curve(problem.Rewards, -1);
    }

    /// <inheritdoc/>
    public override RewardCurve Original { get; }

    /// <inheritdoc/>
    public override string UnitName => "residuals";

    /// <inheritdoc/>
    public override int UnitCount => _residuals.Length;

    /// <inheritdoc/>
    public override RewardCurve Draw(RandomStream stream) => Curve(DrawRewards(stream, gold: true), -1);

    /// <inheritdoc/>
    public override RewardCurve Without(int unit)
    {
        Guard.InRange(unit, 0, UnitCount - 1);
        return Curve(_fit.Problem.Rewards, unit);
    }

    /// <inheritdoc/>
    internal override double[] DrawRewards(RandomStream stream, bool gold)
    {
        var rewards = new double[_residuals.Length];
        double stretch = 1 / Math.Sqrt(ChiSquaredDraw.Share(_fit.DegreesOfFreedom, stream.Fork("noise")));
        for (int i = 0; i < rewards.Length; i++)
            rewards[i] = _fitted[i] + _fit.Problem.Scales[i] * stretch * _residuals[stream.Below((ulong)i, rewards.Length)];
        return rewards;
    }

    /// <summary>The same options with the offset as in the fit whose residuals these are.</summary>
    internal LawFitOptions WithOffset(LawFitOptions options) => options.Ranges.ContainsKey(LawFitOptions.Offset) ? options
        : options with { Ranges = options.Ranges.SetItem(LawFitOptions.Offset, _fit.Problem.Ranges[^1]) };

    private RewardCurve Curve(double[] rewards, int without)
    {
        var points = new List<RewardPoint>(rewards.Length);
        for (int i = 0; i < rewards.Length; i++)
        {
            if (i == without) continue;
            double d = _fit.Problem.Distances[i], scale = _fit.Problem.Scales[i];
            var reward = _fit.Weighting is LawWeighting.Equal or LawWeighting.SharedSamples ? Estimate.WithoutError(rewards[i])
                : new(rewards[i], scale);
            points.Add(new() { Kl = Estimate.Exact(d * d), Gold = reward, Proxy = reward, Effort = i });
        }
        return new(OptimizationMethod.ReinforcementLearning, _fit.Label, points);
    }
}
