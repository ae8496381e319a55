using RewardScaling.Curves;
using RewardScaling.Laws;
using RewardScaling.Numerics;
using RewardScaling.RewardModels;
using RewardScaling.Studies.Cells;

namespace RewardScaling.Studies;

/// <summary>
/// study.json: what other programs read. Names and units are a promise; a change that breaks a reader raises the schema.
/// </summary>
internal sealed record StudyDocument(
    int Schema, string Version, StudyPlan Plan, ulong Seed, string Corpus, string Engine,
    PolicyDocument Policy, GoldDocument Gold, IReadOnlyList<CurveDocument> Curves, IReadOnlyList<FindingDocument> Findings,
    IReadOnlyList<StageTiming> Timings, IReadOnlyList<string>? Warnings, IReadOnlyList<string>? Servers)
{
    public const int CurrentSchema = 1;

    public static StudyDocument Of(StudyResult result) => new(
        CurrentSchema, result.Version, result.Plan, result.Plan.Seed, result.Corpus, result.Engine,
        PolicyDocument.Of(result.Policy), GoldDocument.Of(result.Gold),
        [.. result.Curves.Select(CurveDocument.Of)], FindingDocument.Of(result.Findings),
        result.Timings, result.Warnings is [] ? null : result.Warnings, result.Servers is [] ? null : result.Servers);
}

/// <summary>The losses are left out where the policy was not trained by the study.</summary>
internal sealed record PolicyDocument(
    string Description, long Parameters, IReadOnlyList<TextRollout> Samples, double? InitialHeldOutLoss = null,
    double? InitialHeldOutLossSe = null, double? HeldOutLoss = null, double? HeldOutLossSe = null,
    IReadOnlyList<string>? Warnings = null, string? Server = null, IReadOnlyList<LikeliestAnswer>? Likeliest = null)
{
    public static PolicyDocument Of(PolicySummary policy) => new(
        policy.Description, policy.Parameters, policy.Samples, policy.InitialHeldOutLoss?.Value,
        policy.InitialHeldOutLoss?.StandardError, policy.HeldOutLoss?.Value, policy.HeldOutLoss?.StandardError,
        policy.Warnings is [] ? null : policy.Warnings, policy.Server, policy.Likeliest);

    public PolicySummary ToSummary(NetworkSize? size, ulong seed) => new()
    {
        Size = size,
        StudySeed = seed,
        Warnings = Warnings ?? [],
        Description = Description,
        Parameters = Parameters,
        InitialHeldOutLoss = Known(InitialHeldOutLoss, InitialHeldOutLossSe),
        HeldOutLoss = Known(HeldOutLoss, HeldOutLossSe),
        Samples = Samples,
        Server = Server,
        Likeliest = Likeliest,
    };

    private static Estimate? Known(double? value, double? error) =>
        value is { } number && error is { } deviation ? new Estimate(number, deviation) : null;
}

internal sealed record HeldOutDocument(double HeldOutLoss, double HeldOutLossSe, double Accuracy, double AccuracySe,
    int HeldOutComparisons)
{
    public static HeldOutDocument Of(RewardModelEvaluation heldOut) => new(
        heldOut.Loss.Value, heldOut.Loss.StandardError, heldOut.Accuracy.Value, heldOut.Accuracy.StandardError,
        heldOut.Comparisons);

    public RewardModelEvaluation ToEvaluation() =>
        new(new(HeldOutLoss, HeldOutLossSe), new(Accuracy, AccuracySe), HeldOutComparisons);
}

internal sealed record GoldDocument(
    string Description, long Parameters, double Mean, double StandardDeviation, TasteDocument? Taste = null,
    HeldOutDocument? HeldOut = null, IReadOnlyList<string>? Warnings = null, string? Server = null, RewardProbe? Probe = null)
{
    public static GoldDocument Of(GoldSummary gold) => new(
        gold.Description, gold.Parameters, gold.Mean, gold.StandardDeviation,
        gold.Taste is null ? null : TasteDocument.Of(gold.Taste), gold.HeldOut is null ? null : HeldOutDocument.Of(gold.HeldOut),
        gold.Warnings is [] ? null : gold.Warnings, gold.Server, gold.Probe);

    public GoldSummary ToSummary(ulong seed)
    {
        var scale = Scale(Mean, StandardDeviation);
        return new()
        {
            StudySeed = seed,
            Warnings = Warnings ?? [],
            Description = Description,
            Parameters = Parameters,
            Taste = Taste?.ToScales(),
            Mean = scale.Mean,
            StandardDeviation = scale.StandardDeviation,
            HeldOut = HeldOut?.ToEvaluation(),
            Server = Server,
            Probe = Probe,
        };
    }

    /// <summary>A mean and a deviation that scores can be divided by.</summary>
    /// <exception cref="ArgumentOutOfRangeException">They are not.</exception>
    public static RewardModelNormalization Scale(double mean, double deviation)
    {
        Guard.Finite(mean);
        Guard.Finite(deviation);
        Guard.Positive(deviation);
        return new(mean, deviation);
    }
}

internal sealed record TasteDocument(
    double NetworkMean, double NetworkStandardDeviation, double StyleMean, double StyleStandardDeviation)
{
    public static TasteDocument Of(TasteScales taste) => new(
        taste.Network.Mean, taste.Network.StandardDeviation, taste.Style.Mean, taste.Style.StandardDeviation);

    public TasteScales ToScales() =>
        new(GoldDocument.Scale(NetworkMean, NetworkStandardDeviation), GoldDocument.Scale(StyleMean, StyleStandardDeviation));
}

/// <summary>A proxy; what does not say more than the default is left out, and the size of one of the caller's.</summary>
internal sealed record ProxyDocument(
    long Parameters, int Comparisons, int Seed, double HeldOutLoss, double HeldOutLossSe, double Accuracy, double AccuracySe,
    int HeldOutComparisons, double Mean, int? Width = null, int? Layers = null, int? Heads = null, int? FrozenBlocks = null,
    double? LabelNoise = null, EnsembleChoice? Ensemble = null, string? OwnProxy = null, int? Round = null,
    IReadOnlyList<string>? Warnings = null, string? Server = null, RewardProbe? Probe = null)
{
    public static ProxyDocument Of(ProxySummary proxy) => new(
        proxy.Parameters, proxy.Comparisons, proxy.Seed, proxy.HeldOut.Loss.Value, proxy.HeldOut.Loss.StandardError,
        proxy.HeldOut.Accuracy.Value, proxy.HeldOut.Accuracy.StandardError, proxy.HeldOut.Comparisons, proxy.Mean,
        proxy.Size?.Width, proxy.Size?.Layers, proxy.Size?.Heads, proxy.FrozenBlocks, proxy.LabelNoise == 0 ? null
        : proxy.LabelNoise,
        proxy.Ensemble, proxy.OwnProxy, proxy.Round == 1 ? null : proxy.Round, proxy.Warnings is [] ? null : proxy.Warnings,
        proxy.Server, proxy.Probe);

    public ProxySummary ToSummary(ulong seed) => new()
    {
        Size = Width is { } width && Layers is { } layers && Heads is { } heads ? new(width, layers, heads) : null,
        FrozenBlocks = FrozenBlocks,
        Parameters = Parameters,
        Comparisons = Comparisons,
        Seed = Seed,
        LabelNoise = LabelNoise ?? 0,
        Ensemble = Ensemble,
        OwnProxy = OwnProxy,
        Round = Round ?? 1,
        StudySeed = seed,
        HeldOut = new HeldOutDocument(HeldOutLoss, HeldOutLossSe, Accuracy, AccuracySe, HeldOutComparisons).ToEvaluation(),
        Mean = Mean,
        Server = Server,
        Probe = Probe,
        Warnings = Warnings ?? [],
    };
}

/// <summary>One point: n for best-of-n, step for PPO; the other is left out.</summary>
internal sealed record PointDocument(
    double Kl, double KlSe, double D, double Proxy, double ProxySe, double Gold, double GoldSe, double? N = null,
    double? Step = null)
{
    public static PointDocument Of(RewardPoint point, OptimizationMethod method) => new(
        point.Kl.Value, point.Kl.StandardError, point.Distance.Value, point.Proxy.Value, point.Proxy.StandardError,
        point.Gold.Value, point.Gold.StandardError, method == OptimizationMethod.BestOfN ? point.Effort : null,
        method == OptimizationMethod.BestOfN ? null : point.Effort);

    public RewardPoint ToPoint()
    {
        if ((N is null) == (Step is null)) throw new InvalidDataException("a point must have n or step, and one of them");
        var point = new RewardPoint
        {
            Kl = new(Kl, KlSe),
            Proxy = new(Proxy, ProxySe),
            Gold = new(Gold, GoldSe),
            Effort = (N ?? Step)!.Value,
        };
        return point.Distance.Value == D ? point
            : throw new InvalidDataException(FormattableString.Invariant($"d is {D} where KL is {Kl}, and must be its root"));
    }
}

internal sealed record CurveDocument(
    string Method, ProxyDocument Proxy, StudyCoordinates At, IReadOnlyList<PointDocument> Points, CurveFitDocument Fit,
    string? Stop = null)
{
    public static CurveDocument Of(StudyCurve curve) => new(
        MethodName.Of(curve.Curve.Method), ProxyDocument.Of(curve.Proxy), curve.At,
        [.. curve.Curve.Points.Select(point => PointDocument.Of(point, curve.Curve.Method))], CurveFitDocument.Of(curve),
        curve.Stop?.ToString());
}

/// <summary>
/// A fit; where it has no peak inside the data <see cref="Peak"/> is left out, where the law was not fitted every number, and
/// <see cref="PeakText"/> says why. <see cref="LackOfFitP"/> below 0.01 says that the law does not describe the points, and
/// <see cref="Believe"/> which peak to believe.
/// </summary>
internal sealed record CurveFitDocument(
    string Law, string Formula, double? Alpha, double? Beta, double? AlphaSe, double? BetaSe, CurvePeakDocument? Peak,
    string PeakText, double? LackOfFitP, string? LackOfFitText, MeasuredPeakDocument? MeasuredPeak, string? Believe,
    string? BelieveText, IReadOnlyList<string> Warnings)
{
    public static CurveFitDocument Of(StudyCurve curve)
    {
        (Estimate Alpha, Estimate Beta)? fit = curve.HasFit ? (curve.Fit.Alpha, curve.Fit.Beta) : null;
        return new(curve.Law is BestOfNLaw ? "best-of-n" : "rl", curve.Law.Formula, fit?.Alpha.Value, fit?.Beta.Value,
            Error(fit?.Alpha), Error(fit?.Beta), CurvePeakDocument.Of(curve.Peak), curve.Peak.ToString(),
            curve.HasFit && curve.Fit.LackOfFit is LackOfFit.Tested test ? test.PValue : null,
            curve.HasFit ? curve.Fit.LackOfFit.ToString() : null, curve.HasFit
                ? MeasuredPeakDocument.Of(curve.Fit.MeasuredPeak) : null,
            curve.HasFit ? curve.Fit.PeakComparison.Trust.ToString() : null, curve.HasFit ? curve.Fit.PeakComparison.Words : null,
            curve.HasFit ? curve.Fit.Warnings : []);
    }

    internal static double? Error(Estimate? estimate) =>
        estimate is { HasStandardError: true } known ? known.StandardError : null;
}

internal sealed record CurvePeakDocument(double Kl, double? KlSe, double Gold, double? GoldSe)
{
    public static CurvePeakDocument? Of(LawPeak peak) => peak is LawPeak.InsideData inside
        ? new(inside.Kl.Value, CurveFitDocument.Error(inside.Kl), inside.Reward.Value, CurveFitDocument.Error(inside.Reward))
        : null;
}

/// <summary>Where gold is highest as measured: the point, the KL and gold of all that may be it, and the falls, each from low
/// to high at 95 percent; bounds are left out where nothing is known of them.</summary>
internal sealed record MeasuredPeakDocument(double Kl, double Effort, double Gold, double? KlLow, double? KlHigh, double? GoldLow,
    double? GoldHigh, double? FallLow, double? FallHigh, double? DeepestFallLow, double? DeepestFallHigh, string Text)
{
    public static MeasuredPeakDocument Of(MeasuredPeak peak)
    {
        var bounds = (peak as MeasuredPeak.Known)?.Bounds;
        return new(peak.Highest.Kl.Value, peak.Highest.Effort, peak.Highest.Gold.Value, Finite(bounds?.Kl.Low),
            Finite(bounds?.Kl.High),
            Finite(bounds?.Gold.Low), Finite(bounds?.Gold.High), Finite(bounds?.Fall.Low), Finite(bounds?.Fall.High),
            Finite(bounds?.DeepestFall.Low), Finite(bounds?.DeepestFall.High), peak.ToString());
    }

    private static double? Finite(double? value) => value is { } number && double.IsFinite(number) ? number : null;
}
