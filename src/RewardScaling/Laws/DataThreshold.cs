using RewardScaling.Numerics;

namespace RewardScaling.Laws;

/// <summary>
/// How many comparisons a reward model needs before it knows anything: Gao et al. 2022 (arXiv:2210.10760, section 3.3) find its
/// held-out loss near chance, ln 2, below "about 2,000".
/// </summary>
/// <remarks>
/// <para>
/// <b>Told from chance.</b> Counts are tested from the largest down, each one-sided at level 1 - confidence, until one cannot be
/// told from chance; those below it are not tested. Testing in that order keeps the probability of calling any chance model
/// better than chance at that level, however many counts there are, without a correction.
/// </para>
/// <para>
/// <b>Change point.</b> loss(n) = ln 2 up to c, and ln 2 - s ln(n / c) with s ≥ 0 beyond: flat, then declining in log count.
/// Weighted least squares over s and c; the interval holds every c whose best line is not rejected against the best of all
/// (χ² with one degree of freedom, its smallest hull). When the points lie farther from the broken line than their errors say,
/// χ² is divided by what they do (F instead of χ²). Without a decline there is no change point: that test takes the best of all
/// c, and its p-value is Hotelling's and Naiman's bound for the largest of correlated normals, the length of the curve of
/// directions on the sphere, so that choosing c costs no false alarms.
/// </para>
/// <para>The errors are believed. Losses should be of models that were stopped before they overfit: chance is the level they
/// start from, and a loss above it is not knowledge (<see cref="IsAboveChance"/>).</para>
/// </remarks>
public sealed class DataThreshold
{
    private DataThreshold(double level, double atChance, double known, bool above, BrokenLine line)
    {
        (Level, LargestAtChance, SmallestKnown, IsAboveChance) = (level, atChance, known, above);
        (ChangePoint, Slope, Interval, NoDeclinePValue) = (line.Change, line.Slope, line.Interval(level), line.NoDeclinePValue);
        Misfit = line.Misfit;
    }

    /// <summary>Chance: the loss of a reward model that knows nothing, ln 2 nats.</summary>
    public static double Chance { get; } = Math.Log(2);

    /// <summary>The confidence of the interval; the tests have false alarms in 1 less it.</summary>
    public double Level { get; }

    /// <summary>The largest count whose reward model cannot be told from chance; 0 when all can.</summary>
    public double LargestAtChance { get; }

    /// <summary>The smallest count that is known to beat chance with every larger one; +∞ when the largest does not.</summary>
    public double SmallestKnown { get; }

    /// <summary>Whether a loss is above chance by more than its error allows, as of a model that has overfitted.</summary>
    public bool IsAboveChance { get; }

    /// <summary>The best change point, in comparisons; +∞ when no line declines.</summary>
    public double ChangePoint { get; }

    /// <summary>Nats of loss lost for each factor e of comparisons beyond the change point; at least 0.</summary>
    public double Slope { get; }

    /// <summary>The interval of the change point; from 0 when a decline from before the first count is not excluded, to +∞ when
    /// it is not excluded that the loss never declines.</summary>
    public ConfidenceInterval Interval { get; }

    /// <summary>The probability of a decline as clear as this, at the best of all change points, when there is none.</summary>
    public double NoDeclinePValue { get; }

    /// <summary>χ² of the best broken line over its degrees of freedom: about 1 when the errors explain the rest.</summary>
    public double Misfit { get; }

    /// <summary>Looks for the threshold.</summary>
    /// <param name="points">At least four different counts; several losses at one count are averaged by their errors.</param>
    /// <param name="level">The confidence, in (0.5, 1).</param>
    /// <exception cref="ArgumentException">Fewer than four different counts, or a level outside its range.</exception>
    public static DataThreshold Of(IReadOnlyList<LossPoint> points, double level = 0.95)
    {
        ArgumentNullException.ThrowIfNull(points);
        if (!(level > 0.5 && level < 1)) throw new ArgumentOutOfRangeException(nameof(level), level,
            FormattableString.Invariant($"level = {level} must be in (0.5, 1)."));
        var counts = points.GroupBy(static point => point.Comparisons).OrderBy(static group => group.Key).Select(static group =>
        {
            double weight = group.Sum(static point => 1 / (point.Loss.StandardError * point.Loss.StandardError));
            double mean = group.Sum(static point => point.Loss.Value / (point.Loss.StandardError
                * point.Loss.StandardError)) / weight;
            return (Count: group.Key, Loss: mean, Error: 1 / Math.Sqrt(weight));
        }).ToArray();
        if (counts.Length < 4) throw new ArgumentException(FormattableString.Invariant($"points has {counts.Length} different counts; a flat part and a decline need at least 4."), nameof(points));
        double quantile = MathNet.Numerics.Distributions.Normal.InvCDF(0, 1, level);
        double atChance = 0, known = double.PositiveInfinity;
        foreach (var (count, loss, error) in counts.Reverse())
        {
            if (Chance - loss <= quantile * error)
            {
                atChance = count;
                break;
            }
            known = count;
        }
        // Any of so many may be high by chance: Bonferroni.
        double high = MathNet.Numerics.Distributions.Normal.InvCDF(0, 1, 1 - (1 - level) / counts.Length);
        var line = new BrokenLine([.. counts.Select(static one => Math.Log(one.Count))],
            [.. counts.Select(static one => (Chance - one.Loss) / one.Error)], [.. counts.Select(static one => 1 / one.Error)]);
        return new(level, atChance, known, counts.Any(one => one.Loss - Chance > high * one.Error), line);
    }

    /// <summary>The threshold in words.</summary>
    public override string ToString()
    {
        string chance = LargestAtChance == 0 ? FormattableString.Invariant($"Every reward model beats chance, from {SmallestKnown:G6} comparisons on")
            : double.IsInfinity(SmallestKnown) ? FormattableString.Invariant($"Up to {LargestAtChance:G6} comparisons, the most that were tried, the reward model cannot be told from chance (ln 2)")
            : FormattableString.Invariant($"At {LargestAtChance:G6} comparisons the reward model cannot be told from chance (ln 2); from {SmallestKnown:G6} on it can");
        string percent = FormattableString.Invariant($"{100 * Level:G3} percent");
        string change = double.IsInfinity(ChangePoint) ? "; the loss does not decline"
            : FormattableString.Invariant($"; the loss begins to decline at {ChangePoint:G3} comparisons, {percent} interval {Words()}");
        string misfit = Misfit > 3 ? FormattableString.Invariant($" The broken line does not fit (χ² over degrees of freedom {Misfit:G2}): take the change point as rough.") : "";
        return $"{chance}{change}.{misfit}{(IsAboveChance ? " A loss is above chance: that reward model has overfitted, stop its training earlier." : "")}";
    }

    private string Words() => (Interval.Low > 0, double.IsFinite(Interval.High)) switch
    {
        (true, true) => FormattableString.Invariant($"{Interval.Low:G3} to {Interval.High:G3}"),
        (true, false) => FormattableString.Invariant($"{Interval.Low:G3} or more (unbounded: it may never decline)"),
        (false, true) => FormattableString.Invariant($"{Interval.High:G3} or less (unbounded: it may decline from before the first count)"),
        _ => "unbounded",
    };
}
