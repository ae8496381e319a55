using RewardScaling.Cpu;
using RewardScaling.Models;
using RewardScaling.Numerics;
using RewardScaling.Studies;
using RewardScaling.Tests;
using RewardScaling.Tests.Studies;

namespace RewardScaling.TorchSharp.Tests;

/// <summary>A whole study: corpus, policy, gold, comparisons, proxies, best-of-n, PPO, laws.</summary>
public sealed class StudyTests
{
    // The engines' streams are the same, so the curves should nearly be: five standard errors would let a sampler with other random
    // numbers pass, and are exceeded by one point in a million of independent runs.
    [Fact]
    public async Task Its_curves_are_those_of_the_CPU_engine_within_their_errors()
    {
        var there = await RunAsync(new CpuEngine(1));
        var here = await RunAsync(Engines.Torch());
        Assert.Equal(there.Curves.Count, here.Curves.Count);
        foreach (var (expected, actual) in there.Curves.Zip(here.Curves))
        {
            Assert.Equal(expected.Proxy.Label, actual.Proxy.Label);
            Assert.Equal(expected.Curve.Points.Count, actual.Curve.Points.Count);
            foreach (var (a, b) in expected.Curve.Points.Zip(actual.Curve.Points))
            {
                AssertWithin(a.Kl, b.Kl);
                AssertWithin(a.Proxy, b.Proxy);
                AssertWithin(a.Gold, b.Gold);
            }
        }
    }

    // From folders, with proxies from the policy's trunk, frozen and not, and gold in other tokens.
    [Fact]
    public async Task A_study_of_a_persons_folders_runs_here_too_with_curves_within_their_errors()
    {
        using var folder = new TemporaryFolder();
        string policy = TinyFolders.WritePolicy(folder.File("policy")), gold = TinyFolders.WriteGold(folder.File("gold"));
        var there = await TinyFolders.Study(new CpuEngine(1), policy, gold).RunAsync(folder.File("cpu"), null, TestContext.Current.CancellationToken);
        var here = await TinyFolders.Study(Engines.Torch(), policy, gold).RunAsync(folder.File("torch"), null, TestContext.Current.CancellationToken);
        Assert.Equal(6, here.Curves.Count);
        foreach (var (expected, actual) in there.Curves.Zip(here.Curves))
        {
            Assert.Equal(expected.Proxy.Label, actual.Proxy.Label);
            foreach (var (a, b) in expected.Curve.Points.Zip(actual.Curve.Points)) AssertWithin(a.Gold, b.Gold);
        }
    }

    private static async Task<StudyResult> RunAsync(IEngine engine)
    {
        using var folder = new TemporaryFolder();
        return await new OveroptimizationStudy(TinyStudy.Plan, engine).RunAsync(folder.File("run"), null, TestContext.Current.CancellationToken);
    }

    private static void AssertWithin(Estimate a, Estimate b)
    {
        double error = Math.Sqrt(a.StandardError * a.StandardError + b.StandardError * b.StandardError);
        Assert.InRange(b.Value, a.Value - 5 * error - 1e-6, a.Value + 5 * error + 1e-6);
    }
}
