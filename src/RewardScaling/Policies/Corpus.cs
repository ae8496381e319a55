using RewardScaling.Models;
using RewardScaling.Numerics;

namespace RewardScaling.Policies;

/// <summary>
/// Where text comes from: windows to train a policy on, windows held out to measure it, and prompts. A file
/// (<see cref="TextCorpus"/>), a made-up language (<see cref="SyntheticLanguage"/>) or a class of your own.
/// </summary>
/// <remarks>
/// A window is a run of tokens. A draw is a function of its stream alone, so a corpus may be shared by threads.
/// </remarks>
public abstract class Corpus
{
    /// <summary>What the corpus is, for reports.</summary>
    public abstract string Description { get; }

    /// <summary>
    /// A hash of all that windows are drawn from: corpora of the same hash give the same windows, whatever they are called.
    /// It says which runs and checkpoints may be taken up.
    /// </summary>
    public abstract string ContentHash { get; }

    /// <summary>Text to tokens and back.</summary>
    public abstract ITokenizer Tokenizer { get; }

    /// <summary>The longest window there is, in tokens; windows to train on and held out alike.</summary>
    public abstract int LongestWindow { get; }

    /// <summary>One window of the training part.</summary>
    /// <param name="length">Its length in tokens, in [1, <see cref="LongestWindow"/>].</param>
    /// <param name="stream">What the draw depends on, alone.</param>
    /// <exception cref="ArgumentException">The corpus has no window that long.</exception>
    public abstract int[] TrainingWindow(int length, RandomStream stream);

    /// <summary>
    /// How many different windows the held-out part has; windows do not overlap. <see cref="int.MaxValue"/> when there is no end.
    /// </summary>
    /// <param name="length">The length of a window in tokens, in [1, <see cref="LongestWindow"/>].</param>
    public abstract int HeldOutCount(int length);

    /// <summary>One window of the held-out part.</summary>
    /// <param name="length">Its length in tokens, in [1, <see cref="LongestWindow"/>].</param>
    /// <param name="index">Which window, in [0, <see cref="HeldOutCount"/> - 1].</param>
    public abstract int[] HeldOutWindow(int length, int index);

    /// <summary>
    /// Windows of the training part as sequences of one prompt token and a response, so that every next
    /// token has a log-probability.
    /// </summary>
    /// <param name="count">How many, at least 1.</param>
    /// <param name="length">Their length in tokens, at least 2.</param>
    /// <param name="stream">Window i is drawn from <c>stream.Fork(i)</c>.</param>
    public TokenBatch TrainingBatch(int count, int length, RandomStream stream)
    {
        Guard.Positive(count);
        RequireWindow(length, 2);
        var sequences = new TokenSequence[count];
        for (int i = 0; i < count; i++) sequences[i] = new(TrainingWindow(length, stream.Fork(i)), 1);
        return new(sequences);
    }

    /// <summary>
    /// Held-out windows, spread evenly over the held-out part, as sequences of one prompt token and a response.
    /// </summary>
    /// <param name="most">How many are wanted, at least 1; fewer come when there are not as many.</param>
    /// <param name="length">Their length in tokens, at least 2.</param>
    public TokenBatch HeldOutBatch(int most, int length)
    {
        Guard.Positive(most);
        RequireWindow(length, 2);
        int available = HeldOutCount(length), count = Math.Min(most, available);
        var sequences = new TokenSequence[count];
        for (int i = 0; i < count; i++)
        {
            int index = available == int.MaxValue ? i : (int)((long)i * available / count);
            sequences[i] = new(HeldOutWindow(length, index), 1);
        }
        return new(sequences);
    }

    /// <summary>
    /// Prompts: windows of the training part without a response. The first k of them are the same whatever the count.
    /// </summary>
    /// <param name="count">How many, at least 1.</param>
    /// <param name="length">Their length in tokens, at least 1.</param>
    /// <param name="stream">Prompt i is drawn from <c>stream.Fork(i)</c>; take streams of different purposes for
    /// training and for evaluation.</param>
    public TokenBatch Prompts(int count, int length, RandomStream stream)
    {
        Guard.Positive(count);
        RequireWindow(length, 1);
        var sequences = new TokenSequence[count];
        for (int i = 0; i < count; i++) sequences[i] = new(TrainingWindow(length, stream.Fork(i)), length);
        return new(sequences);
    }

    /// <summary>What it is.</summary>
    public override string ToString() => Description;

    private protected void RequireWindow(int length, int least = 1)
    {
        if (length >= least && length <= LongestWindow) return;
        throw new ArgumentOutOfRangeException(nameof(length), length,
            $"length = {length} must be in [{least}, {LongestWindow}]: {Description} has no longer window. "
            + "Take a longer corpus or shorter windows.");
    }
}
