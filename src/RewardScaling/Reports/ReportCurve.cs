using RewardScaling.Curves;
using RewardScaling.Laws;
using RewardScaling.Numerics;
using RewardScaling.Studies;

namespace RewardScaling.Reports;

/// <summary>
/// A reward curve, the proxy it was optimised against and, where one was fitted, the law through its gold reward.
/// </summary>
internal sealed record ReportCurve
{
    private MeasuredPeak? _measured;

    /// <summary>The measured points; at least one.</summary>
    public required RewardCurve Curve
    {
        get;
        init => (field, _measured) = (value, null);
    }

    /// <summary>Where gold is highest as measured, without any law.</summary>
    public MeasuredPeak Measured => _measured ??= MeasuredPeak.Of(Curve);

    /// <summary>What the proxy is called, where it was given and neither its size nor its data are known.</summary>
    /// <value>Default null: it is told by size and data.</value>
    public string? ProxyName { get; init; }

    /// <summary>The size of the proxy reward model, in parameters; positive, or 0 where <see cref="ProxyName"/> tells it.</summary>
    public required long ProxyParameters { get; init; }

    /// <summary>How many comparisons the proxy was trained on; positive, or 0 where <see cref="ProxyName"/> tells it.</summary>
    public required long ProxyComparisons { get; init; }

    /// <summary>Which of the proxies of this size and data it is, from 0; at least 0.</summary>
    public required int ProxySeed { get; init; }

    /// <summary>Where it lies on the axes of a study's plan; null for a curve that is of no study.</summary>
    /// <value>Default null.</value>
    public StudyCoordinates? At { get; init; }

    /// <summary>The fitted law as a line, by growing KL.</summary>
    /// <value>Default empty: nothing was fitted.</value>
    public IReadOnlyList<FitPoint> Fit { get; init; } = [];

    /// <summary>Whether the law describes the points: one that does not is drawn as a thin line without a band.</summary>
    /// <value>Default true.</value>
    public bool FitHolds { get; init; } = true;

    /// <summary>Whether it is a mean over seeds: some of its points are marked, and gold has panels of its own sooner.</summary>
    /// <value>Default false.</value>
    public bool IsMean { get; init; }

    /// <summary>A curve of a study, with its law where it has one.</summary>
    public static ReportCurve Of(StudyCurve curve)
    {
        var measured = new ReportCurve
        {
            Curve = curve.Curve,
            ProxyName = curve.Proxy.OwnProxy,
            ProxyParameters = curve.Proxy.Parameters,
            ProxyComparisons = curve.Proxy.Comparisons,
            ProxySeed = curve.Proxy.Seed,
            At = curve.At,
        };
        return curve.HasFit ? measured.WithFit(curve.Fit) : measured;
    }

    /// <summary>The curves of a study.</summary>
    public static IReadOnlyList<ReportCurve> Of(IReadOnlyList<StudyCurve> curves)
    {
        ArgumentNullException.ThrowIfNull(curves);
        return [.. curves.Select(Of)];
    }

    /// <summary>The curve with a law drawn through it, from KL = 0 to the largest KL measured.</summary>
    /// <param name="fit">The fit; its errors become the band, where it has any.</param>
    public ReportCurve WithFit(LawFit fit)
    {
        ArgumentNullException.ThrowIfNull(fit);
        double furthest = Curve.Points.Max(p => p.Distance.Value);
        // Equal steps of d look equal on the square-root axis.
        return this with
        {
            Fit = furthest == 0 ? [] : FitLine.Of(fit, 0, furthest),
            FitHolds = !fit.LackOfFit.IsRejected,
            _measured = ReferenceEquals(fit.Problem.Curve, Curve) && fit.Target == RewardTarget.Gold ? fit.MeasuredPeak
                : _measured,
        };
    }

    /// <summary>Faults a curve no figure can place.</summary>
    /// <exception cref="ArgumentException">One line for every fault.</exception>
    public void Validate()
    {
        var faults = new Faults(nameof(ReportCurve));
        int least = ProxyName is null ? 1 : 0;
        string range = ProxyName is null ? "positive" : "at least 0";
        faults.Require(ProxyName is null or { Length: > 0 }, nameof(ProxyName), "empty", "a name, or null");
        faults.Require(ProxyParameters >= least, nameof(ProxyParameters), ProxyParameters, range);
        faults.Require(ProxyComparisons >= least, nameof(ProxyComparisons), ProxyComparisons, range);
        faults.Require(ProxySeed >= 0, nameof(ProxySeed), ProxySeed, "at least 0");
        for (int i = 1; i < Fit.Count; i++) faults.Require(Fit[i].Kl > Fit[i - 1].Kl, $"Fit[{i}].Kl", Fit[i].Kl.Value, $"larger than the one before, {Fit[i - 1].Kl.Value}");
        faults.ThrowIfAny();
    }

    /// <summary>The curve and its proxy.</summary>
    public override string ToString() => ProxyName is { } name ? $"{Curve}; the proxy {name}" : FormattableString.Invariant(
        $"{Curve}; proxy of {ProxyParameters:N0} parameters, {ProxyComparisons:N0} comparisons, seed {ProxySeed}");
}
