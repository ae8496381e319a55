using RewardScaling.Models;
using RewardScaling.Numerics;
using RewardScaling.Policies;

namespace RewardScaling.Tests.Policies;

public sealed class SyntheticLanguageTests
{
    private static readonly RandomStream Seed = RandomStream.FromSeed(3);
    private static readonly SyntheticLanguage Language = new(Seed);

    [Fact]
    public void The_default_has_24_letters_a_to_x()
    {
        Assert.Equal(24, Language.Tokenizer.VocabularySize);
        Assert.Equal("abcx", Language.Tokenizer.Decode([0, 1, 2, 23]));
        Assert.Equal([0, 23, 2], Language.Tokenizer.Encode("axc"));
        Assert.Contains("text[1] is 'y'", Assert.Throws<ArgumentException>(() => Language.Tokenizer.Encode("ay")).Message);
        Assert.Throws<ArgumentException>(() => Language.Tokenizer.Encode("A"));
        Assert.Throws<ArgumentOutOfRangeException>(() => Language.Tokenizer.Decode([24]));
    }

    [Fact]
    public void The_content_is_known_by_all_that_the_language_depends_on()
    {
        SyntheticLanguage[] others = [new(RandomStream.FromSeed(4)), new(Seed, 23), new(Seed, sharpness: 2.5)];
        Assert.Equal(Language.ContentHash, new SyntheticLanguage(Seed).ContentHash);
        Assert.Equal(4, others.Select(static other => other.ContentHash).Append(Language.ContentHash).Distinct().Count());
    }

    [Fact]
    public void Rows_and_the_stationary_distribution_are_distributions_and_the_latter_is_stationary()
    {
        for (int to = 0; to < 24; to++)
        {
            double arriving = 0;
            for (int from = 0; from < 24; from++)
                arriving += Language.StationaryProbability(from) * Language.TransitionProbability(from, to);
            Assert.Equal(Language.StationaryProbability(to), arriving, 14);
            Assert.Equal(1, Enumerable.Range(0, 24).Sum(other => Language.TransitionProbability(to, other)), 14);
        }
        Assert.Equal(1, Enumerable.Range(0, 24).Sum(Language.StationaryProbability), 14);
    }

    // P = [0.9 0.1; 0.4 0.6]: μ = (0.8, 0.2); entropy 0.8 h(0.1) + 0.2 h(0.4) with h(0.1) = 0.3250829734, h(0.4) = 0.6730116670.
    [Fact]
    public void A_chain_of_two_states_is_solved_by_hand()
    {
        double[] transitions = [0.9, 0.1, 0.4, 0.6], stationary = MarkovChain.Stationary(transitions, 2);
        Assert.Equal(0.8, stationary[0], 15);
        Assert.Equal(0.8 * 0.3250829734 + 0.2 * 0.6730116670, MarkovChain.EntropyRate(transitions, stationary, 2), 9);
    }

    // States that are left with probability 1e-12: plain elimination loses the digits of 1 - p, state
    // reduction does not. μ0 : μ1 = 3 : 1.
    [Fact]
    public void A_chain_that_hardly_moves_keeps_its_digits()
    {
        double[] stationary = MarkovChain.Stationary([1 - 1e-12, 1e-12, 3e-12, 1 - 3e-12], 2);
        Assert.Equal(0.75, stationary[0], 15);
    }

    [Fact]
    public void Windows_follow_the_transition_matrix()
    {
        const int letters = 5;
        var language = new SyntheticLanguage(Seed, letters);
        var pairs = new double[letters, letters];
        var first = new double[letters];
        for (int i = 0; i < 20_000; i++)
        {
            int[] window = language.TrainingWindow(6, Seed.Fork("windows").Fork(i));
            first[window[0]]++;
            for (int t = 1; t < 6; t++) pairs[window[t - 1], window[t]]++;
        }
        for (int from = 0; from < letters; from++)
        {
            Assert.InRange(first[from] / 20_000 - language.StationaryProbability(from), -0.015, 0.015);
            double leaving = Enumerable.Range(0, letters).Sum(to => pairs[from, to]);
            for (int to = 0; to < letters; to++)
                Assert.InRange(pairs[from, to] / leaving - language.TransitionProbability(from, to), -0.03, 0.03);
        }
    }

    [Fact]
    public void The_default_language_leaves_something_to_learn()
    {
        // Far below ln 24 = 3.18 (noise) and far above 0 (a loop).
        for (ulong seed = 0; seed < 8; seed++)
            Assert.InRange(new SyntheticLanguage(RandomStream.FromSeed(seed)).EntropyRate, 1.3, 2.4);
        Assert.Equal(Math.Log(24), new SyntheticLanguage(Seed, sharpness: 0).EntropyRate, 12);
    }

    [Fact]
    public void The_same_stream_is_the_same_language_and_prompts_nest()
    {
        var again = new SyntheticLanguage(RandomStream.FromSeed(3));
        Assert.Equal(Language.EntropyRate, again.EntropyRate);
        TokenBatch few = Language.Prompts(10, 4, Seed), many = again.Prompts(100, 4, Seed);
        Assert.Equal(few.Tokens.ToArray(), many.Slice(0, 10).Tokens.ToArray());
        Assert.Equal(4, few.PromptLengths[9]);
        Assert.Equal(Language.HeldOutBatch(3, 8).Tokens.ToArray(), again.HeldOutBatch(9, 8).Slice(0, 3).Tokens.ToArray());
        Assert.NotEqual(Language.EntropyRate, new SyntheticLanguage(RandomStream.FromSeed(4)).EntropyRate);
    }

    [Fact]
    public void Training_windows_have_one_prompt_token()
    {
        TokenBatch batch = Language.TrainingBatch(5, 16, Seed);
        Assert.Equal(5 * 15, batch.TotalResponseTokens);
        Assert.Equal(1, batch.PromptLengths[4]);
    }

    [Fact]
    public void Languages_and_windows_that_cannot_be_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new SyntheticLanguage(Seed, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SyntheticLanguage(Seed, 27));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SyntheticLanguage(Seed, 5, double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SyntheticLanguage(Seed, 5, -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Language.TrainingBatch(0, 4, Seed));
        Assert.Throws<ArgumentOutOfRangeException>(() => Language.TrainingBatch(1, 1, Seed));
        Assert.Throws<ArgumentOutOfRangeException>(() => Language.Prompts(1, 0, Seed));
        Assert.Throws<ArgumentOutOfRangeException>(() => Language.HeldOutWindow(4, -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Language.TransitionProbability(24, 0));
    }
}
