using RewardScaling.Cpu;
using RewardScaling.Divergence;
using RewardScaling.Models;
using RewardScaling.Policies;
using RewardScaling.Studies;
using RewardScaling.Studies.Cells;

namespace RewardScaling.Tests.Studies;

/// <summary>The graph of a plan, without running it.</summary>
public sealed class StudyGraphTests
{
    private static StudyGraph Graph(StudyPlan plan) => new OveroptimizationStudy(plan, new CpuEngine(1)).Graph;

    private static HashSet<string> Names(StudyPlan plan) => [.. Graph(plan).Cells.Select(static cell => cell.Name)];

    // Policy, gold, comparisons; 6 proxies; the pool, its 7 lists of scores; 6 curves of each method.
    [Fact]
    public void The_quick_plan_has_six_curves_of_each_method()
    {
        var graph = Graph(StudyPlan.Quick);
        Assert.Equal([1, 1, 1, 6, 1, 7, 6, 6], new[]
        {
            StudyCellKind.Policy, StudyCellKind.Gold, StudyCellKind.Comparisons, StudyCellKind.Proxy, StudyCellKind.Pool, StudyCellKind.PoolScores,
            StudyCellKind.BestOfN, StudyCellKind.Ppo,
        }.Select(kind => graph.Cells.Count(cell => cell.Kind == kind)));
        Assert.Equal(29, graph.Cells.Count);
    }

    [Fact]
    public void Parents_have_smaller_numbers_and_lower_levels_and_a_level_is_a_range_of_numbers()
    {
        var graph = Graph(StudyPlan.Quick);
        Assert.All(graph.Cells, (cell, number) =>
        {
            Assert.Equal(number, cell.Number);
            Assert.All(cell.Parents, parent => Assert.True(parent < number && graph.Cells[parent].Level < cell.Level));
        });
        Assert.Equal(Enumerable.Range(0, graph.Cells.Count), graph.Levels.SelectMany(static level => level));
        Assert.All(graph.Levels, (level, number) => Assert.All(level, cell => Assert.Equal(number, graph.Cells[cell].Level)));
    }

    [Fact]
    public void A_plan_that_changed_has_other_cells_only_where_it_changed()
    {
        var plan = TinyStudy.Plan;
        var before = Names(plan);
        Assert.Superset(before, Names(plan with { ProxySizes = [.. plan.ProxySizes, new(12, 1, 2)] }));
        Assert.Superset(before, Names(plan with { ProxySeeds = 2 }));
        Assert.Superset(before, Names(plan with { StudySeeds = 2 }));
        Assert.Superset(before, Names(plan with { Comparisons = [40, 80, 120] }));
        Assert.Superset(before, Names(plan with { LabelNoise = [0, 0.25], Ensembles = [new(EnsembleKind.Mean, 2)], PolicySeeds = 2 }));
        Assert.Superset(before, Names(plan with { Ppo = plan.Ppo with { MaximumSteps = 20, KlBudget = new KlNats(50) }, Name = "longer" }));
        Assert.Superset(before, Names(plan with { KlPenalties = [KlPenalty.None, new(0.1)], OtherPolicies = [new(24, 1, 2)] }));
        Assert.Superset(before, Names(plan with { Experiments = [new() { Name = "iterated", Rounds = new() { Count = 2 }, Comparisons = [40] }] }));
        // How work is cut into pieces is no part of it.
        Assert.Equal(before, Names(plan with { ProxyTraining = plan.ProxyTraining with { MicroBatchSize = 7 }, Ppo = plan.Ppo with { MicroBatchRollouts = 5 } }));

        var other = Names(plan with { ProxyTraining = plan.ProxyTraining with { Epochs = 3 } });
        Assert.Equal(["comparisons", "gold", "policy", "pool", "scores-gold"], before.Intersect(other).Select(static name => name[..name.LastIndexOf('-')]).Order());
        Assert.Empty(before.Intersect(Names(plan with { Seed = 1 })));
        Assert.Empty(before.Intersect(Names(plan with { ResponseLength = 13 })));
    }

    [Fact]
    public void A_learning_rate_that_falls_towards_the_last_step_makes_a_longer_run_another_run()
    {
        var plan = TinyStudy.Plan with { Ppo = TinyStudy.Plan.Ppo with { LearningRateDecay = LearningRateDecay.Linear } };
        var longer = plan with { Ppo = plan.Ppo with { MaximumSteps = 20 } };
        Assert.Equal(4, Names(longer).Except(Names(plan)).Count(static name => name.StartsWith("ppo-", StringComparison.Ordinal)));
    }

    [Fact]
    public void Best_of_n_alone_and_PPO_alone_make_what_they_need_and_no_more()
    {
        var bestOfN = Graph(TinyStudy.Plan with { Optimizers = [StudyOptimizer.BestOfN] });
        Assert.DoesNotContain(bestOfN.Cells, static cell => cell.Kind == StudyCellKind.Ppo);
        var ppo = Graph(TinyStudy.Plan with { Optimizers = [StudyOptimizer.Ppo] });
        Assert.DoesNotContain(ppo.Cells, static cell => cell.Kind is StudyCellKind.Pool or StudyCellKind.PoolScores or StudyCellKind.BestOfN);
    }

    [Fact]
    public void Another_corpus_gives_other_cells_and_the_same_under_another_name_the_same()
    {
        var plan = TinyStudy.Plan;
        string text = new([.. Enumerable.Range(0, 4000).Select(static i => (char)('a' + i * i % 23))]);
        string[] one = Of(TextCorpus.FromText(text, "one")), other = Of(TextCorpus.FromText(text, "other")), changed = Of(TextCorpus.FromText(text + "!", "one"));
        Assert.Equal(one, other);
        Assert.Empty(one.Intersect(changed));

        string[] Of(TextCorpus corpus) => [.. new OveroptimizationStudy(plan, new CpuEngine(1), corpus).Graph.Cells.Select(static cell => cell.Name)];
    }

    // 4 sizes x 8 counts x 3 noises x 5 seeds, with penalties and seeds of PPO: what a cluster would be given.
    [Fact]
    public void Ten_thousand_cells_have_different_names_and_their_status_is_one_list_of_a_folder()
    {
        using var folder = new TemporaryFolder();
        var plan = StudyPlan.Full with { StudySeeds = 3, LabelNoise = [0, 0.1, 0.25], ProxySeeds = 5, KlPenalties = [KlPenalty.None, new(0.01), new(0.1)], PolicySeeds = 2 };
        var study = new OveroptimizationStudy(plan, new CpuEngine(1));
        var graph = study.Graph;
        Assert.True(graph.Cells.Count > 10_000, graph.ToString());
        Assert.Equal(graph.Cells.Count, graph.Cells.Select(static cell => cell.Name).Distinct().Count());
        Assert.All(graph.Cells, static cell => Assert.True(cell.Name.Length < 80));
        Directory.CreateDirectory(folder.File("cells"));
        foreach (var cell in graph.Cells.Take(100)) File.WriteAllText(folder.File($"cells/{cell.Name}.json"), "");
        Directory.CreateDirectory(folder.File($"cells/{graph.Cells[100].Name}.work"));
        var status = study.Status(folder.Path);
        Assert.Equal(Enumerable.Range(0, 100), status.Whole);
        Assert.Equal([100], status.Begun);
        Assert.Contains(100, status.Ready);
        Assert.StartsWith("100 of ", status.ToString(), StringComparison.Ordinal);
        Assert.Empty(study.Status(folder.File("nowhere")).Whole);
    }
}
