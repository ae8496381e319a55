using RewardScaling.Numerics;
using RewardScaling.RewardModels;

namespace RewardScaling.Tests.RewardModels;

public sealed class ComparisonTests
{
    [Fact]
    public void A_comparison_keeps_its_two_sequences()
    {
        var comparison = new Comparison(Toys.Sequence(2, 7, 8, 1), Toys.Sequence(2, 7, 8, 2, 3));
        Assert.Equal([7, 8], comparison.Prompt.ToArray());
        Assert.Equal([7, 8, 1], comparison.Chosen.Tokens.ToArray());
        Assert.Equal([7, 8, 2, 3], comparison.Rejected.Tokens.ToArray());
    }

    [Fact]
    public void What_is_no_comparison_is_refused()
    {
        Assert.Contains("chosen has no response",
            Assert.Throws<ArgumentException>(() => new Comparison(Toys.Sequence(2, 7, 8), Toys.Sequence(2, 7, 8, 1))).Message);
        Assert.Contains("rejected has no response",
            Assert.Throws<ArgumentException>(() => new Comparison(Toys.Sequence(2, 7, 8, 1), Toys.Sequence(2, 7, 8))).Message);
        Assert.Contains("different prompts",
            Assert.Throws<ArgumentException>(() => new Comparison(Toys.Sequence(1, 7, 1), Toys.Sequence(1, 8, 2))).Message);
        Assert.Contains("different prompts",
            Assert.Throws<ArgumentException>(() => new Comparison(Toys.Sequence(1, 7, 7, 1), Toys.Sequence(2, 7, 7, 2))).Message);
        Assert.Contains("the same",
            Assert.Throws<ArgumentException>(() => new Comparison(Toys.Sequence(1, 7, 1), Toys.Sequence(1, 7, 1))).Message);
    }

    [Fact]
    public void Smaller_sets_lie_inside_larger_ones_and_share_the_held_out_part()
    {
        ComparisonSet all = ComparisonSet.Split(Toys.Separable(500, Toys.Stream), Toys.Stream);
        Assert.Equal((450, 50), (all.Training.Count, all.HeldOut.Count));
        ComparisonSet large = all.WithTraining(200), small = large.WithTraining(40);
        Assert.Equal(all.Training.Take(200), large.Training);
        Assert.Equal(all.Training.Take(40), small.Training);
        Assert.Same(all.HeldOut, small.HeldOut);
        Assert.Throws<ArgumentOutOfRangeException>(() => all.WithTraining(451));
        Assert.Throws<ArgumentOutOfRangeException>(() => all.WithTraining(0));
    }

    [Fact]
    public void Every_comparison_goes_to_one_side_in_an_order_the_stream_fixes()
    {
        List<Comparison> comparisons = Toys.Separable(300, Toys.Stream);
        ComparisonSet one = ComparisonSet.Split(comparisons, Toys.Stream), again = ComparisonSet.Split(comparisons, Toys.Stream);
        ComparisonSet other = ComparisonSet.Split(comparisons, RandomStream.FromSeed(5));
        Assert.Equal(one.Training, again.Training);
        Assert.NotEqual(one.Training, other.Training);
        Assert.NotEqual(comparisons.Take(270), one.Training);
        Assert.Equal(comparisons.ToHashSet(), one.Training.Concat(one.HeldOut).ToHashSet());
        Assert.Equal(300, one.Training.Count + one.HeldOut.Count);
    }

    [Fact]
    public void Comparisons_of_one_prompt_can_be_kept_on_one_side()
    {
        var comparisons = new List<Comparison>();
        for (int i = 0; i < 240; i++) comparisons.Add(new(Toys.Sequence(1, i / 12, i, 1), Toys.Sequence(1, i / 12, i, 2)));
        ComparisonSet set = ComparisonSet.Split(comparisons, Toys.Stream, keepPromptsTogether: true);
        Assert.Equal(24, set.HeldOut.Count);
        Assert.Empty(set.HeldOut.Select(c => c.Prompt[0]).Intersect(set.Training.Select(c => c.Prompt[0])));
        Assert.Equal(18, set.Training.Select(c => c.Prompt[0]).Distinct().Count());
    }

    [Fact]
    public void Too_little_to_split_is_refused()
    {
        List<Comparison> comparisons = Toys.Separable(1, Toys.Stream);
        Assert.Contains("too few", Assert.Throws<ArgumentException>(() => ComparisonSet.Split(comparisons, Toys.Stream)).Message);
        Assert.Contains("too few", Assert.Throws<ArgumentException>(() => ComparisonSet.Split([], Toys.Stream)).Message);
        var onePrompt = new List<Comparison>();
        for (int i = 0; i < 9; i++) onePrompt.Add(new(Toys.Sequence(1, 7, i, 1), Toys.Sequence(1, 7, i, 2)));
        Assert.Contains("prompts kept together",
            Assert.Throws<ArgumentException>(() =>
                ComparisonSet.Split(onePrompt, Toys.Stream, keepPromptsTogether: true)).Message);
        foreach (double share in (double[])[0, -0.1, 0.6, double.NaN])
            Assert.Throws<ArgumentOutOfRangeException>(() => ComparisonSet.Split(onePrompt, Toys.Stream, share));
    }
}
