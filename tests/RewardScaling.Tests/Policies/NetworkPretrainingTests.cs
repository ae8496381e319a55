using RewardScaling.Cpu;
using RewardScaling.Models;
using RewardScaling.Numerics;
using RewardScaling.Policies;

namespace RewardScaling.Tests.Policies;

/// <summary>Pre-training of real networks of the CPU engine.</summary>
public sealed class NetworkPretrainingTests
{
    private static readonly RandomStream Stream = RandomStream.FromSeed(29);
    private static readonly SyntheticLanguage Language = new(Stream.Fork("language"));

    private static readonly TransformerShape Small = new() { Vocabulary = 24, Context = 16, Width = 32, Layers = 1, Heads = 2 };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void A_small_network_comes_near_the_entropy_rate()
    {
        using ITrainablePolicy policy = new CpuEngine().CreatePolicy(Small, Stream.Fork("weights"));
        var options = new PretrainingOptions { Steps = 250, HeldOutWindows = 256, LearningRate = new() { Peak = 1e-2 } };
        PretrainingResult result = new Pretrainer(options).Train(policy, Language, Stream, cancellationToken: Cancel);
        double own = OwnLoss(Language.HeldOutBatch(256, 16));
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"entropy rate {Language.EntropyRate:F4}, loss of the language itself {own:F4}, of the policy {result.HeldOutLoss}");
        Assert.Equal(Math.Log(24), result.InitialHeldOutLoss.Value, 1);
        Assert.InRange(own - Language.EntropyRate, -4 * result.HeldOutLoss.StandardError, 4 * result.HeldOutLoss.StandardError);
        // On the same windows the sampling error cancels: what is left is what the policy has not learnt.
        Assert.InRange(result.HeldOutLoss.Value - own, 0, 0.1);
    }

    // The loss of the true transition matrix on the very windows the policy is measured on.
    private static double OwnLoss(TokenBatch windows)
    {
        double sum = 0;
        for (int i = 0; i < windows.Count; i++)
        {
            ReadOnlySpan<int> window = windows.Sequence(i);
            for (int t = 1; t < window.Length; t++) sum -= Math.Log(Language.TransitionProbability(window[t - 1], window[t]));
        }
        return sum / windows.TotalResponseTokens;
    }

    [Fact]
    public void Threads_and_micro_batches_change_no_bit()
    {
        (double[] losses, Estimate heldOut) Trained(int threads, int microBatch)
        {
            using ITrainablePolicy policy = new CpuEngine(threads).CreatePolicy(Small, Stream.Fork("weights"));
            var options = new PretrainingOptions { Steps = 8, BatchSize = 13, MicroBatchSize = microBatch };
            PretrainingResult result = new Pretrainer(options).Train(policy, Language, Stream, cancellationToken: Cancel);
            return ([.. result.Losses], result.HeldOutLoss);
        }
        (double[] expected, Estimate heldOut) = Trained(1, 100);
        foreach ((int threads, int microBatch) in ((int, int)[])[(2, 100), (1, 1), (2, 5)])
        {
            (double[] losses, Estimate other) = Trained(threads, microBatch);
            Assert.Equal(expected, losses);
            Assert.Equal(heldOut, other);
        }
    }
}
