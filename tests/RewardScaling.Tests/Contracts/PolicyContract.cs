using RewardScaling.Models;

namespace RewardScaling.Tests.Contracts;

/// <summary>What a policy of any engine must do.</summary>
public abstract class PolicyContract
{
    /// <summary>How far a float engine may be from the plain network in double.</summary>
    private const double Close = 2e-5;

    /// <summary>The engine under test.</summary>
    protected abstract IEngine CreateEngine();

    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 1)]
    [InlineData(false, 0.6)]
    public void Outputs_are_those_of_the_plain_network(bool even, double temperature)
    {
        using var policy = Trained(even ? Batches.Even : Batches.Odd);
        var batch = Batches.Ragged(policy.Shape, 30, 3);
        var outputs = new PolicyOutputs();
        policy.Evaluate(batch, outputs, temperature);
        var (logProbs, entropies, values) = ReferenceTransformer.Of(policy.Save, policy.Shape).Policy(batch, temperature);
        AssertClose(logProbs, outputs.LogProbs);
        AssertClose(entropies, outputs.Entropies);
        AssertClose(values, outputs.Values);
    }

    [Fact]
    public void Forward_gives_what_Evaluate_gives()
    {
        using var policy = Trained(Batches.Odd);
        var batch = Batches.Ragged(policy.Shape, 30, 4);
        PolicyOutputs evaluated = new(), forward = new();
        policy.Evaluate(batch, evaluated);
        policy.Forward(batch, forward);
        Assert.Equal(evaluated.LogProbs, forward.LogProbs);
        Assert.Equal(evaluated.Entropies, forward.Entropies);
        Assert.Equal(evaluated.Values, forward.Values);
    }

    [Fact]
    public void Two_steps_move_every_parameter_as_AdamW_along_numerical_gradients()
    {
        var options = new AdamWOptions { WeightDecay = 0.1, MaxGradientNorm = 0.5, Epsilon = 1e-3, Beta1 = 0.8, Beta2 = 0.9 };
        using var policy = Fresh(Batches.Tiny);
        var batch = Batches.Ragged(policy.Shape, 8, 5);
        int count = batch.TotalResponseTokens;
        var slopes = Batches.Slopes(count, 6);
        var plain = ReferenceTransformer.Of(policy.Save, policy.Shape);
        var adam = new PlainAdamW(plain.Parameters, options);
        for (int step = 0; step < 2; step++)
        {
            var outputs = new PolicyOutputs();
            policy.Forward(batch, outputs, 0.8);
            policy.Backward(slopes);
            double norm = policy.Step(options, 0.05);
            Assert.Equal(adam.Step(0.05, Loss), norm, 2e-4 * norm);
        }
        foreach (var (name, values) in ReferenceTransformer.Of(policy.Save, policy.Shape).Parameters)
            for (int i = 0; i < values.Length; i++) Assert.True(Math.Abs(values[i] - plain.Parameters[name][i]) < 1e-4,
                $"{name}[{i}]");

        double Loss()
        {
            var (logProbs, entropies, values) = plain.Policy(batch, 0.8);
            double loss = 0;
            for (int i = 0; i < count; i++) loss += slopes.LogProbs[i] * logProbs[i] + slopes.Entropies[i] * entropies[i]
                + slopes.Values[i] * values[i];
            return loss;
        }
    }

    [Fact]
    public async Task Sampled_log_probabilities_and_values_are_those_of_Evaluate()
    {
        using var policy = Trained(Batches.Odd);
        var sampled = await Sample(policy, Batches.Prompts(policy.Shape, 40, 8, 7), 8, 9, 0.7);
        var outputs = new PolicyOutputs();
        policy.Evaluate(sampled.Tokens, outputs, 0.7);
        Assert.Equal(outputs.LogProbs.Length, sampled.LogProbs.Length);
        AssertClose(Array.ConvertAll(sampled.LogProbs, static x => (double)x), outputs.LogProbs);
        AssertClose(Array.ConvertAll(sampled.Values, static x => (double)x), outputs.Values);
    }

    [Fact]
    public async Task A_draw_depends_on_its_prompt_and_stream_and_not_on_the_batch()
    {
        using var policy = Trained(Batches.Odd);
        var prompts = Batches.Prompts(policy.Shape, 25, 6, 8);
        var streams = Batches.Streams(25, 10);
        var options = new SamplingOptions { ResponseLength = 6 };
        var all = await policy.SampleAsync(prompts, options, streams, TestContext.Current.CancellationToken);
        foreach (int i in new[] { 0, 7, 24 })
        {
            var one = await policy.SampleAsync(prompts.Slice(i, 1), options, streams.AsMemory(i, 1),
                TestContext.Current.CancellationToken);
            Assert.Equal(all.Tokens.Sequence(i).ToArray(), one.Tokens.Sequence(0).ToArray());
            Assert.Equal(prompts.Sequence(i).ToArray(), one.Tokens.Prompt(0).ToArray());
        }
    }

    [Fact]
    public async Task A_response_stops_at_its_first_end_token_and_is_otherwise_the_same()
    {
        using var policy = Trained(Batches.Odd);
        var prompts = Batches.Prompts(policy.Shape, 40, 8, 7);
        var streams = Batches.Streams(40, 9);
        const int End = 3;
        var token = TestContext.Current.CancellationToken;
        var whole = await policy.SampleAsync(prompts, new() { ResponseLength = 8 }, streams, token);
        var cut = await policy.SampleAsync(prompts, new() { ResponseLength = 8, EndToken = End }, streams, token);
        int ended = 0;
        for (int i = 0; i < 40; i++)
        {
            int[] full = whole.Tokens.Response(i).ToArray();
            int at = Array.IndexOf(full, End), kept = at < 0 ? full.Length : at + 1;
            if (at >= 0) ended++;
            Assert.Equal(full[..kept], cut.Tokens.Response(i).ToArray());
            int from = whole.Tokens.ResponseOffsets[i], to = cut.Tokens.ResponseOffsets[i];
            Assert.Equal(whole.LogProbs[from..(from + kept)], cut.LogProbs[to..(to + kept)]);
            Assert.Equal(whole.Values[from..(from + kept)], cut.Values[to..(to + kept)]);
        }
        Assert.InRange(ended, 1, 39);
        Assert.Equal(cut.Tokens.TotalResponseTokens, cut.LogProbs.Length);
        await Assert.ThrowsAnyAsync<ArgumentException>(async () =>
            await policy.SampleAsync(prompts, new() { ResponseLength = 8, EndToken = -1 }, streams, token));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(0.5)]
    public async Task Draws_follow_the_softmax_of_the_logits(double temperature)
    {
        using var policy = Trained(Batches.Odd);
        int[] prompt = [3, 1, 4];
        const int Draws = 20_000;
        var prompts = new TokenBatch([.. Enumerable.Repeat(new TokenSequence(prompt, 3), Draws)]);
        var sampled = await Sample(policy, prompts, 1, 11, temperature);
        double[] expected = ReferenceTransformer.Of(policy.Save, policy.Shape).Distribution(prompt, temperature);
        var counts = new int[policy.VocabularySize];
        for (int i = 0; i < Draws; i++) counts[sampled.Tokens.Response(i)[0]]++;
        double statistic = 0;
        for (int token = 0; token < counts.Length; token++)
        {
            double mean = Draws * expected[token];
            statistic += (counts[token] - mean) * (counts[token] - mean) / mean;
        }
        // The seed is fixed; over seeds a right sampler fails once in a million.
        Assert.True(statistic < MathNet.Numerics.Distributions.ChiSquared.InvCDF(counts.Length - 1, 1 - 1e-6),
            $"chi-square {statistic}");
    }

    [Fact]
    public void Divergence_is_the_sum_over_the_vocabulary_and_zero_to_a_clone()
    {
        var engine = CreateEngine();
        using var policy = Trained(Batches.Odd, engine: engine);
        using var reference = Trained(Batches.Odd, seed: 77, engine);
        using var clone = policy.Clone();
        var batch = Batches.Ragged(policy.Shape, 12, 12);
        float[] kl = new float[batch.TotalResponseTokens], own = new float[batch.TotalResponseTokens];
        policy.TokenKl(reference, batch, kl, 1.3);
        policy.TokenKl(clone, batch, own);
        Assert.All(own, static value => Assert.Equal(0, value, 1e-6));
        ReferenceTransformer plain = ReferenceTransformer.Of(policy.Save, policy.Shape),
            other = ReferenceTransformer.Of(reference.Save, policy.Shape);
        for (int i = 0, at = 0; i < batch.Count; i++)
        {
            for (int t = batch.PromptLengths[i]; t < batch.Sequence(i).Length; t++, at++)
            {
                double[] p = plain.Distribution(batch.Sequence(i)[..t], 1.3), r = other.Distribution(batch.Sequence(i)[..t], 1.3);
                double expected = p.Zip(r, static (a, b) => a * Math.Log(a / b)).Sum();
                Assert.Equal(expected, kl[at], 1e-5);
                Assert.True(kl[at] >= -1e-6);
            }
        }
    }

    [Fact]
    public void Micro_batches_add_up()
    {
        using var whole = Fresh(Batches.Odd);
        using var split = whole.Clone();
        var batch = Batches.Ragged(whole.Shape, 9, 13);
        var slopes = Batches.Slopes(batch.TotalResponseTokens, 14);
        var outputs = new PolicyOutputs();
        whole.Forward(batch, outputs);
        whole.Backward(slopes);
        foreach (var (start, count) in new[] { (0, 4), (4, 1), (5, 4) })
        {
            split.Forward(batch.Slice(start, count), outputs);
            split.Backward(Part(slopes, batch.ResponseOffsets[start], batch.ResponseOffsets[start + count]));
        }
        // A gradient that is zero but for rounding, as that of the keys' biases, must not be blown up to a whole step.
        var options = new AdamWOptions { Epsilon = 1e-3 };
        double norm = whole.Step(options, 0.01);
        Assert.Equal(norm, split.Step(options, 0.01), 1e-5 * norm);
        AssertSame(whole, split, 1e-4);
    }

    [Fact]
    public void A_clone_goes_its_own_way()
    {
        using var policy = Trained(Batches.Odd);
        using var clone = policy.Clone();
        AssertSame(policy, clone, 0);
        var before = ReferenceTransformer.Of(policy.Save, policy.Shape);
        Batches.Train(clone, 15);
        foreach (var (name, values) in ReferenceTransformer.Of(policy.Save, policy.Shape).Parameters)
            Assert.Equal(before.Parameters[name], values);
        Assert.NotEqual(before.Parameters["norm.bias"],
            ReferenceTransformer.Of(clone.Save, policy.Shape).Parameters["norm.bias"]);
    }

    [Fact]
    public void A_saved_policy_is_the_same_policy_when_loaded()
    {
        using var folder = new TemporaryFolder();
        var engine = CreateEngine();
        using var policy = Trained(Batches.Odd, engine: engine);
        policy.Save(folder.File("p.safetensors"));
        using var loaded = engine.LoadPolicy(folder.File("p.safetensors"));
        Assert.Equal(policy.Shape, loaded.Shape);
        AssertSame(policy, loaded, 0);
        loaded.Save(folder.File("q.safetensors"));
        Assert.Equal(File.ReadAllBytes(folder.File("p.safetensors")), File.ReadAllBytes(folder.File("q.safetensors")));
    }

    [Fact]
    public void Options_without_a_step_and_a_gradient_that_is_not_finite_leave_the_weights()
    {
        using var policy = Trained(Batches.Odd);
        using var before = policy.Clone();
        var batch = Batches.Ragged(policy.Shape, 3, 16);
        var slopes = Batches.Slopes(batch.TotalResponseTokens, 17);
        slopes.LogProbs[1] = float.NaN;
        policy.Forward(batch, new());
        policy.Backward(slopes);
        Assert.Throws<NotFiniteNumberException>(() => policy.Step(new(), 0.1));
        Assert.Throws<ArgumentException>(() => policy.Step(new() { Beta1 = 1 }, 0.1));
        AssertSame(policy, before, 0);
    }

    [Fact]
    public async Task What_a_policy_cannot_do_is_said_clearly()
    {
        var engine = CreateEngine();
        using var policy = Trained(Batches.Odd, engine: engine);
        var outputs = new PolicyOutputs();
        var good = Batches.Ragged(policy.Shape, 2, 18, someEmpty: false);
        Assert.Throws<InvalidOperationException>(() => policy.Backward(new()));
        var wrong = new TokenBatch([good[0], new(new[] { 1, 2, 11 }, 1)]);
        string message = Assert.Throws<ArgumentException>(() => policy.Evaluate(wrong, outputs)).Message;
        Assert.Contains("sequence 1", message, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("11", message, StringComparison.Ordinal);
        var longer = new TokenBatch([new(new int[21], 1)]);
        Assert.Contains("20", Assert.Throws<ArgumentException>(() => policy.Forward(longer, outputs)).Message,
            StringComparison.Ordinal);
        Assert.ThrowsAny<ArgumentException>(() => policy.Evaluate(good, outputs, 0));
        Assert.ThrowsAny<ArgumentException>(() => policy.Evaluate(good, outputs, double.NaN));
        Assert.ThrowsAny<ArgumentException>(() => policy.TokenKl(policy, good, new float[good.TotalResponseTokens + 1]));
        using var larger = engine.CreatePolicy(Batches.Even, Batches.Random);
        Assert.Throws<ArgumentException>(() => policy.TokenKl(larger, good, new float[good.TotalResponseTokens]));
        policy.Forward(good, outputs);
        Assert.ThrowsAny<ArgumentException>(() => policy.Backward(new()));
        var prompts = new TokenBatch([new(new[] { 1, 2 }, 2)]);
        await Assert.ThrowsAnyAsync<ArgumentException>(() => Sample(policy, prompts, 19, 1, 1));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => Sample(policy, prompts, 0, 1, 1));
        await Assert.ThrowsAnyAsync<ArgumentException>(() => Sample(policy, good, 2, 1, 1));
        await Assert.ThrowsAnyAsync<ArgumentException>(async () =>
            await policy.SampleAsync(prompts, new() { ResponseLength = 2 }, Batches.Streams(2, 1),
            TestContext.Current.CancellationToken));
        policy.Dispose();
        Assert.Contains("Policy", Assert.Throws<ObjectDisposedException>(() => policy.Evaluate(good, outputs)).ObjectName,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_second_call_at_once_is_refused()
    {
        using var policy = Trained(Batches.Even);
        Assert.StartsWith("This model is in the middle of another call.", Collision.Message(batch =>
        {
            var outputs = new PolicyOutputs();
            policy.Evaluate(batch, outputs);
            return outputs.LogProbs.ToArray();
        }, Batches.Ragged(Batches.Even, 40, 1), Batches.Ragged(Batches.Even, 30, 2)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sampling_stops_when_asked()
    {
        using var policy = Trained(Batches.Odd);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
            await policy.SampleAsync(Batches.Prompts(policy.Shape, 9, 5, 1),
            new() { ResponseLength = 5 }, Batches.Streams(9, 1), new CancellationToken(canceled: true)));
    }

    [Fact]
    public void Training_on_one_text_makes_it_likely()
    {
        using var policy = CreateEngine().CreatePolicy(Batches.Even, Batches.Random);
        var batch = new TokenBatch([new(Enumerable.Range(0, 40).Select(static i => i * i % 32).ToArray(), 1)]);
        PolicyOutputs outputs = new(), slopes = new();
        for (int step = 0; step < 120; step++)
        {
            policy.Forward(batch, outputs);
            slopes.Reset(outputs.Count);
            slopes.LogProbs.Fill(-1f / outputs.Count);
            policy.Backward(slopes);
            policy.Step(new(), 3e-3);
        }
        policy.Evaluate(batch, outputs);
        Assert.True(outputs.LogProbs.ToArray().Average() > -0.1);
    }

    /// <summary>A policy whose biases, gains and value head have left their first values.</summary>
    protected ITrainablePolicy Trained(TransformerShape shape, ulong seed = 1, IEngine? engine = null) =>
        Batches.Trained(engine ?? CreateEngine(), shape, seed);

    /// <summary>The same with an optimizer that has made no step.</summary>
    protected ITrainablePolicy Fresh(TransformerShape shape)
    {
        using var policy = Trained(shape);
        return policy.Clone();
    }

    private static async Task<SampledBatch> Sample(ITrainablePolicy policy, TokenBatch prompts, int length, ulong seed,
        double temperature) =>
        await policy.SampleAsync(prompts, new() { ResponseLength = length, Temperature = temperature },
            Batches.Streams(prompts.Count, seed),
            TestContext.Current.CancellationToken);

    private static PolicyOutputs Part(PolicyOutputs all, int from, int to)
    {
        var part = new PolicyOutputs();
        part.Reset(to - from);
        all.LogProbs[from..to].CopyTo(part.LogProbs);
        all.Entropies[from..to].CopyTo(part.Entropies);
        all.Values[from..to].CopyTo(part.Values);
        return part;
    }

    private static void AssertSame(ITrainablePolicy expected, ITrainablePolicy actual, double tolerance)
    {
        var parameters = ReferenceTransformer.Of(expected.Save, expected.Shape).Parameters;
        foreach (var (name, values) in ReferenceTransformer.Of(actual.Save, expected.Shape).Parameters)
            for (int i = 0; i < values.Length; i++) Assert.True(Math.Abs(values[i] - parameters[name][i]) <= tolerance,
                $"{name}[{i}]");
    }

    private static void AssertClose(ReadOnlySpan<double> expected, ReadOnlySpan<float> actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], actual[i], Close * Math.Max(1, Math.Abs(expected[i])));
    }
}
