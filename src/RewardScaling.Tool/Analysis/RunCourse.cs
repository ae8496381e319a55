using RewardScaling.Curves;
using RewardScaling.Runs;

namespace RewardScaling.Tool.Analysis;

/// <summary>A run as it went, and where each of its points stands in the log.</summary>
internal sealed class RunCourse
{
    /// <summary>The most points that are drawn and fitted; the search of the highest takes no more.</summary>
    public const int MostPoints = 2000;

    private readonly RewardCurve _whole;

    /// <summary>A run.</summary>
    /// <param name="log">What was read.</param>
    /// <param name="gate">What the gate found.</param>
    public RunCourse(RunLog log, RunGate gate)
    {
        (Log, HasAxis) = (log.Averaged(MostPoints, gate.LeftOut), gate.HasAxis);
        _whole = Log.ToCurve(conversion: KlConversion.ByMeanLength);
        Curve = ReferenceEquals(Log, log) ? gate.Kept(_whole) : _whole;
        double[] leftOut = [.. _whole.Points.Except(Curve.Points).Select(static point => point.Kl.Value)];
        var all = Log.ToPartialCurve(conversion: KlConversion.ByMeanLength);
        All = new(all.Method, all.Label, [.. all.Points.Where(point => !leftOut.Contains(point.Kl.Value))]);
        var golds = new RewardCurve(all.Method, all.Label, [.. All.Points.Where(static point => point.HasGold)]);
        WithErrors = ScatterErrors.Of(golds);
        ErrorsAreScatter = !ReferenceEquals(WithErrors, golds);
        Gold = MeasuredPeak.Of(WithErrors);
        IsShare = Shares.Are(log.Columns.Gold, golds.Points.Select(static point => point.Gold.Value));
    }

    public RunLog Log { get; }

    /// <summary>The points with KL, proxy and gold, without those left out.</summary>
    public RewardCurve Curve { get; }

    /// <summary>These and the points that lack one of the scores.</summary>
    public RewardCurve All { get; }

    public bool HasAxis { get; }

    /// <summary>The points with gold, with errors from the scatter of its points, where it came without.</summary>
    public RewardCurve WithErrors { get; }

    public bool ErrorsAreScatter { get; }

    /// <summary>Where gold was highest.</summary>
    public MeasuredPeak Gold { get; }

    /// <summary>Whether gold is said to be an accuracy or a win rate; a number within [0, 1] alone is none.</summary>
    public bool IsShare { get; }

    /// <summary>"accuracy", "win rate" or "gold".</summary>
    public string Name => !IsShare ? "gold" : Log.Columns.Gold.Contains("win", StringComparison.OrdinalIgnoreCase) ? "win rate" : "accuracy";

    /// <summary>A point by where it stands: "0.4 nats, step 2".</summary>
    public string At(RewardPoint point) => HasAxis ? FormattableString.Invariant($"{point.Kl.Value:G3} nats, {Place(point)}") : Place(point);

    /// <summary>The answers behind gold at a point; 0 where nothing tells.</summary>
    public double Answers(RewardPoint point) => Index(point) is { } i ? Log.AnswersPerPoint[i] : 0;

    /// <summary>The KL of a point as it was logged.</summary>
    public double LoggedKl(RewardPoint point) => Index(point) is { } i ? Log.LoggedKl[i] : point.Kl.Value;

    /// <summary>Where a point stands in the log.</summary>
    public string Place(RewardPoint point) => Log.Method == OptimizationMethod.BestOfN ? FormattableString.Invariant($"n = {point.Effort}")
        : Index(point) is { } i ? Log.PlaceOf(i)
        : Log.Columns.Step.Length > 0 ? FormattableString.Invariant($"step {point.Effort}") : FormattableString.Invariant($"line {Log.Table.LineOf((int)point.Effort - 1)} of the log");

    // Points that lack a score are not among those of the log.
    private int? Index(RewardPoint point)
    {
        for (int i = 0; i < _whole.Points.Count; i++)
            if (_whole.Points[i].Effort == point.Effort && _whole.Points[i].Kl == point.Kl) return i;
        return null;
    }
}
