using RewardScaling.BestOfN;
using RewardScaling.Models;
using RewardScaling.RewardModels;
using RewardScaling.Studies.Cells;

namespace RewardScaling.Studies;

/// <summary>
/// A study as it lies in its folder: what it found, and what it made as objects of the library. It owns the networks it loads,
/// and disposes of them when it is disposed of.
/// </summary>
public sealed class OpenedStudy : IDisposable
{
    private readonly StudyFolder _folder;
    private readonly IEngine _engine;
    private readonly IReadOnlyDictionary<StudyCurve, CurvePlace> _places;
    private readonly List<IDisposable> _loaded = [];

    internal OpenedStudy(
        StudyResult result, StudyGraph graph, StudyFolder folder, IEngine engine, IReadOnlyDictionary<StudyCurve,
        CurvePlace> places) =>
        (Result, Graph, _folder, _engine, _places) = (result, graph, folder, engine, places);

    /// <summary>What the study has found so far.</summary>
    public StudyResult Result { get; }

    /// <summary>Its cells.</summary>
    public StudyGraph Graph { get; }

    /// <summary>Loads an initial policy.</summary>
    /// <param name="policy">One of <see cref="StudyResult.Policies"/>; null for the first.</param>
    /// <exception cref="ArgumentException">It is not one of this study's.</exception>
    public ITrainablePolicy LoadPolicy(PolicySummary? policy = null)
    {
        var cell = Find<PolicyCell>(cell => ReferenceEquals(cell.TryRead(_folder), policy ?? Result.Policy), policy
            ?? Result.Policy);
        return Own(cell.Load(cell.Run.On(_engine), _folder));
    }

    /// <summary>Loads the policy that a run of PPO came to.</summary>
    /// <param name="curve">One of <see cref="StudyResult.Curves"/>, of PPO.</param>
    /// <param name="step">After which step; null for the last. Others are there where the plan kept them
    /// (<see cref="StudyPlan.KeepPolicies"/>, <see cref="KeptSteps"/>).</param>
    /// <exception cref="ArgumentException">It is not of this study, not of PPO, or its policy of this step was not
    /// kept.</exception>
    public ITrainablePolicy LoadPolicy(StudyCurve curve, int? step = null)
    {
        var run = RunOf(curve);
        if (step is not { } wanted) return Own(run.Load(run.Run.On(_engine), _folder));
        if (!KeptSteps(curve).Contains(wanted))
        {
            throw new ArgumentException(FormattableString.Invariant(
                $"The policy after step {wanted} was not kept; there are those of {string.Join(", ", KeptSteps(curve))}. StudyPlan.KeepPolicies says which are."), nameof(step));
        }
        return Own(run.Load(run.Run.On(_engine), _folder, wanted));
    }

    /// <summary>After which steps of a run of PPO its policies are there, the last among them.</summary>
    /// <param name="curve">One of <see cref="StudyResult.Curves"/>, of PPO.</param>
    public IReadOnlyList<int> KeptSteps(StudyCurve curve)
    {
        var kept = RunOf(curve).Read(_folder);
        return [.. kept.Kept.Append(kept.Steps).Order()];
    }

    /// <summary>Loads a proxy, recentred on the initial policy.</summary>
    /// <param name="proxy">One of <see cref="StudyResult.Proxies"/>.</param>
    /// <exception cref="ArgumentException">It is not one of this study's.</exception>
    public IRewardModel LoadProxy(ProxySummary proxy)
    {
        var cell = CellOf(proxy);
        return Scorer(cell.Load(cell.Run.On(_engine), _folder));
    }

    /// <summary>Loads gold, on the scale of the initial policy.</summary>
    /// <param name="gold">One of <see cref="StudyResult.Golds"/>; null for the first.</param>
    public IRewardModel LoadGold(GoldSummary? gold = null)
    {
        var cell = Find<GoldCell>(cell => ReferenceEquals(cell.TryRead(_folder), gold ?? Result.Gold), gold ?? Result.Gold);
        return Scorer(cell.Load(cell.Run.On(_engine), _folder));
    }

    /// <summary>Loads the comparisons the proxies were trained on, those to train on in their order and those held out.</summary>
    /// <exception cref="InvalidOperationException">They are still to be made.</exception>
    public ComparisonSet LoadComparisons() => Graph.Nodes.OfType<ComparisonsCell>().First().Read(_folder).Set;

    /// <summary>Loads the pool of best-of-n: every rollout of the initial policy.</summary>
    /// <param name="policy">One of <see cref="StudyResult.Policies"/>; null for the first.</param>
    /// <exception cref="InvalidOperationException">It is still to be made, or the plan has no best-of-n.</exception>
    public RolloutPool LoadPool(PolicySummary? policy = null) => PoolOf(policy).Load(_folder);

    /// <summary>Loads gold's scores of the pool, one for each rollout.</summary>
    /// <param name="policy">Whose pool; null for that of the first policy.</param>
    /// <exception cref="InvalidOperationException">They are still to be made.</exception>
    public IReadOnlyList<double> LoadGoldScores(PolicySummary? policy = null)
    {
        var pool = PoolOf(policy);
        return Graph.Nodes.OfType<ScoresCell>().First(scores => scores.Pool == pool && scores.Parents.OfType<GoldCell>().Any())
            .Load(_folder);
    }

    /// <summary>Loads the proxy's scores of the pool, one for each rollout.</summary>
    /// <param name="curve">A curve of best-of-n.</param>
    /// <exception cref="ArgumentException">It is not of this study, or not of best-of-n.</exception>
    public IReadOnlyList<double> LoadProxyScores(StudyCurve curve) => PlaceOf(curve).Cell is BestOfNCell cell
        ? cell.Scores(_folder)
        : throw new ArgumentException($"{curve.Curve.Label} is not a curve of best-of-n.", nameof(curve));

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var network in _loaded) network.Dispose();
        _loaded.Clear();
        _folder.Dispose();
    }

    /// <summary>What it found.</summary>
    public override string ToString() => Result.ToString();

    private PoolCell PoolOf(PolicySummary? policy)
    {
        policy ??= Result.Policy;
        return Graph.Nodes.OfType<PoolCell>().FirstOrDefault(pool =>
            pool.Parents.OfType<PolicyCell>().Any(cell => ReferenceEquals(cell.TryRead(_folder), policy)))
            ?? throw new InvalidOperationException($"The plan has no best-of-n of {policy}, and so no pool.");
    }

    private RewarderCell CellOf(ProxySummary proxy)
    {
        ArgumentNullException.ThrowIfNull(proxy);
        return Find<RewarderCell>(cell => ReferenceEquals(cell.TryRead(_folder), proxy), proxy.Label);
    }

    private CurvePlace PlaceOf(StudyCurve curve)
    {
        ArgumentNullException.ThrowIfNull(curve);
        return _places.GetValueOrDefault(curve)
            ?? throw new ArgumentException($"{curve.Curve.Label} is not a curve of this study as it was opened; take one of Result.Curves.", nameof(curve));
    }

    private PpoCell RunOf(StudyCurve curve) => PlaceOf(curve).Cell as PpoCell
        ?? throw new ArgumentException($"{curve.Curve.Label} is not a curve of PPO.", nameof(curve));

    private T Find<T>(Func<T, bool> matches, object what) where T : Cell => Graph.Nodes.OfType<T>().FirstOrDefault(matches)
        ?? throw new ArgumentException($"{what} is not of this study as it was opened; take it from Result.");

    private T Own<T>(T network) where T : IDisposable
    {
        _loaded.Add(network);
        return network;
    }

    private IRewardModel Scorer(LoadedScorer loaded)
    {
        _loaded.Add(loaded);
        return loaded.Scorer;
    }
}
