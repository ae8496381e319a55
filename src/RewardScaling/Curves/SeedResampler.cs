using RewardScaling.Numerics;

namespace RewardScaling.Curves;

/// <summary>Draws whole runs: curves of the same plan that differ by seed, averaged point by point. The rewards of each draw are
/// moved away from the original a little, as few seeds ask for (Student's t).</summary>
public sealed class SeedResampler : CurveResampler
{
    private readonly RewardCurve[] _runs;

    /// <summary>Runs that differ by seed.</summary>
    /// <param name="runs">At least two curves with as many points; point k of each is averaged, its KL too.</param>
    /// <exception cref="ArgumentException">Fewer than two runs, or different numbers of points.</exception>
    public SeedResampler(IReadOnlyList<RewardCurve> runs)
    {
        ArgumentNullException.ThrowIfNull(runs);
        if (runs.Count < 2) throw new ArgumentException(FormattableString.Invariant($"runs has {runs.Count} curves; drawing seeds again needs at least 2."), nameof(runs));
        for (int r = 0; r < runs.Count; r++) Guard.Length(runs[r].Points.Count, runs[0].Points.Count, $"runs[{r}].Points");
        _runs = [.. runs];
        Original = Mean([.. Enumerable.Range(0, _runs.Length)]) with
        {
            GoldCovariance = OverSeeds(static point => point.Gold),
            ProxyCovariance = OverSeeds(static point => point.Proxy),
        };
    }

    /// <inheritdoc/>
    public override RewardCurve Original { get; }

    /// <inheritdoc/>
    public override string UnitName => "seeds";

    /// <inheritdoc/>
    public override int UnitCount => _runs.Length;

    /// <inheritdoc/>
    public override RewardCurve Draw(RandomStream stream)
    {
        var units = new int[_runs.Length];
        for (int i = 0; i < units.Length; i++) units[i] = stream.Below((ulong)i, units.Length);
        double stretch = Stretch(stream);
        RewardCurve drawn = Mean(units);
        return new(drawn.Method, drawn.Label, [.. drawn.Points.Zip(Original.Points, (point, from) => point with
        {
            Gold = Moved(from.Gold, point.Gold, stretch),
            Proxy = Moved(from.Proxy, point.Proxy, stretch),
        })]);
    }

    private static Estimate Moved(Estimate original, Estimate drawn, double stretch)
    {
        double value = original.Value + stretch * (drawn.Value - original.Value);
        return drawn.HasStandardError ? new(value, drawn.StandardError) : Estimate.WithoutError(value);
    }

    /// <inheritdoc/>
    public override RewardCurve Without(int unit) => Mean([.. Enumerable.Range(0, _runs.Length).Where(r => r != unit)]);

    private RewardCurve Mean(int[] units)
    {
        var points = new RewardPoint[_runs[0].Points.Count];
        for (int k = 0; k < points.Length; k++)
            points[k] = new()
            {
                Kl = Of(k, static point => point.Kl),
                Proxy = Of(k, static point => point.Proxy),
                Gold = Of(k, static point => point.Gold),
                Effort = _runs[0].Points[k].Effort,
            };
        return new(_runs[0].Method, _runs[0].Label, points);

        Estimate Of(int k, Func<RewardPoint, Estimate> part) =>
            Estimate.Mean([.. units.Select(r => part(_runs[r].Points[k]).Value)]);
    }

    private PointCovariance OverSeeds(Func<RewardPoint, Estimate> part) => PointCovariance.OfMeans(
        [.. Enumerable.Range(0, _runs[0].Points.Count)
            .Select(k => Array.ConvertAll(_runs, run => part(run.Points[k]).Value))], "seeds");
}
