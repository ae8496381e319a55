using System.Globalization;
using RewardScaling.Curves;
using RewardScaling.Numerics;
using RewardScaling.Ppo;
using RewardScaling.Reports;
using RewardScaling.Runs;
using RewardScaling.Studies;

namespace RewardScaling.Tests.Reports;

public sealed class CurvesCsvTests
{
    [Fact]
    public void The_first_lines_are_these()
    {
        ReportCurve curve = new()
        {
            Curve = new(OptimizationMethod.ReinforcementLearning, "x", [
                new() { Kl = new(2.25, 0.5), Proxy = Estimate.WithoutError(-1), Gold = new(0.1, 0), Effort = 7 },
            ]),
            ProxyParameters = 1217,
            ProxyComparisons = 500,
            ProxySeed = 3,
        };
        Assert.Equal("method,proxy_parameters,proxy_comparisons,proxy_seed,study_seed,policy_parameters,policy_seed,label_noise,ensemble,own_proxy,frozen_blocks,kl_penalty,kl_penalty_in,round,rounds,selection,kl_nats,kl_se,d,effort,proxy,proxy_se,gold,gold_se\r\n"
            + "ppo,1217,500,3,,,,,,,,,,,,,2.25,0.5,1.5,7,-1,,0.1,0\r\n", CurvesCsv.ToText([curve]));
    }

    [Fact]
    public void Numbers_come_back_unchanged()
    {
        IReadOnlyList<ReportCurve> curves = SampleStudy.Curves();
        string[] lines = CurvesCsv.ToText(curves).Split("\r\n");
        Assert.Equal("", lines[^1]);
        int line = 1;
        foreach (ReportCurve curve in curves)
            foreach (RewardPoint point in curve.Curve.Points)
            {
                string[] cells = lines[line++].Split(',');
                double[] values = [.. cells[1..].Where(static cell => cell.Length > 0).Select(static c => double.Parse(c, CultureInfo.InvariantCulture))];
                Assert.Equal(curve.Curve.Method == OptimizationMethod.BestOfN ? "best-of-n" : "ppo", cells[0]);
                Assert.Equal([curve.ProxyParameters, curve.ProxyComparisons, curve.ProxySeed, point.Kl.Value,
                    point.Kl.StandardError, point.Distance.Value, point.Effort,
                    point.Proxy.Value, point.Proxy.StandardError, point.Gold.Value, point.Gold.StandardError], values);
            }
        Assert.Equal(lines.Length - 1, line);
    }

    [Fact]
    public void Each_curve_is_read_back_as_it_was()
    {
        IReadOnlyList<ReportCurve> curves = SampleStudy.Curves();
        RunTable table = RunTable.Parse(CurvesCsv.ToText(curves), "curves.csv");
        foreach (ReportCurve curve in curves)
        {
            RunLog log = RunLog.From(table.Where("method", curve.Curve.Method == OptimizationMethod.BestOfN ? "best-of-n" : "ppo")
                .Where("proxy_parameters", FormattableString.Invariant($"{curve.ProxyParameters}"))
                .Where("proxy_comparisons", FormattableString.Invariant($"{curve.ProxyComparisons}")));
            Assert.Equal(("RewardScaling", true, true), (log.Tool, log.StartsAtZero, log.IsExact));
            Assert.Empty(log.Warnings);
            RewardCurve read = log.ToCurve();
            Assert.Equal(curve.Curve.Method, read.Method);
            Assert.Equal(curve.Curve.Points, read.Points);
        }
    }

    [Fact]
    public void A_file_of_several_curves_is_not_read_as_one_and_the_message_says_what_to_choose()
    {
        string text = CurvesCsv.ToText([.. SampleStudy.Curves(), SampleStudy.Curves()[0] with { ProxySeed = 1 }]);
        string message = Assert.Throws<InvalidDataException>(() => RunLog.From(RunTable.Parse(text, "curves.csv"))).Message;
        Assert.StartsWith("curves.csv holds 13 runs (method=best-of-n, proxy_parameters=1217, proxy_comparisons=500, proxy_seed=0; ", message, StringComparison.Ordinal);
        Assert.Contains("--where method=best-of-n --where proxy_parameters=1217 --where proxy_comparisons=500 --where proxy_seed=0,", message, StringComparison.Ordinal);
    }

    // Seeds, policies, noise, ensembles, penalties and rounds of one size and number of comparisons.
    [Fact]
    public void Curves_that_differ_on_one_axis_of_a_plan_are_told_apart_and_read_back()
    {
        var plain = SampleStudy.Curves(1, 1).Single(static curve => curve.Curve.Method == OptimizationMethod.ReinforcementLearning);
        StudyCoordinates at = new()
        {
            StudySeed = 1,
            PolicySize = null,
            PolicyParameters = 900,
            ProxySize = null,
            ProxyParameters = plain.ProxyParameters,
            Comparisons = (int)plain.ProxyComparisons,
            Method = OptimizationMethod.ReinforcementLearning,
        };
        StudyCoordinates[] places = [at, at with { StudySeed = 2 }, at with { PolicyParameters = 1800 }, at with { PolicySeed = 1 }, at with { LabelNoise = 0.25 },
            at with { Ensemble = new(EnsembleKind.WorstCase, 5) }, at with { OwnProxy = "short, \"plain\"" }, at with { FrozenBlocks = 1 }, at with { Penalty = new(0.1) },
            at with { Penalty = new(0.1, KlPlacement.Loss) }, at with { Rounds = new() { Count = 2 } }, at with { Rounds = new() { Count = 2 }, Round = 2 },
            at with { Rounds = new() { Count = 2, CarriesComparisons = true } }];
        RunTable table = RunTable.Parse(CurvesCsv.ToText([.. places.Select((place, i) => plain with
        {
            At = place,
            Curve = new(plain.Curve.Method, plain.Curve.Label, [.. plain.Curve.Points.Select(point => point with { Gold = new(point.Gold.Value + i, 0.03) })]),
        })]), "curves.csv");
        string message = Assert.Throws<InvalidDataException>(() => RunLog.From(table)).Message;
        Assert.StartsWith($"curves.csv holds {places.Length} runs (", message, StringComparison.Ordinal);
        var worst = RunLog.From(table.Where("ensemble", "worst case of 5")).ToCurve();
        Assert.Equal([.. plain.Curve.Points.Select(static point => point.Gold.Value + 5)], worst.Points.Select(static point => point.Gold.Value));
        Assert.Equal(plain.Curve.Points.Count, RunLog.From(table.Where("own_proxy", "short, \"plain\"")).ToCurve().Points.Count);
        Assert.Equal(plain.Curve.Points.Count, RunLog.From(table.Where("rounds", "2 rounds, KL from the first policy, comparisons carried over")).ToCurve().Points.Count);
    }

    [Fact]
    public void No_curve_is_a_header_and_a_faulty_one_is_a_fault()
    {
        Assert.Single(CurvesCsv.ToText(Array.Empty<ReportCurve>()).Split("\r\n", StringSplitOptions.RemoveEmptyEntries));
        Assert.Throws<ArgumentException>(() => CurvesCsv.ToText([SampleStudy.Curves(1, 1)[0] with { ProxyComparisons = -1 }]));
    }

    // A proxy that was given has neither size nor data, so that its name alone tells it.
    [Fact]
    public void A_proxy_that_was_given_has_no_size_and_is_told_by_its_name()
    {
        ReportCurve given = SampleStudy.Curves(1, 1)[0] with { ProxyName = "mine", ProxyParameters = 0, ProxyComparisons = 0 };
        Assert.Contains("\r\nbest-of-n,0,0,", CurvesCsv.ToText([given]), StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => CurvesCsv.ToText([given with { ProxyName = null }]));
    }
}
