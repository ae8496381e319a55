using RewardScaling.Curves;
using RewardScaling.Laws;
using RewardScaling.Runs.Gate;

namespace RewardScaling.Runs;

/// <summary>
/// What stands between somebody's numbers and a law: signs that a run is not what a law is about, each said in a sentence. Only
/// the gate refuses a law; whoever fits asks it first.
/// </summary>
/// <remarks>
/// It reads numbers as they were logged and knows no tool. What it finds is what a careful reader of the log would see; that it
/// finds nothing proves nothing. The signs and their limits stand in docs/runs.md.
/// </remarks>
public sealed class RunGate
{
    private RunGate(IEnumerable<GateFinding> findings) =>
        Findings = [.. findings.OrderByDescending(static finding => finding.Ruling)];

    /// <summary>What was found, the gravest first.</summary>
    public IReadOnlyList<GateFinding> Findings { get; }

    /// <summary>Whether the numbers are not what they were taken for, so that nothing can be said of them.</summary>
    public bool Refuses => Findings.Any(static finding => finding.Ruling == GateRuling.Refusal);

    /// <summary>Whether the KL is a distance along which anything may be drawn or told.</summary>
    public bool HasAxis => !Findings.Any(static finding => finding is { Subject: GateSubject.Kl, Ruling: >= GateRuling.NoLaw });

    /// <summary>The points that are to be left out, from 0.</summary>
    public IReadOnlyList<int> LeftOut => [.. Findings.Where(static finding => finding.Ruling == GateRuling.LeaveOut)
        .SelectMany(static finding => finding.Points)];

    /// <summary>Looks at a run.</summary>
    /// <param name="log">The run.</param>
    public static RunGate Of(RunLog log)
    {
        ArgumentNullException.ThrowIfNull(log);
        return Of(GatedRun.Of(log));
    }

    /// <summary>Looks at scored samples.</summary>
    /// <param name="samples">The samples.</param>
    public static RunGate Of(ScoredSamples samples)
    {
        ArgumentNullException.ThrowIfNull(samples);
        return new(SampleGate.Findings(samples));
    }

    /// <summary>Looks at what a law made of a run that had passed.</summary>
    /// <param name="fit">The fit.</param>
    /// <returns>That its peak lies where no reward was seen, where it does.</returns>
    public static IReadOnlyList<GateFinding> After(LawFit fit)
    {
        ArgumentNullException.ThrowIfNull(fit);
        return [.. FitGate.Findings(fit)];
    }

    /// <summary>Whether a law may be fitted.</summary>
    /// <param name="target">To which reward.</param>
    public bool Allows(RewardTarget target) => !Findings.Any(finding =>
        finding.Ruling >= (target == RewardTarget.Proxy ? GateRuling.NoProxyLaw : GateRuling.NoLaw));

    /// <summary>A curve of the run without the lines that are to be left out.</summary>
    /// <param name="curve">The run's curve, all of its points.</param>
    /// <exception cref="ArgumentException">The curve has fewer points than the gate saw.</exception>
    public RewardCurve Kept(RewardCurve curve)
    {
        ArgumentNullException.ThrowIfNull(curve);
        HashSet<int> leftOut = [.. LeftOut];
        if (leftOut.Count == 0) return curve;
        int last = leftOut.Max();
        if (last >= curve.Points.Count) throw new ArgumentException(FormattableString.Invariant($"The curve has {curve.Points.Count} points and point {last} is to be left out; give the whole run."), nameof(curve));
        return new(curve.Method, curve.Label, [.. curve.Points.Where((_, i) => !leftOut.Contains(i))]);
    }

    /// <summary>Every sentence on a line of its own; "nothing found" without any.</summary>
    public override string ToString() => Findings.Count == 0 ? "nothing found" : string.Join(Environment.NewLine, Findings);

    internal static RunGate Of(GatedRun run) => new([.. RewardGate.Findings(run), .. KlGate.Findings(run),
        .. EntropyGate.Findings(run)]);
}
