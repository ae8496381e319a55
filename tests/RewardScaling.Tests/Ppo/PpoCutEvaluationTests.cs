using RewardScaling.BestOfN;
using RewardScaling.Models;
using RewardScaling.Numerics;
using RewardScaling.Ppo;

namespace RewardScaling.Tests.Ppo;

/// <summary>Evaluation under top-k and top-p in a world of 27 responses: which policy is measured, and from which.</summary>
public sealed class PpoCutEvaluationTests
{
    private static readonly PpoOptions Options = new()
    {
        LearningRate = 0.02,
        RolloutsPerStep = 128,
        MaximumSteps = 15,
        ValueCoefficient = 1,
        Optimizer = new() { Epsilon = 1e-5, MaxGradientNorm = 1 },
    };

    private static World Table() => new(new TabularPolicy(3, 4, static i => 0.5 * Math.Sin(i)), static y => y[0] - y[1] * y[2]);

    [Theory]
    [InlineData(2, 1, null)]
    [InlineData(int.MaxValue, 0.6, null)]
    [InlineData(2, 0.9, 0.7)]
    public async Task Under_a_cut_the_curve_is_that_of_the_cut_policy_from_the_whole_initial_one(int topK, double topP, double? temperature)
    {
        var world = Table();
        var cut = new TokenCut { TopK = topK, TopP = topP };
        using var whole = await Train(Options, world, world.Evaluation(4));
        using var result = await Train(Options, world, world.Evaluation(4000) with { Cut = cut, Temperature = temperature });
        Assert.Equal(((TabularPolicy)whole.Policy).Weights.ToArray(), ((TabularPolicy)result.Policy).Weights.ToArray());
        foreach (var (point, policy) in new[] { (result.Curve.Points[0], world.Initial), (result.Curve.Points[^1], result.Policy) })
        {
            double[] p = Cut(world, (TabularPolicy)policy, temperature ?? 1, cut);
            double kl = world.Kl(p, temperature ?? 1);
            // A nucleus that has shrunk to one response has no spread, only rounding.
            Assert.Equal(kl, point.Kl.Value, 4 * point.Kl.StandardError + 1e-5);
            Assert.Equal(world.Mean(p), point.Proxy.Value, 4 * point.Proxy.StandardError + 1e-5);
            // Of the whole initial policy it would be 0.
            Assert.True(kl > 0.05);
        }
    }

    [Fact]
    public async Task The_two_estimates_of_a_cut_policys_kl_agree_and_the_grid_follows_what_is_trained()
    {
        var world = Table();
        var log = new Journal();
        var options = Options with { MaximumSteps = 40, KlCoefficient = 0 };
        using var whole = await Train(options, world, world.Evaluation(2000), log);
        // Best-of-one-token sampling lies 2 nats away from the start; the points must not wait until training is there.
        using var greedy = await Train(options, world, world.Evaluation(2000) with { Cut = new() { TopK = 2 } }, log);
        Assert.DoesNotContain(log.Warnings, static line => line.Contains("disagree", StringComparison.Ordinal));
        Assert.InRange(greedy.Curve.Points.Count, whole.Curve.Points.Count, int.MaxValue);
    }

    [Fact]
    public async Task A_cut_that_leaves_nothing_is_refused_and_one_belongs_to_what_a_folder_is()
    {
        var world = Table();
        Assert.Contains("TopP = 0", (await Assert.ThrowsAsync<ArgumentException>(() =>
            Train(Options, world, world.Evaluation(4) with { Cut = new() { TopP = 0 } }))).Message, StringComparison.Ordinal);
        Assert.Contains("Cut = null", (await Assert.ThrowsAsync<ArgumentException>(() =>
            Train(Options, world, world.Evaluation(4) with { Cut = null! }))).Message, StringComparison.Ordinal);
        using var folder = new TemporaryFolder();
        var checkpoints = new CheckpointOptions { Folder = folder.File("run") };
        using var first = await Train(Options, world, world.Evaluation(4), checkpoints: checkpoints);
        var refusal = await Assert.ThrowsAsync<IOException>(() =>
            Train(Options, world, world.Evaluation(4) with { Cut = new() { TopK = 2 } }, checkpoints: checkpoints));
        Assert.Contains("evaluationCut.topK", refusal.Message, StringComparison.Ordinal);
    }

    // docs/best-of-n.md: ln n - (n-1)/n is from what the responses were drawn from. From the whole policy it is that plus the mean
    // of ln(1 / kept mass) over the responses selected.
    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void Best_of_n_under_a_cut_is_measured_from_the_cut_policy(int n)
    {
        var world = Table();
        double[] whole = world.Probabilities(world.Initial), drawn = Cut(world, (TabularPolicy)world.Initial, 1, new() { TopK = 2 });
        int[] can = [.. Enumerable.Range(0, drawn.Length).Where(i => drawn[i] > 0)];
        double[] law = new DiscreteBestOfN([.. can.Select(i => drawn[i])], [.. can.Select(i => world.Rewards[i] + 1e-3 * i)]).Distribution(n);
        double fromCut = can.Index().Sum(item => law[item.Index] * Math.Log(law[item.Index] / drawn[item.Item]));
        double fromWhole = can.Index().Sum(item => law[item.Index] * Math.Log(law[item.Index] / whole[item.Item]));
        double kept = can.Index().Sum(item => law[item.Index] * Math.Log(drawn[item.Item] / whole[item.Item]));
        Assert.Equal(fromWhole, fromCut + kept, 1e-9);
        Assert.InRange(fromCut, 0, BestOfNTheory.Kl(n).Value + 1e-9);
        Assert.True(kept > 0.5, $"{kept}");
    }

    private static double[] Cut(World world, TabularPolicy policy, double temperature, TokenCut cut) =>
        [.. Enumerable.Range(0, world.All.Count).Select(i =>
        {
            int[] tokens = world.All.Sequence(i).ToArray();
            return Math.Exp(Enumerable.Range(1, tokens.Length - 1).Sum(t => policy.LogProbs(tokens.AsSpan(0, t), temperature, cut)[tokens[t]]));
        })];

    private static Task<PpoResult> Train(
        PpoOptions options, World world, PpoEvaluation evaluation, Journal? log = null, CheckpointOptions? checkpoints = null) =>
        new PpoTrainer(options, logger: log).TrainAsync(world.Problem, evaluation, RandomStream.FromSeed(1), checkpoints: checkpoints,
            cancellationToken: TestContext.Current.CancellationToken);
}
