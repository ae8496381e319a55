using RewardScaling.Cpu;
using RewardScaling.Curves;
using RewardScaling.Divergence;
using RewardScaling.Ppo;
using RewardScaling.Studies;

namespace RewardScaling.Tests.Studies;

/// <summary>A study that grows makes what is new, keeps what is there, and comes to what it would have been at once.</summary>
public sealed class StudyGrowthTests
{
    private static readonly StudyPlan s_small = TinyStudy.Plan with { ProxySizes = [new(4, 1, 1)], Comparisons = [40] };

    private static readonly StudyPlan s_large = s_small with
    {
        ProxySizes = [new(4, 1, 1), new(8, 1, 2)],
        ProxySeeds = 2,
        Ppo = s_small.Ppo with { MaximumSteps = 9 },
    };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_size_a_seed_and_steps_more_keep_every_cell_that_was_there_and_give_the_bits_of_a_run_at_once()
    {
        using var folder = new TemporaryFolder();
        await TinyStudy.RunAsync(s_small, folder.File("grown"), cancellation: Token);
        var before = Cells(folder.File("grown"));
        var large = new OveroptimizationStudy(s_large, new CpuEngine(1));
        Assert.Equal((9, 21), (large.Status(folder.File("grown")).Whole.Count, large.Graph.Cells.Count));
        string grown = await TinyStudy.RunAsync(s_large, folder.File("grown"), cancellation: Token);
        Assert.Equal(await TinyStudy.RunAsync(s_large, folder.File("straight"), cancellation: Token), grown);

        var after = Cells(folder.File("grown"));
        Assert.All(before, file =>
        {
            Assert.True(after.ContainsKey(file.Key), file.Key);
            // The one run of PPO went on; all else is as it was.
            bool grew = file.Key.StartsWith("ppo-", StringComparison.Ordinal);
            Assert.Equal(!grew, after[file.Key].AsSpan().SequenceEqual(file.Value));
        });
        Assert.Equal(Networks(folder.File("straight")), Networks(folder.File("grown")));
    }

    // The run ends inside the grid of distances, so its last point is one that a longer run does not have.
    [Fact]
    public async Task A_run_of_PPO_whose_budget_is_raised_twice_is_the_run_that_had_it_from_the_start()
    {
        using var folder = new TemporaryFolder();
        var plan = s_small with { Optimizers = [StudyOptimizer.Ppo], PpoSchedule = new() { DenseStep = 0.05, DistanceStep = 0.3, MaximumStepsBetween = 100 } };
        StudyPlan Budget(double nats, int steps) => plan with { Ppo = plan.Ppo with { KlBudget = new KlNats(nats), MaximumSteps = steps } };
        var first = await Run(Budget(0.02, 30), "grown");
        Assert.Equal(PpoStopReason.KlBudget, first.Curves[0].Stop);
        await Run(Budget(20, 7), "grown");
        var grown = await Run(Budget(20, 12), "grown");
        var straight = await Run(Budget(20, 12), "straight");
        Assert.Equal(straight.Curves[0].Curve.Points, grown.Curves[0].Curve.Points);
        Assert.Equal(Networks(folder.File("straight")), Networks(folder.File("grown")));
        Assert.NotEqual(first.Curves[0].Curve.Points.Count, grown.Curves[0].Curve.Points.Count);

        // Who asks for less afterwards gets what is there.
        Assert.Equal(grown.Curves[0].Curve.Points, (await Run(Budget(20, 7), "grown")).Curves[0].Curve.Points);

        Task<StudyResult> Run(StudyPlan study, string name) =>
            new OveroptimizationStudy(study, new CpuEngine(1)).RunAsync(folder.File(name), cancellationToken: Token);
    }

    [Fact]
    public async Task A_run_that_goes_on_and_is_stopped_on_the_way_keeps_what_it_had()
    {
        using var folder = new TemporaryFolder();
        var plan = s_small with { Optimizers = [StudyOptimizer.Ppo] };
        var longer = plan with { Ppo = plan.Ppo with { MaximumSteps = 14 } };
        string was = await TinyStudy.RunAsync(plan, folder.File("run"), cancellation: Token);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => TinyStudy.RunAsync(longer, folder.File("run"), cancellation: stop.Token,
            progress: new Callback(at =>
            {
                if (at.StageNumber == 6 && at.Fraction > 0.6) stop.Cancel();
            })));
        Assert.Equal(was, await TinyStudy.RunAsync(plan, folder.File("run"), cancellation: Token));
        Assert.Equal(await TinyStudy.RunAsync(longer, folder.File("straight"), cancellation: Token),
            await TinyStudy.RunAsync(longer, folder.File("run"), cancellation: Token));
    }

    [Fact]
    public async Task Policies_at_the_points_of_a_run_are_kept_when_asked_and_stay_when_it_goes_on()
    {
        using var folder = new TemporaryFolder();
        var plan = s_small with { Optimizers = [StudyOptimizer.Ppo], KeepPolicies = new() { AllPoints = true } };
        await TinyStudy.RunAsync(plan, folder.File("run"), cancellation: Token);
        await TinyStudy.RunAsync(plan with { Ppo = plan.Ppo with { MaximumSteps = 12 } }, folder.File("run"), cancellation: Token);
        using var study = StudyResult.Open(folder.File("run"), new CpuEngine(1));
        var curve = Assert.Single(study.Result.Curves);
        int[] steps = [.. study.KeptSteps(curve)];
        Assert.Equal(curve.Curve.Points.Select(static point => (int)point.Effort), steps);
        Assert.Equal(12, steps[^1]);
        // The policy of the first point is the initial one, and no two are alike.
        var weights = steps.Select(step => study.LoadPolicy(curve, step).Weights()[0].Values.ToArray()).ToArray();
        Assert.Equal(study.LoadPolicy().Weights()[0].Values.ToArray(), weights[0]);
        Assert.All(weights.Skip(1), one => Assert.NotEqual(weights[0], one));
        Assert.Contains("was not kept", Assert.Throws<ArgumentException>(() => study.LoadPolicy(curve, 100)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_kept_of_a_run_is_what_was_asked_for()
    {
        // KL 0, 1, 4, 3, 9; gold highest at the third.
        RewardPoint[] points = [.. new[] { (0.0, 0.0), (1, 0.5), (4, 2), (3, 1), (9, -1) }.Select(static (at, i) => new RewardPoint
        {
            Kl = new(at.Item1, 0.1),
            Proxy = new(0, 0.1),
            Gold = new(at.Item2, 0.1),
            Effort = i,
        })];
        Assert.Empty(KeptPolicies.Last.Of(points));
        Assert.Equal(points, new KeptPolicies { AllPoints = true }.Of(points));
        Assert.Equal([points[3], points[2]], new KeptPolicies { LastBelow = new KlNats(3.5), GoldPeak = true }.Of(points));
        Assert.Equal([points[2]], new KeptPolicies { GoldPeak = true }.Of(points));
    }

    private static Dictionary<string, byte[]> Cells(string folder) => Directory.GetFiles(Path.Combine(folder, "cells"))
        .ToDictionary(static file => Path.GetFileName(file), File.ReadAllBytes);

    // Names and bytes of what is not a document: those say how long their cells took.
    private static IEnumerable<(string, string)> Networks(string folder) => Cells(folder)
        .Where(static file => Path.GetExtension(file.Key) != ".json").OrderBy(static file => file.Key, StringComparer.Ordinal)
        .Select(static file => (file.Key, Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(file.Value))));

    private sealed class Callback(Action<StudyProgress> report) : IProgress<StudyProgress>
    {
        public void Report(StudyProgress value) => report(value);
    }
}
