using RewardScaling.Curves;

namespace RewardScaling.Studies.Cells;

/// <summary>Makes the graph of a plan: every grid, cell by cell, what two of them share once.</summary>
internal sealed class GraphBuilder
{
    private readonly IReadOnlyList<OwnProxy> _own;
    private readonly IReadOnlyList<StudyGrid> _grids;
    private readonly int _largest;
    private readonly Dictionary<string, Cell> _cells = new(StringComparer.Ordinal);
    private readonly List<Cell> _order = [];
    private readonly HashSet<(StudyCoordinates, string)> _places = [];
    private readonly List<CurvePlace> _bestOfN = [], _ppo = [];

    private GraphBuilder(StudyPlan plan, IReadOnlyList<OwnProxy> own)
    {
        (_own, _grids) = (own, StudyGrid.Of(plan));
        _largest = _grids.SelectMany(static grid => grid.Comparisons).Max();
    }

    /// <summary>The graph of a plan.</summary>
    /// <param name="plan">The plan, valid.</param>
    /// <param name="runOf">The study of a seed.</param>
    /// <param name="own">Proxies of the caller's.</param>
    public static StudyGraph Build(StudyPlan plan, Func<ulong, StudyRun> runOf, IReadOnlyList<OwnProxy> own)
    {
        var builder = new GraphBuilder(plan, own);
        for (int i = 0; i < builder._grids.Max(static grid => grid.StudySeeds); i++)
        {
            var seed = new Seed(builder, runOf(unchecked(plan.Seed + (ulong)i)));
            foreach (var grid in builder._grids.Where(grid => i < grid.StudySeeds)) seed.Add(grid,
                isMain: ReferenceEquals(grid, builder._grids[0]));
        }
        return new(builder._order, [.. builder._bestOfN, .. builder._ppo]);
    }

    private T Add<T>(T cell) where T : Cell
    {
        if (_cells.TryGetValue(cell.Key, out var known)) return (T)known;
        _cells.Add(cell.Key, cell);
        _order.Add(cell);
        return cell;
    }

    private void Place(List<CurvePlace> curves, CurvePlace place)
    {
        if (_places.Add((place.At, place.Cell.Key))) curves.Add(place);
    }

    // One study seed: what all its grids share.
    private sealed class Seed
    {
        private readonly GraphBuilder _graph;
        private readonly StudyRun _run;
        private readonly PolicyCell _policy;
        private readonly GoldCell _gold;
        private readonly ComparisonsCell _comparisons;

        public Seed(GraphBuilder graph, StudyRun run)
        {
            (_graph, _run) = (graph, run);
            _policy = graph.Add(new PolicyCell(run, run.Plan.Policy));
            _gold = graph.Add(new GoldCell(run, _policy));
            _comparisons = graph.Add(new ComparisonsCell(run, _policy, _gold, graph._largest, round: 1));
        }

        public void Add(StudyGrid grid, bool isMain)
        {
            var singles = (from body in ProxyBody.Of(grid, _run.Plan.Policy)
                           from count in grid.Comparisons
                           from noise in grid.LabelNoise
                           select (body, count, noise)).ToArray();
            var rewarders = new List<RewarderCell>();
            if (grid.SingleProxies)
                foreach (var (body, count, noise) in singles)
                    for (int seed = 0; seed < grid.ProxySeeds; seed++) rewarders.Add(Proxy(body, count, noise, seed));
            foreach (var (body, count, noise) in singles)
            {
                foreach (var choice in grid.Ensembles)
                {
                    rewarders.Add(_graph.Add(new EnsembleCell(_run, choice,
                        [.. Enumerable.Range(0, choice.Members).Select(seed => Proxy(body, count, noise, seed))], _policy)));
                }
            }
            if (isMain) rewarders.AddRange(_graph._own.Select(own => _graph.Add(new OwnProxyCell(_run, own, _policy,
                _comparisons))));
            foreach (var size in grid.Policies)
            {
                var policy = _graph.Add(new PolicyCell(_run, size));
                if (grid.Optimizers.Contains(StudyOptimizer.BestOfN)) AddBestOfN(grid, policy, rewarders);
                if (grid.Optimizers.Contains(StudyOptimizer.Ppo)) AddPpo(grid, policy, rewarders);
            }
        }

        private ProxyCell Proxy(ProxyBody body, int count, double noise, int seed) =>
            _graph.Add(new ProxyCell(_run, new(body, count, noise, seed), _policy, [_comparisons]));

        private void AddBestOfN(StudyGrid grid, PolicyCell policy, IReadOnlyList<RewarderCell> rewarders)
        {
            var pool = _graph.Add(new PoolCell(_run, policy));
            var gold = _graph.Add(new ScoresCell(_run, pool, _gold, "gold"));
            foreach (var rewarder in rewarders)
            {
                IReadOnlyList<RewarderCell> scorers = rewarder is EnsembleCell ensemble ? ensemble.Members : [rewarder];
                var scores = scorers.Select(scorer =>
                    _graph.Add(new ScoresCell(_run, pool, scorer, scorer.Purpose.Replace(' ', '-')))).ToArray();
                foreach (var rule in grid.Selections)
                {
                    var cell = _graph.Add(new BestOfNCell(_run, rewarder, gold, scores, rule));
                    _graph.Place(_graph._bestOfN,
                        new(rewarder.Place with { PolicySize = policy.Size, Selection = rule }, cell, rewarder, policy));
                }
            }
        }

        private void AddPpo(StudyGrid grid, PolicyCell policy, IReadOnlyList<RewarderCell> rewarders)
        {
            foreach (var rewarder in rewarders)
            {
                // Later rounds train proxies anew, so what is not trained has one round.
                var rounds = rewarder is ProxyCell ? grid.Rounds : new();
                foreach (var penalty in grid.KlPenalties)
                    for (int seed = 0; seed < grid.PolicySeeds; seed++) AddRounds(policy, rewarder, penalty, seed, rounds);
            }
        }

        private void AddRounds(PolicyCell policy, RewarderCell first, KlPenalty penalty, int seed, RlhfRounds rounds)
        {
            IPolicyCell start = policy;
            var rewarder = first;
            List<ComparisonsCell> comparisons = [_comparisons];
            for (int round = 1; round <= rounds.Count; round++)
            {
                if (round > 1 && rewarder is ProxyCell before)
                {
                    var fresh = _graph.Add(new ComparisonsCell(_run, start, _gold, before.Place.Comparisons, round));
                    if (!rounds.CarriesComparisons) comparisons.Clear();
                    comparisons.Add(fresh);
                    rewarder = _graph.Add(before.Next(round, [.. comparisons], rounds.CarriesRewardModel));
                }
                var reference = rounds.Reference == RoundReference.First ? policy : start;
                var run = _graph.Add(new PpoCell(_run,
                    new(start, reference, rewarder, penalty, seed, rounds, round, _run.Plan.KeepPolicies), _gold));
                _graph.Place(_graph._ppo, new(rewarder.Place with
                {
                    Method = OptimizationMethod.ReinforcementLearning,
                    PolicySize = policy.Size,
                    Penalty = penalty,
                    PolicySeed = seed,
                    Round = round,
                    Rounds = rounds,
                }, run, rewarder, policy));
                start = run;
            }
        }
    }
}
