using RewardScaling.Divergence;
using RewardScaling.Models;

namespace RewardScaling.Tests.Contracts;

/// <summary>What a policy of any engine does under top-k and top-p: which tokens it draws, and what its KL is.</summary>
public abstract class CutSamplingContract
{
    /// <summary>The engine under test.</summary>
    protected abstract IEngine CreateEngine();

    public static TheoryData<int, double, double> Cuts => new()
    {
        { 3, 1, 1 }, { int.MaxValue, 0.6, 1 }, { 5, 0.7, 0.5 }, { 1, 1, 1 }, { 7, 0.95, 2 }, { 11, 1, 1 },
    };

    // The rule of drawing, token by token: the one at whose place the cumulative distribution of what is left, in the order of the
    // vocabulary, passes the stream's uniform number.
    [Theory]
    [MemberData(nameof(Cuts))]
    public async Task A_draw_under_a_cut_is_where_its_uniform_lies_in_what_is_left(int topK, double topP, double temperature)
    {
        const int Count = 60, Length = 5;
        using var policy = Batches.Trained(CreateEngine(), Batches.Odd);
        var prompts = Batches.Prompts(policy.Shape, Count, Length, 7);
        var streams = Batches.Streams(Count, 9);
        var options = new SamplingOptions { ResponseLength = Length, Temperature = temperature, Cut = new() { TopK = topK, TopP = topP } };
        var sampled = await policy.SampleAsync(prompts, options, streams, TestContext.Current.CancellationToken);
        var plain = ReferenceTransformer.Of(policy.Save, policy.Shape);
        int atBoundary = 0;
        for (int i = 0, at = 0; i < Count; i++)
        {
            for (int t = 0; t < Length; t++, at++)
            {
                double[] left = Left(plain.Distribution(sampled.Tokens.Sequence(i)[..(prompts.PromptLengths[i] + t)], temperature), topK, topP);
                double uniform = streams[i].Uniform((ulong)t), sum = 0;
                int expected = 0;
                while ((sum += left[expected]) <= uniform) expected++;
                int token = sampled.Tokens.Response(i)[t];
                Assert.True(left[token] > 0, $"token {token} was cut away");
                Assert.Equal(Math.Log(left[token]), sampled.LogProbs[at], 2e-5);
                if (token == expected) continue;
                atBoundary++;
                Assert.True(Math.Min(Math.Abs(sum - uniform), Math.Abs(sum - left[expected] - uniform)) < 1e-5);
            }
        }
        Assert.InRange(atBoundary, 0, 1);
    }

    [Fact]
    public async Task A_cut_that_leaves_all_changes_no_draw_and_one_that_leaves_nothing_is_refused()
    {
        using var policy = Batches.Trained(CreateEngine(), Batches.Odd);
        var prompts = Batches.Prompts(policy.Shape, 20, 6, 8);
        var whole = await Cut(TokenCut.None);
        var same = await Cut(new() { TopK = policy.VocabularySize });
        Assert.Equal(whole.Tokens.Sequence(7), same.Tokens.Sequence(7));
        Assert.Equal(whole.LogProbs, same.LogProbs);
        foreach (var (cut, message) in new[]
        {
            (new TokenCut { TopK = 0 }, "TopK = 0 must be at least 1"), (new TokenCut { TopP = 0 }, "TopP = 0 must be in (0, 1]"),
            (new TokenCut { TopP = 1.01 }, "TopP = 1.01 must be in (0, 1]"), (new TokenCut { TopK = -3, TopP = double.NaN }, "TopP = NaN"),
        })
        {
            Assert.Contains(message, (await Assert.ThrowsAsync<ArgumentException>(() => Cut(cut))).Message, StringComparison.Ordinal);
            Assert.Contains(message, Assert.Throws<ArgumentException>(() =>
                policy.TokenKl(policy, whole.Tokens, new float[whole.LogProbs.Length], 1, cut)).Message, StringComparison.Ordinal);
        }
        Assert.Contains("Cut = null", (await Assert.ThrowsAsync<ArgumentException>(() => Cut(null!))).Message, StringComparison.Ordinal);

        async Task<SampledBatch> Cut(TokenCut cut) => await policy.SampleAsync(
            prompts, new() { ResponseLength = 6, Cut = cut }, Batches.Streams(20, 10), TestContext.Current.CancellationToken);
    }

    // Every response of two tokens out of five: the sum over all of them of p ln(p / r), p cut and r whole, against the exact
    // per-token numbers on the responses the cut policy can write, weighted by their probability.
    [Theory]
    [InlineData(3, 1, 1)]
    [InlineData(int.MaxValue, 0.7, 1.3)]
    [InlineData(4, 0.8, 0.6)]
    public void The_kl_of_a_cut_policy_is_the_enumerated_one(int topK, double topP, double temperature)
    {
        var engine = CreateEngine();
        using var policy = Batches.Trained(engine, Batches.Tiny);
        using var reference = Batches.Trained(engine, Batches.Tiny, 77);
        ReferenceTransformer plain = ReferenceTransformer.Of(policy.Save, policy.Shape), other = ReferenceTransformer.Of(reference.Save, policy.Shape);
        TokenSequence[] all = [.. Enumerable.Range(0, 25).Select(static i => new TokenSequence(new[] { 2, 4, i / 5, i % 5 }, 2))];
        var kl = new float[50];
        policy.TokenKl(reference, new(all), kl, temperature, new() { TopK = topK, TopP = topP });
        double enumerated = 0, measured = 0, mass = 0;
        for (int i = 0; i < all.Length; i++)
        {
            double p = 1, r = 1;
            for (int t = 2; t < 4; t++)
            {
                p *= Left(plain.Distribution(all[i].Tokens.Span[..t], temperature), topK, topP)[all[i].Tokens.Span[t]];
                r *= other.Distribution(all[i].Tokens.Span[..t], temperature)[all[i].Tokens.Span[t]];
            }
            if (p == 0) continue;
            mass += p;
            enumerated += p * Math.Log(p / r);
            measured += p * (kl[2 * i] + kl[2 * i + 1]);
        }
        Assert.Equal(1, mass, 1e-9);
        Assert.Equal(enumerated, measured, 1e-5);
    }

    [Fact]
    public void From_a_reference_cut_too_the_kl_is_zero_or_finite_or_infinite_and_the_estimate_says_so()
    {
        var engine = CreateEngine();
        using var policy = Batches.Trained(engine, Batches.Odd);
        using var reference = Batches.Trained(engine, Batches.Odd, 77);
        using var clone = policy.Clone();
        var batch = Batches.Ragged(policy.Shape, 12, 12);
        var kl = new float[batch.TotalResponseTokens];
        var cut = new TokenCut { TopK = 2 };
        policy.TokenKl(clone, batch, kl, 1, cut, cut);
        Assert.All(kl, static value => Assert.Equal(0, value, 1e-6));
        policy.TokenKl(reference, batch, kl, 1, cut, new() { TopK = 7 });
        ReferenceTransformer plain = ReferenceTransformer.Of(policy.Save, policy.Shape), other = ReferenceTransformer.Of(reference.Save, policy.Shape);
        int infinite = 0;
        for (int i = 0, at = 0; i < batch.Count; i++)
        {
            for (int t = batch.PromptLengths[i]; t < batch.Sequence(i).Length; t++, at++)
            {
                double[] p = Left(plain.Distribution(batch.Sequence(i)[..t], 1), 2, 1), r = Left(other.Distribution(batch.Sequence(i)[..t], 1), 7, 1);
                double expected = p.Zip(r, static (a, b) => a > 0 ? a * Math.Log(a / b) : 0).Sum();
                if (double.IsPositiveInfinity(expected)) infinite++;
                Assert.Equal(expected, kl[at], 1e-5);
            }
        }
        Assert.InRange(infinite, 1, kl.Length - 1);
        Assert.Contains("+infinity", Assert.Throws<InfiniteKlException>(() =>
            KlEstimator.Exact<float>(kl, batch.ResponseOffsets)).Message, StringComparison.Ordinal);
        // A reference that is cut, measured from by a policy that is not.
        policy.TokenKl(clone, batch, kl, 1, null, cut);
        Assert.Contains(kl, float.IsPositiveInfinity);
        Assert.DoesNotContain(kl, float.IsNaN);
    }

    // The rule once more and differently: sort, take k, take until p of them is there, renormalise.
    private static double[] Left(double[] probabilities, int topK, double topP)
    {
        var likeliest = probabilities.Index().OrderByDescending(static item => item.Item).Take(topK).ToArray();
        double goal = topP * likeliest.Sum(static item => item.Item), mass = 0;
        int kept = 0;
        while (kept < likeliest.Length && mass < goal - 1e-12) mass += likeliest[kept++].Item;
        var left = new double[probabilities.Length];
        foreach (var (token, probability) in likeliest.Take(kept)) left[token] = probability / mass;
        return left;
    }
}
