using System.Text.Json;
using RewardScaling.Benchmarks;
using RewardScaling.Cpu;
using RewardScaling.Studies;
using RewardScaling.Studies.Cells;
using RewardScaling.Tests.Studies;
using StudyPrice = RewardScaling.Benchmarks.StudyPrice;

namespace RewardScaling.Tests.Benchmarks;

/// <summary>What a study would cost elsewhere, counted by hand for a study of round numbers.</summary>
public sealed class StudyPriceTests
{
    private static readonly Dictionary<string, double> Rates = new() { ["sft"] = 10, ["sample"] = 20, ["score"] = 40, ["rm"] = 5 };

    private static readonly NetworkSize s_policy = new(8, 1, 1), s_gold = new(8, 2, 1), s_proxy = new(4, 1, 1);

    // Prompts of 1 token and responses of 3; one proxy; PPO made 5 of its 9 steps of 4 rollouts and measured 2 x 1 rollouts at a point.
    private static readonly StudyPlan s_plan = TinyStudy.Plan with
    {
        PromptLength = 1,
        ResponseLength = 3,
        Policy = s_policy,
        Gold = s_gold,
        ProxySizes = [s_proxy],
        Comparisons = [18, 27],
        Pretraining = new() { Steps = 10, BatchSize = 2, HeldOutWindows = 3, StepsPerEvaluation = 4 },
        ProxyTraining = new() { Epochs = 2 },
        NormalizationRollouts = 7,
        EvaluationPrompts = 2,
        PoolSize = 8,
        BestOfN = [1, 2, 4],
        Ppo = TinyStudy.Plan.Ppo with { RolloutsPerStep = 4, Epochs = 2, KlProbeRollouts = 3, MaximumSteps = 9, KlBudget = new(1e6) },
        PpoRolloutsPerPrompt = 1,
        Experiments = [new() { Name = "few", Comparisons = [18], Optimizers = [StudyOptimizer.BestOfN] }],
    };

    private static long Parameters(NetworkSize size, bool isPolicy) =>
        CellCosts.Parameters(((PolicyCell)new OveroptimizationStudy(s_plan, new CpuEngine(1)).Graph.Nodes[0]).Run, size, isPolicy);

    private static string Study(StudyPlan? plan = null, string gold = "", int ppo = 2) => $$"""
        {
          "plan": {{(plan ?? s_plan).ToJson()}},
          "policy": { "parameters": {{Parameters(s_policy, true)}} },
          "gold": { "parameters": {{Parameters(s_gold, false)}}{{gold}} },
          "curves": [
            { "points": [] }, { "points": [] },
            {{string.Join(", ", Enumerable.Repeat("""{ "points": [{ "step": 0 }, { "step": 2 }, { "step": 5 }] }""", ppo))}}
          ],
          "timings": [
            { "stage": "policy", "seconds": 1 }, { "stage": "gold", "seconds": 2 }, { "stage": "comparisons", "seconds": 3 },
            { "stage": "proxies", "seconds": 4 }, { "stage": "best-of-n", "seconds": 5 }, { "stage": "ppo", "seconds": 6 }
          ]
        }
        """;

    [Fact]
    public void Every_kind_of_work_is_counted()
    {
        long policy = Parameters(s_policy, true), gold = Parameters(s_gold, false), proxy = Parameters(s_proxy, false);
        var works = Read(Study()).Works;
        void Holds(string stage, string workload, long parameters, double units) => Assert.Equal(units, works.Where(work =>
            (work.Stage, work.Workload, work.Parameters) == (stage, workload, parameters)).Sum(static work => work.Units), 1e-9);
        // 10 steps of 2 windows of 4 tokens; looks before and after steps 4, 8 and 10 at 3 windows.
        Holds("policy", "sft", policy, 80);
        Holds("policy", "score", policy, 48);
        // 7 rollouts, scored for the scale of the network and for that of both parts.
        Holds("gold", "sample", policy, 21);
        Holds("gold", "score", gold, 56);
        // 27 / 0.9 = 30 and one more: 31 pairs of 2 rollouts.
        Holds("comparisons", "sample", policy, 186);
        Holds("comparisons", "score", gold, 248);
        // 2 prompts x 8 rollouts, scored by gold and by both proxies.
        Holds("best-of-n", "sample", policy, 48);
        Holds("best-of-n", "score", gold, 64);
        Holds("best-of-n", "score", proxy, 128);
        // 18 and 27 pairs twice; 2 and 3 pairs held out and 7 rollouts scored, which are sampled for each.
        Holds("proxies", "rm", proxy, 90);
        Holds("proxies", "score", proxy, (4 + 7 + 6 + 7) * 4);
        Holds("proxies", "sample", policy, 42);
        // Two runs of 5 steps of 4 rollouts, two epochs each.
        Holds("ppo", "sft", policy, 2 * 5 * 4 * 2 * 4);
    }

    [Fact]
    public void A_penalty_asks_the_reference_about_every_rollout()
    {
        double Asked(double penalty) => Read(Study(s_plan with { Ppo = s_plan.Ppo with { KlCoefficient = penalty } })).Works
            .Where(static work => work is { Stage: "ppo", Workload: "score" }).Sum(static work => work.Units);
        Assert.Equal(2 * 5 * 4 * 4, Asked(0.1) - Asked(0));
    }

    [Fact]
    public void A_gold_without_taste_is_scaled_once() => Assert.Equal(28, Read(Study(s_plan with { TeacherTaste = null })).Works
        .Where(static work => work is { Stage: "gold", Workload: "score" }).Sum(static work => work.Units));

    [Fact]
    public void Prices_are_units_over_rates_and_in_proportion_to_parameters()
    {
        long policy = Parameters(s_policy, true), proxy = Parameters(s_proxy, false);
        var prices = StudyPrice.Of(Read(Study()), Rates, policy);
        Assert.Equal(["policy", "gold", "comparisons", "proxies", "best-of-n", "ppo"], prices.Select(static price => price.Stage));
        Assert.Equal([1, 2, 3, 4, 5, 6], prices.Select(static price => price.Seconds));
        // policy: 80 / 10 + 48 / 40, its own size.
        Assert.Equal(9.2, prices[0].AtRates, 1e-12);
        Assert.Equal(9.2, prices[0].InProportion, 1e-12);
        // proxies: 90 / 5 + 96 / 40 at their share of the parameters, and 42 / 20 by the policy.
        Assert.Equal(22.5, prices[3].AtRates, 1e-12);
        Assert.Equal(20.4 * proxy / policy + 2.1, prices[3].InProportion, 1e-12);
    }

    [Fact]
    public void A_rate_that_is_missing_is_named()
    {
        var fault = Assert.Throws<ArgumentException>(() => StudyPrice.Of(Read(Study()), new Dictionary<string, double> { ["sft"] = 1 }, 100));
        Assert.Contains("score", fault.Message, StringComparison.Ordinal);
        Assert.Contains("policy", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_study_whose_work_is_not_known_has_no_price()
    {
        void Refuses(string study, string because) =>
            Assert.Contains(because, Assert.Throws<ArgumentException>(() => Read(study)).Message, StringComparison.Ordinal);
        Refuses(Study(gold: """, "heldOut": { }"""), "random teacher");
        Refuses(Study(s_plan with { Gold = new(16, 1, 1) }), "random teacher");
        Refuses(Study(s_plan with { Pretraining = s_plan.Pretraining with { Patience = 2 } }), "stop early");
        Refuses(Study(s_plan with { ProxyTraining = s_plan.ProxyTraining with { StepsPerEvaluation = 1, Patience = 2 } }), "stop early");
        Refuses(Study(ppo: 1), "not finished");
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{ \"plan\": { } }")]
    [InlineData("{ \"plan\": 3 }")]
    public void What_is_no_study_is_named(string text)
    {
        using var folder = new TemporaryFolder();
        string path = folder.File("study.json");
        File.WriteAllText(path, text);
        Assert.Contains(path, Assert.Throws<ArgumentException>(() => StudyWorks.Read(path)).Message, StringComparison.Ordinal);
    }

    private static StudyWorks Read(string json)
    {
        using var document = JsonDocument.Parse(json);
        return StudyWorks.Of(document.RootElement);
    }
}
