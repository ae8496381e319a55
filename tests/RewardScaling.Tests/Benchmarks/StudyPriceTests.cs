using System.Text.Json;
using RewardScaling.Benchmarks;

namespace RewardScaling.Tests.Benchmarks;

/// <summary>What a study would cost elsewhere, counted by hand for a study of round numbers.</summary>
public sealed class StudyPriceTests
{
    private static readonly Dictionary<string, double> Rates = new() { ["sft"] = 10, ["sample"] = 20, ["score"] = 40, ["rm"] = 5 };

    // Prompts of 1 token and responses of 3; one proxy; PPO made 5 steps of 4 rollouts and measured 3 points of 2 x 1 rollouts.
    private const string Study = """
        {
          "plan": {
            "promptLength": 1, "responseLength": 3,
            "pretraining": { "steps": 10, "batchSize": 2, "windowLength": 0, "heldOutWindows": 3, "stepsPerEvaluation": 4 },
            "comparisons": [9, 18], "proxyTraining": { "epochs": 2 }, "normalizationRollouts": 7,
            "evaluationPrompts": 2, "poolSize": 8,
            "ppo": { "rolloutsPerStep": 4, "epochs": 2, "klProbeRollouts": 3, "klCoefficient": 0 }, "ppoRolloutsPerPrompt": 1
          },
          "policy": { "parameters": 100 },
          "gold": { "parameters": 300, "taste": { } },
          "curves": [
            { "method": "best-of-n", "proxy": { "parameters": 50, "comparisons": 18, "heldOutComparisons": 2 }, "points": [] },
            { "method": "ppo", "proxy": { "parameters": 50, "comparisons": 18, "heldOutComparisons": 2 },
              "points": [{ "step": 0 }, { "step": 2 }, { "step": 5 }] }
          ],
          "timings": [
            { "stage": "policy", "seconds": 1 }, { "stage": "gold", "seconds": 2 }, { "stage": "comparisons", "seconds": 3 },
            { "stage": "proxies", "seconds": 4 }, { "stage": "best-of-n", "seconds": 5 }, { "stage": "ppo", "seconds": 6 }
          ]
        }
        """;

    [Fact]
    public void Every_kind_of_work_is_counted() => Assert.Equal(
        [
            // 10 steps of 2 windows of 4 tokens; looks before and after steps 4, 8 and 10 at 3 windows.
            new("policy", "sft", 80, 100), new("policy", "score", 48, 100),
            // 7 rollouts, scored for the scale of the network and for that of both parts.
            new("gold", "sample", 21, 100), new("gold", "score", 56, 300),
            // 18 / 0.9 = 20 and one more: 21 pairs of 2 rollouts.
            new("comparisons", "sample", 126, 100), new("comparisons", "score", 168, 300),
            // 2 prompts x 8 rollouts.
            new("best-of-n", "sample", 48, 100), new("best-of-n", "score", 64, 300),
            // 18 pairs twice; 2 pairs held out and 7 rollouts scored.
            new("proxies", "rm", 36, 50), new("proxies", "score", 44, 50), new("best-of-n", "score", 64, 50),
            // 20 rollouts of the steps and 6 of the points.
            new("ppo", "sample", 78, 100), new("ppo", "score", 104, 50),
            // 15 rollouts by policy and reference; 4 of the points by policy once and the reference twice.
            new("ppo", "score", 168, 100), new("ppo", "score", 24, 300), new("ppo", "sft", 160, 100),
        ],
        Read(Study).Works);

    [Fact]
    public void A_penalty_asks_the_reference_about_every_rollout() =>
        Assert.Contains(new("ppo", "score", 168 + 80, 100), Read(Study.Replace("\"klCoefficient\": 0", "\"klCoefficient\": 0.1", StringComparison.Ordinal)).Works);

    [Fact]
    public void A_gold_without_taste_is_scaled_once() =>
        Assert.Contains(new("gold", "score", 28, 300), Read(Study.Replace(", \"taste\": { }", "", StringComparison.Ordinal)).Works);

    [Fact]
    public void Prices_are_units_over_rates_and_in_proportion_to_parameters()
    {
        var prices = StudyPrice.Of(Read(Study), Rates, 200);
        Assert.Equal(["policy", "gold", "comparisons", "proxies", "best-of-n", "ppo"], prices.Select(static price => price.Stage));
        Assert.Equal([1, 2, 3, 4, 5, 6], prices.Select(static price => price.Seconds));
        // policy: 80 / 10 + 48 / 40, and half of it at half the parameters.
        Assert.Equal(9.2, prices[0].AtRates, 1e-12);
        Assert.Equal(4.6, prices[0].InProportion, 1e-12);
        // proxies: 36 / 5 + 44 / 40 at a quarter of the parameters.
        Assert.Equal(8.3, prices[3].AtRates, 1e-12);
        Assert.Equal(2.075, prices[3].InProportion, 1e-12);
        // best-of-n: 48 / 20 + 64 / 40 + 64 / 40; half of the first, 1.5 times the second, a quarter of the third.
        Assert.Equal(5.6, prices[4].AtRates, 1e-12);
        Assert.Equal(4, prices[4].InProportion, 1e-12);
    }

    [Fact]
    public void A_rate_that_is_missing_is_named()
    {
        var fault = Assert.Throws<ArgumentException>(() => StudyPrice.Of(Read(Study), new Dictionary<string, double> { ["sft"] = 1 }, 100));
        Assert.Contains("score", fault.Message, StringComparison.Ordinal);
        Assert.Contains("policy", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"parameters\": 300", "\"parameters\": 0", "random teacher")]
    [InlineData("\"parameters\": 300", "\"parameters\": 300, \"heldOut\": { }", "random teacher")]
    [InlineData("\"steps\": 10", "\"steps\": 10, \"patience\": 2", "stop early")]
    [InlineData("\"epochs\": 2 }, \"norm", "\"epochs\": 2, \"patience\": 2 }, \"norm", "stop early")]
    public void A_study_whose_work_is_not_known_has_no_price(string what, string instead, string expected)
    {
        var fault = Assert.Throws<ArgumentException>(() => Read(Study.Replace(what, instead, StringComparison.Ordinal)));
        Assert.Contains(expected, fault.Message, StringComparison.Ordinal);
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
