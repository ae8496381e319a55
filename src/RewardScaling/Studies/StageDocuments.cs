using RewardScaling.BestOfN;

namespace RewardScaling.Studies;

// What the stages leave in the run folder, each as STAGE.json.

internal sealed record PolicyStageDocument(PolicyDocument Policy, double Seconds);

internal sealed record GoldStageDocument(GoldDocument Gold, double Seconds);

internal sealed record ComparisonStageDocument(int Comparisons, int TiedPairs, double Seconds);

internal sealed record ProxyStageDocument(ProxyDocument Proxy, double Seconds);

/// <summary>The estimates by the proxies' keys, of which points and covariances are made.</summary>
internal sealed record BestOfNStageDocument(IReadOnlyDictionary<string, BestOfNEstimates> Estimates, double Seconds);

internal sealed record PpoStageDocument(IReadOnlyList<PointDocument> Points, string Stop, double Seconds);
