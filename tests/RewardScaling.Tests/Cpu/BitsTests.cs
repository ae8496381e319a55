using RewardScaling.Cpu;
using RewardScaling.Models;
using RewardScaling.Tests.Contracts;

namespace RewardScaling.Tests.Cpu;

/// <summary>The same bits at any number of threads, in any company and however a batch is cut.</summary>
public sealed class BitsTests
{
    public static TheoryData<bool, int> Cases => [(false, 1), (false, 2), (false, 3), (true, 1), (true, 3)];

    private static AdamWOptions Options { get; } = new() { WeightDecay = 0.01 };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Training_a_policy(bool even, int threads)
    {
        var shape = even ? Batches.Even : Batches.Odd;
        using var expected = new CpuEngine(1).CreatePolicy(shape, Batches.Random);
        using var actual = new CpuEngine(threads).CreatePolicy(shape, Batches.Random);
        for (int step = 0; step < 3; step++)
        {
            var batch = Batches.Ragged(shape, 23, (ulong)step);
            var slopes = Batches.Slopes(batch.TotalResponseTokens, (ulong)step);
            PolicyOutputs whole = new(), part = new(), partSlopes = new();
            expected.Forward(batch, whole, 0.9);
            expected.Backward(slopes);
            for (int from = 0, count; from < 23; from += count)
            {
                count = Math.Min(23 - from, step == 0 ? 23 : 1 + (from * 7 + step) % 6);
                var micro = batch.Slice(from, count);
                actual.Forward(micro, part, 0.9);
                var range = batch.ResponseOffsets[from]..batch.ResponseOffsets[from + count];
                AssertSameBits(whole.LogProbs[range], part.LogProbs);
                AssertSameBits(whole.Entropies[range], part.Entropies);
                AssertSameBits(whole.Values[range], part.Values);
                partSlopes.Reset(micro.TotalResponseTokens);
                slopes.LogProbs[range].CopyTo(partSlopes.LogProbs);
                slopes.Entropies[range].CopyTo(partSlopes.Entropies);
                slopes.Values[range].CopyTo(partSlopes.Values);
                actual.Backward(partSlopes);
            }
            Assert.Equal(expected.Step(Options, 0.01), actual.Step(Options, 0.01));
            AssertSameFiles(expected.Save, actual.Save);
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Training_a_reward_model(bool even, int threads)
    {
        var shape = even ? Batches.Even : Batches.Odd;
        using var expected = new CpuEngine(1).CreateRewardModel(shape, Batches.Random);
        using var actual = new CpuEngine(threads).CreateRewardModel(shape, Batches.Random);
        for (int step = 0; step < 3; step++)
        {
            var batch = Batches.Ragged(shape, 23, (ulong)step);
            float[] slopes = [.. Enumerable.Range(0, 23).Select(static i => (float)Batches.Random.Normal((ulong)i))],
                whole = new float[23], part = new float[23];
            expected.Forward(batch, whole);
            expected.Backward(slopes);
            for (int from = 0, count; from < 23; from += count)
            {
                count = Math.Min(23 - from, step == 0 ? 23 : 1 + (from * 5 + step) % 6);
                actual.Forward(batch.Slice(from, count), part.AsSpan(from, count));
                actual.Backward(slopes.AsSpan(from, count));
            }
            AssertSameBits(whole, part);
            Assert.Equal(expected.Step(Options, 0.01), actual.Step(Options, 0.01));
            AssertSameFiles(expected.Save, actual.Save);
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Sampling_and_evaluating_what_was_sampled(bool even, int threads)
    {
        var shape = even ? Batches.Even : Batches.Odd;
        using var policy = new CpuEngine(threads).CreatePolicy(shape, Batches.Random);
        using var one = new CpuEngine(1).CreatePolicy(shape, Batches.Random);
        var prompts = Batches.Prompts(shape, 70, 11, 5);
        var options = new SamplingOptions { ResponseLength = 11, Temperature = 0.8 };
        var token = TestContext.Current.CancellationToken;
        var sampled = await policy.SampleAsync(prompts, options, Batches.Streams(70, 6), token);
        var again = await one.SampleAsync(prompts, options, Batches.Streams(70, 6), token);
        Assert.Equal(again.Tokens.Tokens.ToArray(), sampled.Tokens.Tokens.ToArray());
        AssertSameBits(again.LogProbs, sampled.LogProbs);
        var outputs = new PolicyOutputs();
        policy.Evaluate(sampled.Tokens, outputs, 0.8);
        AssertSameBits(outputs.LogProbs, sampled.LogProbs);
        AssertSameBits(outputs.Values, sampled.Values);
    }

    // Of a large network the workers continue the same sequences together; here a small one is made to.
    [Theory]
    [InlineData("gpt2", 2, false)]
    [InlineData("llama-3", 3, false)]
    [InlineData("qwen3", 2, true)]
    [InlineData("gpt2-untied", 3, true)]
    public void Sampling_with_workers_that_share_every_step(string family, int threads, bool cuts)
    {
        string folder = Path.Combine(Repository.Root, "tests", "RewardScaling.Tests", "ReferenceData", "families", family);
        using var alone = Policy(folder, 1);
        using var together = Policy(folder, threads);
        using Sampler<float, Float256> one = new(alone.Network), shared = new(together.Network) { Shares = true };
        var shape = alone.Network.Layout.Shape;
        var options = new SamplingOptions { ResponseLength = 11, Temperature = 0.8, Cut = cuts ? new() { TopK = 5 } : TokenCut.None };
        // Fewer prompts than parts, and more than stand side by side.
        foreach (int count in (int[])[1, 3, 64 * threads + 7])
        {
            var prompts = Batches.Prompts(shape, count, 11, 5);
            var expected = one.Draw(prompts, options, Batches.Streams(count, 6), default);
            var actual = shared.Draw(prompts, options, Batches.Streams(count, 6), default);
            Assert.Equal(expected.Tokens.Tokens.ToArray(), actual.Tokens.Tokens.ToArray());
            AssertSameBits(expected.LogProbs, actual.LogProbs);
            AssertSameBits(expected.Values, actual.Values);
        }

        static PolicyNetwork<float, Float256> Policy(string folder, int threads)
        {
            var (shape, weights) = NetworkFile.Load(folder, NetworkFile.Policy, static (shape, values) => (shape, values.ToArray()));
            PolicyNetwork<float, Float256> policy = new(shape, new(threads));
            new NamedWeights<Float256>(policy.Network.Weights).Load(weights);
            return policy;
        }
    }

    [Fact]
    public void Any_company_in_the_batch()
    {
        using var policy = new CpuEngine(2).CreatePolicy(Batches.Odd, Batches.Random);
        var batch = Batches.Ragged(Batches.Odd, 40, 9, someEmpty: false);
        PolicyOutputs all = new(), few = new();
        policy.Evaluate(batch, all);
        int[] chosen = [31, 2, 17];
        policy.Evaluate(batch.Select(chosen), few);
        float[] expected = [.. chosen.SelectMany(i =>
            all.LogProbs[batch.ResponseOffsets[i]..batch.ResponseOffsets[i + 1]].ToArray())];
        AssertSameBits(expected, few.LogProbs);
    }

    [Fact]
    public void Registers_of_any_width_agree_to_rounding()
    {
        var batch = Batches.Ragged(Batches.Even, 20, 10);
        float[] Scores(int lanes)
        {
            var scores = new float[20];
            using var model = new CpuEngine(1, lanes).CreateRewardModel(Batches.Even, Batches.Random, 0.2);
            model.Score(batch, scores);
            return scores;
        }
        float[] expected = Scores(1);
        foreach (int lanes in new[] { 4, 8, 16 })
        {
            float[] actual = Scores(lanes);
            for (int i = 0; i < 20; i++) Assert.Equal(expected[i], actual[i], 1e-5 * Math.Max(1, Math.Abs(expected[i])));
        }
    }

    private static void AssertSameBits(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual) =>
        Assert.Equal(Array.ConvertAll(expected.ToArray(), BitConverter.SingleToInt32Bits),
        Array.ConvertAll(actual.ToArray(), BitConverter.SingleToInt32Bits));

    private static void AssertSameFiles(Action<string> expected, Action<string> actual)
    {
        using var folder = new TemporaryFolder();
        expected(folder.File("a"));
        actual(folder.File("b"));
        Assert.Equal(File.ReadAllBytes(folder.File("a")), File.ReadAllBytes(folder.File("b")));
    }
}
