using RewardScaling.Models;
using RewardScaling.Numerics;
using RewardScaling.Ppo;

namespace RewardScaling.Tests.Ppo;

/// <summary>The penalty in the loss: its mean is the KL, its gradient that of the KL, and where PPO goes with it.</summary>
public sealed class KlLossTests
{
    [Theory]
    [InlineData(-1, -1, -2)]
    [InlineData(-0.5, -1.2, -0.1)]
    [InlineData(-3, -2, -4)]
    public void The_derivative_is_the_finite_difference(double logNew, double logOld, double logInitial)
    {
        const double H = 1e-6;
        double difference = (KlLoss.Token(logNew + H, logOld, logInitial).Value
            - KlLoss.Token(logNew - H, logOld, logInitial).Value) / (2 * H);
        Assert.Equal(difference, KlLoss.Token(logNew, logOld, logInitial).Derivative, 1e-8);
    }

    [Fact]
    public void Its_mean_over_old_samples_is_the_new_kl_and_its_mean_gradient_the_gradient_of_that()
    {
        double[] old = [0.5, 0.3, 0.2], initial = [0.2, 0.3, 0.5], logits = [0.4, -0.1, 0.3];
        double[] updated = Softmax(logits);
        double mean = Enumerable.Range(0, 3).Sum(a => old[a] * Loss(a, updated).Value);
        Assert.Equal(Kl(updated), mean, 1e-14);
        for (int k = 0; k < 3; k++)
        {
            // By logit k: the loss goes through log π(a), whose derivative is [a = k] - π(k).
            double gradient = Enumerable.Range(0, 3).Sum(a => old[a] * Loss(a, updated).Derivative * ((a == k ? 1 : 0) - updated[k]));
            const double H = 1e-6;
            double[] up = [.. logits], down = [.. logits];
            up[k] += H;
            down[k] -= H;
            Assert.Equal((Kl(Softmax(up)) - Kl(Softmax(down))) / (2 * H), gradient, 1e-8);
        }

        TokenLoss Loss(int a, double[] p) => KlLoss.Token(Math.Log(p[a]), Math.Log(old[a]), Math.Log(initial[a]));
        double Kl(double[] p) => p.Zip(initial, static (x, y) => x * Math.Log(x / y)).Sum();
    }

    [Fact]
    public async Task With_one_token_the_policy_becomes_the_best_one_under_the_penalty()
    {
        var world = new World(new TabularPolicy(4, 2, static i => Math.Sin(i)), static y => y[0] == 2 ? 1.5 : 0.4 * y[0], 1);
        using var result = await Train(world, 0.7, 1);
        double[] trained = world.Probabilities(result.Policy), best = world.Optimum(0.7);
        double gain = world.Mean(best) - world.Mean(world.Probabilities(world.Initial));
        Assert.InRange(world.Mean(trained), world.Mean(best) - 0.02 * gain, world.Mean(best) + 0.02 * gain);
        Assert.InRange(world.Kl(trained), 0.95 * world.Kl(best), 1.05 * world.Kl(best));
    }

    // π(a | s) ∝ π_init(a | s) exp(Q(s, a) / β): the first token does not pay for what the second one will.
    [Fact]
    public async Task With_two_tokens_each_pays_for_itself_alone()
    {
        const double Beta = 0.8;
        const int V = 3;
        var world = new World(new TabularPolicy(V, 3, static i => 0.5 * Math.Sin(3 * i)),
            static y => y[0] switch { 0 => y[1] == 2 ? 2 : 0, 1 => 0.9, _ => 0 }, 2);
        using var result = await Train(world, Beta, 2);
        double[] initial = world.Probabilities(world.Initial), trained = world.Probabilities(result.Policy);
        double[] q = new double[V], first = new double[V];
        for (int a = 0; a < V; a++)
        {
            double[] row = Row(initial, a), weights = [.. Enumerable.Range(0, V).Select(b => row[b] * Math.Exp(world.Rewards[V * a + b] / Beta))];
            double[] second = Array.ConvertAll(weights, w => w / weights.Sum());
            double[] learnt = Row(trained, a);
            for (int b = 0; b < V; b++) Assert.InRange(learnt[b], second[b] - 0.04, second[b] + 0.04);
            q[a] = second.Select((p, b) => p * world.Rewards[V * a + b]).Sum();
        }
        double[] unscaled = [.. Enumerable.Range(0, V).Select(a => Sum(initial, a) * Math.Exp(q[a] / Beta))];
        for (int a = 0; a < V; a++) Assert.InRange(Sum(trained, a), unscaled[a] / unscaled.Sum() - 0.03, unscaled[a] / unscaled.Sum() + 0.03);
        // It is another policy than the one a penalty in the reward leads to.
        double[] inReward = world.Optimum(Beta);
        Assert.True(Enumerable.Range(0, V).Max(a => Math.Abs(Sum(inReward, a) - Sum(trained, a))) > 0.05);

        double Sum(double[] p, int a) => p[(V * a)..(V * a + V)].Sum();
        double[] Row(double[] p, int a) => Array.ConvertAll(p[(V * a)..(V * a + V)], value => value / Sum(p, a));
    }

    private static Task<PpoResult> Train(World world, double beta, int responseLength) => new PpoTrainer(new()
    {
        LearningRate = 0.025,
        RolloutsPerStep = 256,
        MaximumSteps = 200,
        Lambda = 1,
        ValueCoefficient = 1,
        ValueClipRange = double.PositiveInfinity,
        AdvantageWhitening = AdvantageWhitening.None,
        LearningRateDecay = LearningRateDecay.Linear,
        KlCoefficient = beta,
        KlPlacement = KlPlacement.Loss,
        Optimizer = new() { Epsilon = 1e-5, MaxGradientNorm = 1 },
    }).TrainAsync(world.Problem with { ResponseLength = responseLength }, world.Evaluation(2), RandomStream.FromSeed(5),
        cancellationToken: TestContext.Current.CancellationToken);

    private static double[] Softmax(double[] logits)
    {
        double sum = logits.Sum(Math.Exp);
        return Array.ConvertAll(logits, logit => Math.Exp(logit) / sum);
    }
}
