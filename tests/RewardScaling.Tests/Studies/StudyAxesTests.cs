using RewardScaling.BestOfN;
using RewardScaling.Cpu;
using RewardScaling.Curves;
using RewardScaling.Divergence;
using RewardScaling.Ppo;
using RewardScaling.RewardModels;
using RewardScaling.Studies;
using RewardScaling.Studies.Cells;

namespace RewardScaling.Tests.Studies;

/// <summary>One small study with something on every axis.</summary>
public sealed class StudyAxesTests(StudyAxesTests.Everything everything) : IClassFixture<StudyAxesTests.Everything>
{
    private static readonly NetworkSize s_size = new(4, 1, 1), s_other = new(24, 1, 2);

    private static readonly EnsembleChoice s_worst = new(EnsembleKind.WorstCase, 2), s_uncertain = new(EnsembleKind.UncertaintyWeighted, 2, 0.5);

    private static readonly RlhfRounds s_first = new() { Count = 2, CarriesComparisons = true, CarriesRewardModel = true },
        s_previous = new() { Count = 2, Reference = RoundReference.Previous };

    private static readonly StudyPlan s_plan = TinyStudy.Plan with
    {
        ProxySizes = [s_size],
        Comparisons = [40],
        Ppo = TinyStudy.Plan.Ppo with { KlBudget = new KlNats(0.2), MaximumSteps = 8 },
        Experiments =
        [
            new() { Name = "policy size", Policies = [s_other] },
            new() { Name = "wrong labels", LabelNoise = [0.5], Optimizers = [StudyOptimizer.BestOfN] },
            new() { Name = "ensembles", Ensembles = [s_worst, s_uncertain], SingleProxies = false },
            new() { Name = "penalty", KlPenalties = [new(0.5), new(0.5, KlPlacement.Loss)], Optimizers = [StudyOptimizer.Ppo] },
            new() { Name = "seeds", PolicySeeds = 2, Optimizers = [StudyOptimizer.Ppo] },
            new() { Name = "iterated", Rounds = s_first, Optimizers = [StudyOptimizer.Ppo] },
            new() { Name = "iterated anew", Rounds = s_previous, Optimizers = [StudyOptimizer.Ppo] },
        ],
    };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private StudyCurve Curve(OptimizationMethod method, Func<StudyCoordinates, bool> where) =>
        Assert.Single(everything.Opened.Result.Curves, curve => curve.At.Method == method && where(curve.At));

    private static bool IsPlain(StudyCoordinates at) => at is { LabelNoise: 0, Ensemble: null, OwnProxy: null, PolicySeed: 0, Rounds.Count: 1, Penalty.Coefficient: 0 }
        && at.PolicySize == TinyStudy.Plan.Policy;

    // The main grid has one proxy: best-of-n 1 + own 1 + other policy 1 + noise 1 + ensembles 2; PPO 1 + 1 + 1 + 2 + 2 penalties
    // + 1 seed + 2 rounds twice.
    [Fact]
    public void Every_axis_has_its_curves_and_what_grids_share_is_there_once()
    {
        var result = everything.Opened.Result;
        Assert.True(result.IsComplete);
        Assert.Equal(6, result.Curves.Count(static curve => curve.At.Method == OptimizationMethod.BestOfN));
        Assert.Equal(12, result.Curves.Count(static curve => curve.At.Method == OptimizationMethod.ReinforcementLearning));
        Assert.Equal(result.Curves.Count, result.Curves.Select(static curve => curve.At).Distinct().Count());
        Assert.Equal(2, result.Policies.Count);
        Assert.Equal(result.Policies[1].Parameters, Curve(OptimizationMethod.BestOfN, static at => at.PolicySize == s_other).At.PolicyParameters);
        Assert.Equal(7, result.Proxies.Count);
        Assert.Equal("own", result.Proxies.Single(static proxy => proxy.OwnProxy is not null).Label);
    }

    [Fact]
    public async Task A_finished_study_opens_and_its_pool_is_scored_by_a_new_ensemble()
    {
        using var study = StudyResult.Open(everything.WithoutOwn, new CpuEngine(1));
        var members = study.Result.Proxies.Where(static proxy => proxy.Ensemble is null).Select(study.LoadProxy);
        var ensemble = EnsembleRewardModel.Mean([.. members]);
        var pool = study.LoadPool();
        double[] scores = await ensemble.ScoreAsync(pool.Rollouts, Token);
        RewardCurve curve = BestOfNCurve.From(pool.Scored(scores, [.. study.LoadGoldScores()]), n: [1, 2, 3, 16]);
        Assert.Equal(4, curve.Points.Count);
        Assert.Equal(study.Result.Curves[0].Curve.Points[^1].Gold.Value > -10, curve.Points[^1].Gold.Value > -10);
    }

    // Kept scores, loaded models and curves say the same thing.
    [Fact]
    public async Task What_is_opened_is_what_was_made()
    {
        var study = everything.Opened;
        var pool = study.LoadPool();
        double[] gold = await study.LoadGold().ScoreAsync(pool.Rollouts, Token);
        Assert.Equal(gold, study.LoadGoldScores());
        foreach (var curve in study.Result.Curves.Where(static curve => curve.At.Method == OptimizationMethod.BestOfN && curve.At.PolicySize == TinyStudy.Plan.Policy))
        {
            double[] scores = await study.LoadProxy(curve.Proxy).ScoreAsync(pool.Rollouts, Token);
            double[] kept = [.. study.LoadProxyScores(curve)];
            Assert.All(scores.Zip(kept), static pair => Assert.Equal(pair.First, pair.Second, 1e-12));
            Assert.Equal(curve.Curve.Points, BestOfNCurve.From(pool.Scored(kept, gold), s_plan.BestOfN).Points);
        }
        Assert.Equal(40, study.LoadComparisons().WithTraining(40).Training.Count);
    }

    // Half of the labels wrong teach nothing: held-out comparisons keep theirs.
    [Fact]
    public void Wrong_labels_make_a_proxy_that_knows_less()
    {
        var noisy = everything.Opened.Result.Proxies.Single(static proxy => proxy.LabelNoise == 0.5);
        var plain = everything.Opened.Result.Proxies[0];
        Assert.Equal(plain.HeldOut.Comparisons, noisy.HeldOut.Comparisons);
        Assert.NotEqual(plain.HeldOut.Loss, noisy.HeldOut.Loss);
        Assert.Contains("50 % wrong labels", noisy.Label, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_policy_is_scored_on_the_scale_of_the_first()
    {
        var own = Curve(OptimizationMethod.ReinforcementLearning, IsPlain);
        var other = Curve(OptimizationMethod.ReinforcementLearning, static at => at.PolicySize == s_other);
        Assert.Equal(own.Proxy, other.Proxy);
        Assert.Equal(0, other.Curve.Points[0].Kl.Value);
        Assert.NotEqual(own.Curve.Points[0].Gold, other.Curve.Points[0].Gold);
    }

    // Both placements and no penalty begin at the same policy, see the same prompts and part ways.
    [Fact]
    public void Penalties_give_runs_of_their_own()
    {
        var none = Curve(OptimizationMethod.ReinforcementLearning, IsPlain).Curve.Points;
        var reward = Curve(OptimizationMethod.ReinforcementLearning, static at => at.Penalty == new KlPenalty(0.5)).Curve.Points;
        var loss = Curve(OptimizationMethod.ReinforcementLearning, static at => at.Penalty == new KlPenalty(0.5, KlPlacement.Loss)).Curve.Points;
        Assert.Equal(none[0], reward[0]);
        Assert.Equal(none[0], loss[0]);
        Assert.NotEqual(none[^1], reward[^1]);
        Assert.NotEqual(reward[^1], loss[^1]);
        var seed = Curve(OptimizationMethod.ReinforcementLearning, static at => at.PolicySeed == 1).Curve.Points;
        Assert.NotEqual(none[0], seed[0]);
    }

    // Of a budget of 0.2 nats two rounds have half the way d each: 0.05 nats from the first policy, then 0.2.
    [Fact]
    public void The_second_round_goes_on_where_the_first_ended()
    {
        StudyCurve Round(RlhfRounds rounds, int round) => Curve(OptimizationMethod.ReinforcementLearning, at => at.Rounds == rounds && at.Round == round);
        var (one, two) = (Round(s_first, 1).Curve.Points, Round(s_first, 2).Curve.Points);
        // The same policy, measured on other rollouts: three combined errors of the KL, once for this seed.
        Assert.True(two[0].Kl.Value > 0);
        Assert.InRange(two[0].Kl.Value, 0.3 * one[^1].Kl.Value, 3 * one[^1].Kl.Value);
        Assert.Equal(0, Round(s_previous, 2).Curve.Points[0].Kl.Value);
        Assert.Equal(2, Round(s_first, 2).Proxy.Round);
        Assert.True(one[^1].Kl.Value < two[^1].Kl.Value);
    }

    [Fact]
    public void A_study_that_works_on_more_than_its_folder_says_what_to_do()
    {
        string message = Assert.Throws<InvalidOperationException>(() => StudyResult.Open(everything.Folder)).Message;
        Assert.Contains("proxies of the caller's, own", message, StringComparison.Ordinal);
        Assert.Contains("open the folder by that", message, StringComparison.Ordinal);
        Assert.Throws<FileNotFoundException>(() => StudyResult.Open(Path.GetTempPath()));
    }

    [Fact]
    public async Task A_study_that_is_not_finished_opens_as_far_as_it_goes()
    {
        using var folder = new TemporaryFolder();
        var study = new OveroptimizationStudy(s_plan, new CpuEngine(1));
        Assert.Throws<DirectoryNotFoundException>(() => study.Open(folder.File("run")));
        await study.RunCellsAsync(folder.File("run"), [0], cancellationToken: Token);
        Assert.Contains("no gold yet", Assert.Throws<InvalidOperationException>(() => study.Open(folder.File("run"))).Message, StringComparison.Ordinal);
        await study.RunCellsAsync(folder.File("run"), [study.Graph.Cells.First(static cell => cell.Kind == StudyCellKind.Gold).Number], cancellationToken: Token);
        using var opened = study.Open(folder.File("run"));
        Assert.False(opened.Result.IsComplete);
        Assert.Empty(opened.Result.Curves);
        Assert.Equal(opened.Result.Policy.Parameters, opened.LoadPolicy().ParameterCount);
        Assert.Throws<InvalidOperationException>(() => opened.LoadPool());
    }

    [Fact]
    public void Study_seeds_have_all_of_their_own()
    {
        var graph = new OveroptimizationStudy(TinyStudy.Plan with { StudySeeds = 2 }, new CpuEngine(1)).Graph;
        Assert.Equal(2, graph.Cells.Count(static cell => cell.Kind == StudyCellKind.Policy));
        Assert.Equal(2, graph.Cells.Count(static cell => cell.Kind == StudyCellKind.Gold));
    }

    /// <summary>The study, run once, with and without a proxy of the caller's.</summary>
    public sealed class Everything : IAsyncLifetime
    {
        private readonly TemporaryFolder _folder = new();

        public OpenedStudy Opened { get; private set; } = null!;

        public string Folder => _folder.File("everything");

        public string WithoutOwn => _folder.File("without");

        public async ValueTask InitializeAsync()
        {
            var own = RewardModel.FromText(static text => -text.Count(static letter => letter == 'a'));
            var study = new OveroptimizationStudy(s_plan, new CpuEngine(1), ownProxies: [new("own", own)]);
            await study.RunAsync(Folder, new StudyRunOptions { Jobs = 2 });
            Opened = study.Open(Folder);
            await TinyStudy.RunAsync(TinyStudy.Plan with { Comparisons = [40], Optimizers = [StudyOptimizer.BestOfN] }, WithoutOwn);
        }

        public ValueTask DisposeAsync()
        {
            Opened.Dispose();
            _folder.Dispose();
            return default;
        }
    }
}
