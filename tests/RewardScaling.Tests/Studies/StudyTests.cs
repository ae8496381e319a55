using System.Text.Json.Nodes;
using RewardScaling.Cpu;
using RewardScaling.Curves;
using RewardScaling.Policies;
using RewardScaling.RewardModels;
using RewardScaling.Studies;

namespace RewardScaling.Tests.Studies;

public sealed class StudyTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_study_measures_every_proxy_by_both_methods()
    {
        using var folder = new TemporaryFolder();
        var engine = new CpuEngine(1);
        var result = await new OveroptimizationStudy(TinyStudy.Plan, engine).RunAsync(folder.File("run"), cancellationToken: Token);

        Assert.Equal(4, result.Proxies.Count);
        Assert.Equal(8, result.Curves.Count);
        Assert.Equal([(4, 40), (4, 120), (8, 40), (8, 120)],
            result.Proxies.Select(static proxy => (proxy.Size.Width, proxy.Comparisons)));
        Assert.All(result.Curves.Take(4), static curve => Assert.Equal(OptimizationMethod.BestOfN, curve.Curve.Method));
        Assert.All(result.Curves.Skip(4), static curve =>
            Assert.Equal(OptimizationMethod.ReinforcementLearning, curve.Curve.Method));
        Assert.All(result.Curves, static curve => Assert.Equal(0, curve.Curve.Points[0].Kl.Value, 1e-6));
        Assert.True(result.Policy.HeldOutLoss.Value < result.Policy.InitialHeldOutLoss.Value);
    }

    [Fact]
    public async Task A_policy_that_crosses_no_distance_of_the_schedule_still_gives_its_law_two_points()
    {
        using var folder = new TemporaryFolder();
        var plan = TinyStudy.Plan with { PpoSchedule = new() { DenseUntil = 0, DenseStep = 100, DistanceStep = 100 } };
        var result = await new OveroptimizationStudy(plan, new CpuEngine(1)).RunAsync(folder.File("run"), cancellationToken: Token);
        Assert.All(result.Curves.Skip(4), static curve => Assert.Equal([0, 3, 6], curve.Curve.Points.Select(static point => point.Effort)));
    }

    [Fact]
    public async Task The_document_holds_what_other_programs_read()
    {
        using var folder = new TemporaryFolder();
        await TinyStudy.RunAsync(TinyStudy.Plan, folder.File("run"), cancellation: Token);
        var json = JsonNode.Parse(await File.ReadAllTextAsync(folder.File(Path.Combine("run", "study.json")), Token))!;

        Assert.Equal(1, (int)json["schema"]!);
        Assert.Equal(0, (int)json["seed"]!);
        Assert.Equal("tiny", (string?)json["plan"]!["name"]);
        Assert.True((double)json["policy"]!["heldOutLoss"]! > 0);
        Assert.True((long)json["policy"]!["parameters"]! > 0);
        var curves = json["curves"]!.AsArray();
        Assert.Equal(["best-of-n", "ppo"], curves.Select(static curve => (string)curve!["method"]!).Distinct());
        foreach (var curve in curves)
        {
            foreach (string name in new[] { "parameters", "comparisons", "seed", "heldOutLoss", "heldOutLossSe", "accuracy" }) Assert.NotNull(curve!["proxy"]![name]);
            foreach (string name in new[] { "law", "alpha", "beta", "alphaSe", "betaSe", "peakText" }) Assert.NotNull(curve!["fit"]![name]);
            foreach (var point in curve!["points"]!.AsArray())
            {
                Assert.Equal((double)point!["d"]!, Math.Sqrt((double)point["kl"]!), 1e-12);
                Assert.Equal((string?)curve["method"] == "ppo", point["step"] is not null);
                Assert.Equal((string?)curve["method"] == "best-of-n", point["n"] is not null);
            }
        }
    }

    [Fact]
    public async Task The_same_plan_gives_the_same_numbers_at_any_thread_count_and_another_seed_gives_others()
    {
        using var folder = new TemporaryFolder();
        string one = await TinyStudy.RunAsync(TinyStudy.Plan, folder.File("one"), threads: 1, cancellation: Token);
        string two = await TinyStudy.RunAsync(TinyStudy.Plan, folder.File("two"), threads: 2, cancellation: Token);
        string other = await TinyStudy.RunAsync(TinyStudy.Plan with { Seed = 1 }, folder.File("other"), cancellation: Token);

        Assert.Equal(one, two);
        Assert.NotEqual(one, other);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public async Task A_study_stopped_in_any_stage_goes_on_to_the_same_numbers(int stage)
    {
        using var folder = new TemporaryFolder();
        string straight = await TinyStudy.RunAsync(TinyStudy.Plan, folder.File("straight"), cancellation: Token);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var stopper = new Callback(progress =>
        {
            if (progress.StageNumber == stage) stop.Cancel();
        });

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
            await TinyStudy.RunAsync(TinyStudy.Plan, folder.File("stopped"), progress: stopper, cancellation: stop.Token));
        Assert.False(File.Exists(folder.File(Path.Combine("stopped", "study.json"))));
        Assert.Empty(Directory.EnumerateFiles(folder.File("stopped"), "*.tmp"));

        Assert.Equal(straight, await TinyStudy.RunAsync(TinyStudy.Plan, folder.File("stopped"), cancellation: Token));
        // And a finished run is taken up whole: nothing is computed again, so nothing differs.
        Assert.Equal(straight, await TinyStudy.RunAsync(TinyStudy.Plan, folder.File("stopped"), cancellation: Token));
    }

    [Fact]
    public async Task A_reward_model_of_ones_own_can_be_gold()
    {
        using var folder = new TemporaryFolder();
        var engine = new CpuEngine(1);
        var vowels = RewardModel.FromText(static text => text.Count(static c => "aeiou".Contains(c, StringComparison.Ordinal)));
        var result = await new OveroptimizationStudy(TinyStudy.Plan, engine,
            gold: GoldSource.From("vowels", vowels)).RunAsync(folder.File("run"), cancellationToken: Token);

        Assert.Equal("vowels", result.Gold.Description);
        Assert.Equal(0, result.Gold.Parameters);
        Assert.InRange(result.Gold.StandardDeviation, 0.5, 4);
    }

    [Fact]
    public async Task Gold_can_be_trained_on_preferences_and_says_how_good_it_is()
    {
        using var folder = new TemporaryFolder();
        var lines = Enumerable.Range(0, 200).Select(static i =>
            $$"""{"prompt": "question {{i}}", "chosen": "aaaa{{i}}", "rejected": "zzzz{{i}}"}""");
        await File.WriteAllLinesAsync(folder.File("preferences.jsonl"), lines, Token);
        var text = TextCorpus.FromText(string.Join('\n', Enumerable.Range(0, 400).Select(static i => $"question {i} aaaa zzzz")), "questions");
        var plan =
            TinyStudy.Plan with { GoldContext = 32, GoldTraining = new() { Epochs = 8, LearningRate = new() { Peak = 3e-3 } } };
        var engine = new CpuEngine(1);
        var result = await new OveroptimizationStudy(plan, engine, text, GoldSource.FromPreferences(folder.File("preferences.jsonl")))
            .RunAsync(folder.File("run"), cancellationToken: Token);

        Assert.NotNull(result.Gold.HeldOut);
        // Separable by the first letter of the response; chance is 0.5.
        Assert.True(result.Gold.HeldOut.Accuracy.Value > 0.9, result.Gold.HeldOut.ToString());
    }

    private sealed class Callback(Action<StudyProgress> report) : IProgress<StudyProgress>
    {
        public void Report(StudyProgress value) => report(value);
    }
}
