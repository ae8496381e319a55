using System.Text.Json.Nodes;
using RewardScaling.BestOfN;
using RewardScaling.Cpu;
using RewardScaling.Curves;
using RewardScaling.Laws;
using RewardScaling.Policies;
using RewardScaling.Reports;
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
            result.Proxies.Select(static proxy => (proxy.Size!.Width, proxy.Comparisons)));
        Assert.All(result.Curves.Take(4), static curve => Assert.Equal(OptimizationMethod.BestOfN, curve.Curve.Method));
        Assert.All(result.Curves.Skip(4), static curve =>
            Assert.Equal(OptimizationMethod.ReinforcementLearning, curve.Curve.Method));
        Assert.All(result.Curves, static curve => Assert.Equal(0, curve.Curve.Points[0].Kl.Value, 1e-6));
        Assert.True(result.Policy.HeldOutLoss!.Value.Value < result.Policy.InitialHeldOutLoss!.Value.Value);
        // The points are the plan's; the highest gold is looked for between them too.
        Assert.All(result.Curves.Take(4), static curve =>
        {
            Assert.Equal(TinyStudy.Plan.BestOfN.Select(static n => (double)n), curve.Curve.Points.Select(static point => point.Effort));
            Assert.Equal(AllN.Around(TinyStudy.Plan.BestOfN, TinyStudy.Plan.PoolSize).Select(static n => (double)n),
                MeasuredPeak.Of(curve.Curve).Points.Select(static point => point.Effort));
        });
        Assert.Contains("gold measured highest at n = ", result.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_policy_that_crosses_no_distance_of_the_schedule_still_gives_its_law_two_points()
    {
        using var folder = new TemporaryFolder();
        var plan = TinyStudy.Plan with { PpoSchedule = new() { DenseUntil = 0, DenseStep = 100, DistanceStep = 100, MaximumStepsBetween = 3 } };
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
    public async Task A_study_taken_up_gives_the_same_curves_with_their_covariances_and_the_same_fits()
    {
        using var folder = new TemporaryFolder();
        var study = new OveroptimizationStudy(TinyStudy.Plan, new CpuEngine(1));
        var fresh = await study.RunAsync(folder.File("run"), cancellationToken: Token);
        var known = await study.RunAsync(folder.File("run"), cancellationToken: Token);

        for (int c = 0; c < fresh.Curves.Count; c++)
        {
            var (one, other) = (fresh.Curves[c], known.Curves[c]);
            Assert.Equal(one.Curve.Points, other.Curve.Points);
            Assert.Equal(one.Curve.Method == OptimizationMethod.BestOfN ? LawWeighting.SharedSamples : LawWeighting.Equal, one.Fit.Weighting);
            Assert.Equal(one.Fit.ToString(), other.Fit.ToString());
            Assert.Equal((one.Fit.Alpha, one.Fit.Beta), (other.Fit.Alpha, other.Fit.Beta));
            if (one.Curve.Method != OptimizationMethod.BestOfN) continue;
            Assert.Equal(Covariances(one.Curve.GoldCovariance!, fresh.Curves[0].Curve.GoldCovariance!),
                Covariances(other.Curve.GoldCovariance!, known.Curves[0].Curve.GoldCovariance!));
            Assert.Equal(Covariances(one.Curve.ProxyCovariance!, fresh.Curves[0].Curve.ProxyCovariance!),
                Covariances(other.Curve.ProxyCovariance!, known.Curves[0].Curve.ProxyCovariance!));
            var proxy = new LawFitOptions { Weighting = LawWeighting.SharedSamples, Target = RewardTarget.Proxy };
            Assert.Equal(one.Law.Fit(one.Curve, proxy).ToString(), other.Law.Fit(other.Curve, proxy).ToString());
        }

        // Of the points with each other, and with those of another proxy.
        static double[] Covariances(PointCovariance own, PointCovariance other) =>
            [.. Enumerable.Range(0, own.Count * own.Count).SelectMany(at =>
                new[] { own[at / own.Count, at % own.Count], own.With(other, at / own.Count, at % own.Count) })];
    }

    // The first step of PPO passes the budget: one point besides KL = 0, and the law has two coefficients.
    [Fact]
    public async Task A_run_too_short_for_its_law_is_reported_as_such_and_stops_nothing()
    {
        using var folder = new TemporaryFolder();
        var study = new OveroptimizationStudy(
            TinyStudy.Plan with { Ppo = TinyStudy.Plan.Ppo with { KlBudget = new(1e-6) } }, new CpuEngine(1));
        var result = await study.RunAsync(folder.File("run"), cancellationToken: Token);

        Assert.All(result.Curves.Take(4), static curve => Assert.True(curve.HasFit, curve.WhyNoFit));
        Assert.All(result.Curves.Skip(4), static curve =>
        {
            Assert.Equal(2, curve.Curve.Points.Count);
            Assert.False(curve.HasFit);
            const string reason = "the curve has 1 different KL above 0 and the law 2 coefficients; lower the learning rate";
            Assert.StartsWith(reason, curve.WhyNoFit, StringComparison.Ordinal);
            Assert.Contains(reason, Assert.IsType<LawPeak.None>(curve.Peak).Reason, StringComparison.Ordinal);
            Assert.Contains(reason, Assert.Throws<InvalidOperationException>(() => curve.Fit).Message, StringComparison.Ordinal);
            Assert.Equal($"{curve.Curve.Label}: rl law not fitted, because {curve.WhyNoFit}", curve.ToString());
        });
        var fit = JsonNode.Parse(await File.ReadAllTextAsync(folder.File(Path.Combine("run", "study.json")), Token))!["curves"]![7]!["fit"]!;
        Assert.Null(fit["alpha"]);
        Assert.Null(fit["peak"]);
        Assert.Equal("rl", (string?)fit["law"]);
        Assert.Contains("1 different KL above 0", (string?)fit["peakText"], StringComparison.Ordinal);
        result.SaveReportFiles(folder.File("report"));
        string report = await File.ReadAllTextAsync(folder.File(Path.Combine("report", "report.md")), Token);
        Assert.Contains("none: the law was not fitted, because the curve has 1 different KL above 0", report, StringComparison.Ordinal);
    }

    [Fact]
    public void A_corpus_with_one_held_out_window_is_refused_before_anything_is_trained()
    {
        var corpus = TextCorpus.FromText(new string('a', 1000), "a thousand letters");
        var plan = TinyStudy.Plan with { PromptLength = 11, ResponseLength = 40 };
        string message = Assert.Throws<ArgumentException>(() => new OveroptimizationStudy(plan, new CpuEngine(1), corpus)).Message;
        Assert.Contains("a thousand letters", message, StringComparison.Ordinal);
        Assert.Contains("room for 1 held-out windows of 51 tokens", message, StringComparison.Ordinal);
        _ = new OveroptimizationStudy(plan with { PromptLength = 10 }, new CpuEngine(1), corpus);
    }

    [Fact]
    public async Task A_corpus_may_move_and_one_that_changed_is_another()
    {
        using var folder = new TemporaryFolder();
        char[] text = [.. Enumerable.Range(0, 40_000).Select(static i => (char)('a' + i * i % 23))];
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => RunAsync("one.txt"));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => RunAsync("moved.txt"));
        text[20_000] = 'z';
        string begun = Assert.Single(Directory.GetDirectories(folder.File("run/cells"), "policy-*.work"));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => RunAsync("moved.txt"));
        // Another corpus is another policy: what was begun is left alone.
        Assert.Equal(2, Directory.GetDirectories(folder.File("run/cells"), "policy-*.work").Length);
        Assert.True(Directory.Exists(begun));

        async Task RunAsync(string name)
        {
            await File.WriteAllTextAsync(folder.File(name), new string(text), Token);
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
            var stopper = new Callback(_ => stop.Cancel());
            await new OveroptimizationStudy(TinyStudy.Plan, new CpuEngine(1), TextCorpus.FromFile(folder.File(name)))
                .RunAsync(folder.File("run"), stopper, stop.Token);
        }
    }

    // A judge whose scores hang on how often it was asked; of another one nothing is said (the test below).
    [Fact]
    public async Task A_gold_that_scores_the_same_text_otherwise_is_said_to()
    {
        using var folder = new TemporaryFolder();
        int asked = 0;
        var plan = TinyStudy.Plan with { ProxySizes = [TinyStudy.Plan.ProxySizes[0]], Comparisons = [40], EvaluationPrompts = 4, Ppo = TinyStudy.Plan.Ppo with { MaximumSteps = 2 } };
        var moody = await new OveroptimizationStudy(plan, new CpuEngine(1), gold: GoldSource.From("a judge", RewardModel.FromText(text => text.Length + 1e-3 * asked++)))
            .RunAsync(folder.File("moody"), cancellationToken: Token);
        Assert.StartsWith("a judge; asked twice for the same text its scores differ by up to 0.008, so this study cannot be repeated bit by bit", moody.Gold.Description, StringComparison.Ordinal);
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
