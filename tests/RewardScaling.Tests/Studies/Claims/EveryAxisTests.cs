using System.Text.Json;
using System.Text.Json.Nodes;
using RewardScaling.Benchmarks;
using RewardScaling.BestOfN;
using RewardScaling.Cpu;
using RewardScaling.Divergence;
using RewardScaling.Ppo;
using RewardScaling.Reports;
using RewardScaling.RewardModels;
using RewardScaling.Studies;
using RewardScaling.Studies.Claims;
using RewardScaling.Tool;
using RewardScaling.Tool.Studies;

namespace RewardScaling.Tests.Studies.Claims;

/// <summary>A study that asks for every axis there is, run whole and written down: all twelve parts have a verdict or say why not.</summary>
public sealed class EveryAxisTests(EveryAxisTests.Run run) : IClassFixture<EveryAxisTests.Run>
{
    private static readonly NetworkSize s_small = new(4, 1, 1), s_large = new(12, 1, 2);

    // Four numbers of comparisons for a threshold, three sizes to leave one out, two study seeds for errors.
    private static readonly StudyPlan s_plan = TinyStudy.Plan with
    {
        Name = "every axis",
        StudySeeds = 2,
        Policy = new(8, 1, 2),
        Gold = new(8, 1, 2),
        NormalizationRollouts = 32,
        ProxySizes = [s_small, new(8, 1, 2), s_large],
        Comparisons = [20, 40, 80, 120],
        Ppo = TinyStudy.Plan.Ppo with { RolloutsPerStep = 16, KlProbeRollouts = 8, KlBudget = new KlNats(2), MaximumSteps = 6 },
        PpoSchedule = new() { DenseStep = 0.1, DistanceStep = 0.2, MaximumStepsBetween = 1 },
        Experiments =
        [
            Only("policy size", new() { Name = "", Policies = [new(8, 1, 2), new(16, 1, 2)] }),
            Only("trunks", new() { Name = "", ProxyTrunks = [0, 1] }),
            Only("selection", new() { Name = "", Selections = [SelectionRule.BestOfN, SelectionRule.BestOfPoisson], Optimizers = [StudyOptimizer.BestOfN] }),
            Only("noise", new() { Name = "", LabelNoise = [0, 0.25, 0.5] }),
            Only("ensembles", new() { Name = "", ProxySeeds = 3, Ensembles = [new(EnsembleKind.Mean, 2), new(EnsembleKind.WorstCase, 2), new(EnsembleKind.UncertaintyWeighted, 2, 0.5)] }),
            Only("penalties", new() { Name = "", KlPenalties = [new(0), new(0.5), new(0.5, KlPlacement.Loss)], Optimizers = [StudyOptimizer.Ppo], PolicySeeds = 2 }),
            Only("rounds", new() { Name = "", Rounds = new() { Count = 2, Reference = RoundReference.Previous }, Optimizers = [StudyOptimizer.Ppo] }),
        ],
    };

    private static StudyExperiment Only(string name, StudyExperiment axis) =>
        axis with { Name = name, ProxySizes = [s_small], Comparisons = [40], ProxyTrunks = axis.ProxyTrunks ?? [] };

    [Fact]
    public void Every_part_is_asked_and_every_claim_is_tested_or_says_why_not()
    {
        var findings = run.Result.Findings;
        Assert.Same(findings, run.Result.Findings);
        Assert.All(findings.Parts, static part => Assert.True(part.IsAsked, part.ToString()));
        Assert.All(findings.Claims, static claim =>
        {
            Assert.NotEqual(ClaimVerdict.NotAsked, claim.Verdict);
            Assert.NotEmpty(claim.Found);
            Assert.Equal(claim.HasPValue, claim.Test.Length > 0);
            Assert.DoesNotContain("NaN", claim.ToString(), StringComparison.Ordinal);
            Assert.DoesNotContain("∞", claim.ToString(), StringComparison.Ordinal);
            Assert.True(claim.HasPValue || claim.Verdict == ClaimVerdict.Undecided);
        });
        // Most are tested over the two studies, each of which is one observation.
        Assert.Contains(findings.Claims, static claim => claim is { HasPValue: true, Seeds: 2, SeedName: "study seeds", HasEffect: true });
        Assert.All(findings.Claims.Where(static claim => claim is { HasEffect: true, Seeds: > 1, HasPValue: true } && claim.Test.Contains("one-sided t", StringComparison.Ordinal)),
            static claim => Assert.Equal(claim.Verdict == ClaimVerdict.NotSupported, claim.Margin is null && claim.Effect.Value < 0 && claim.PValue < 0.05
                || (claim.Margin is { } margin && claim.Verdict == ClaimVerdict.NotSupported && Math.Abs(claim.Effect.Value) > margin)));
    }

    [Fact]
    public void The_report_has_all_twelve_parts_with_figures_and_the_warnings_of_the_study()
    {
        string[] files = [.. run.Result.SaveReportFiles(run.Folder)];
        string markdown = File.ReadAllText(files.Single(static file => file.EndsWith("report.md", StringComparison.Ordinal))),
            html = File.ReadAllText(files.Single(static file => file.EndsWith("report.html", StringComparison.Ordinal)));
        Assert.All(run.Result.Findings.Parts, part => Assert.Contains($"## {part.Number}. {part.Title}\n", markdown, StringComparison.Ordinal));
        Assert.All(run.Result.Findings.Parts, part => Assert.Contains($"<h2>{part.Number}. {part.Title}</h2>", html, StringComparison.Ordinal));
        string[] figures = [.. files.Select(Path.GetFileNameWithoutExtension).OfType<string>()];
        Assert.All(["scores-against-kl", "coefficients-by-size", "loss-by-comparisons", "policy-size", "penalties", "kl-by-step", "extrapolation", "label-noise", "ensembles", "rounds", "regressional"],
            figure => Assert.Contains(figure, figures));
        Assert.DoesNotContain("NaN", markdown, StringComparison.Ordinal);
        // A proxy of the caller's is in the table of points, too.
        Assert.Contains(",own,", File.ReadAllText(files.Single(static file => file.EndsWith("curves.csv", StringComparison.Ordinal))), StringComparison.Ordinal);

        var warned = run.Result with { Warnings = ["proxy-a: too little data", "ppo-b: no room", "proxy-c: too little data"] };
        Assert.Contains("- proxy-a and 1 more: too little data\n- ppo-b: no room\n", StudyReport.ToMarkdown(warned), StringComparison.Ordinal);
        Assert.Contains("<li>ppo-b: no room</li>", StudyReport.ToHtml(warned), StringComparison.Ordinal);
        Assert.DoesNotContain("What was warned of", StudyReport.ToMarkdown(run.Result with { Warnings = [] }), StringComparison.Ordinal);
        var many = StudyWarnings.Of(run.Result with { Warnings = [.. Enumerable.Range(0, 30).Select(static i => $"cell: warning {i}")] });
        Assert.Equal("10 more are in study.json.", many[^1]);
    }

    [Fact]
    public void The_verdicts_are_in_the_documents_for_programs()
    {
        var parts = JsonNode.Parse(File.ReadAllText(Path.Combine(run.Folder, "study.json")))!["findings"]!.AsArray();
        Assert.Equal(Enumerable.Range(1, 12), parts.Select(static part => (int)part!["part"]!));
        foreach (var (part, node) in run.Result.Findings.Parts.Zip(parts))
        {
            Assert.Equal(part.Title, (string)node!["title"]!);
            foreach (var (claim, one) in part.Claims.Zip(node["claims"]!.AsArray()))
            {
                Assert.Equal((claim.Statement, claim.VerdictWords, claim.Found), ((string)one!["claim"]!, (string)one["verdict"]!, (string)one["found"]!));
                Assert.Equal(claim.HasPValue ? claim.PValue : null, (double?)one["p"]);
                Assert.Equal(claim.HasEffect ? claim.Effect.Value : null, (double?)one["effect"]);
                Assert.Equal(claim.HasEffect && claim.Effect.HasStandardError ? claim.Effect.StandardError : null, (double?)one["effectSe"]);
                Assert.Equal(claim.Seeds == 0 ? null : claim.Seeds, (int?)one["seeds"]);
            }
        }
        var line = JsonNode.Parse(JsonSerializer.Serialize(StudyLine.Of(run.Result, run.Folder), ToolJson.Lines.StudyLine))!;
        Assert.Equal(run.Result.Findings.Claims.Count(), line["claims"]!.AsArray().Count);
        Assert.Equal(12, (int)line["claims"]!.AsArray().Last()!["part"]!);
        Assert.Equal(run.Result.Warnings.Count, line["warnings"]!.AsArray().Count);
    }

    // μ = 0 is one sample; between, the softer rule has gone less far and won less often (its KL is that of the formula).
    [Fact]
    public void Best_of_Poisson_is_another_curve_of_the_same_scores()
    {
        StudyCurve[] soft = [.. run.Result.Curves.Where(static curve => curve.At.Selection == SelectionRule.BestOfPoisson)];
        Assert.Equal(2, soft.Length);
        foreach (StudyCurve curve in soft)
        {
            StudyCurve hard = run.Result.Curves.Single(other => other.At == curve.At with { Selection = SelectionRule.BestOfN });
            Assert.Equal([1, 2, 4], curve.Curve.Points.Select(static point => point.Effort));
            Assert.Equal(hard.Curve.Points[0].Gold.Value, curve.Curve.Points[0].Gold.Value, 1e-12);
            Assert.Equal(SelectionRules.PoissonKl(3).Value, curve.Curve.Points[2].Kl.Value);
            Assert.True(curve.Curve.Points[2].Proxy.Value < hard.Curve.Points[2].Proxy.Value);
        }
        // Another name and another key: what is there of best-of-n stays.
        Assert.Equal(2, Directory.GetFiles(Path.Combine(run.Folder, "cells"), "best-of-poisson-*.json").Length);
    }

    [Fact]
    public void The_table_of_claims_has_a_row_for_each_and_a_column_for_each_study()
    {
        string[] lines = ClaimsTable.Of([("one", run.Result.Findings), ("plain", Reports.SampleResult.Of().Findings)]).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("| Part | Claim | Source | one | plain |", lines[0]);
        Assert.True(lines.Length - 2 >= run.Result.Findings.Claims.Count());
        Assert.All(lines, static line => Assert.Equal(7, line.Split('|').Length));
        Assert.Contains(lines, static line => line.StartsWith("| 10 | Several rounds end with", StringComparison.Ordinal) && line.EndsWith("| not asked |", StringComparison.Ordinal));
    }

    /// <summary>The study, run once.</summary>
    public sealed class Run : IAsyncLifetime
    {
        private readonly TemporaryFolder _folder = new();

        public string Folder => _folder.File("every");

        public StudyResult Result { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            var own = RewardModel.FromText(static text => -text.Count(static letter => letter == 'a'));
            Result = await new OveroptimizationStudy(s_plan, new CpuEngine(1), ownProxies: [new("own", own)]).RunAsync(Folder);
        }

        public ValueTask DisposeAsync()
        {
            _folder.Dispose();
            return default;
        }
    }
}
