using System.Security.Cryptography;
using RewardScaling.Models;
using RewardScaling.Numerics;

namespace RewardScaling.Policies;

/// <summary>
/// A small made-up language: letters whose probabilities depend on the letter before (a Markov chain of first order).
/// It needs no download, never runs out, and its entropy is known exactly, so that a policy's held-out loss has a
/// floor to be measured against.
/// </summary>
/// <remarks>
/// Row i of the transition matrix is a softmax of <c>sharpness</c> times standard normal numbers. A window begins with a
/// letter of the stationary distribution, so every later letter has the same expected cross-entropy under the language
/// itself: <see cref="EntropyRate"/>.
/// </remarks>
public sealed class SyntheticLanguage : Corpus
{
    private readonly int _letters;
    private readonly double[] _transitions, _cumulative, _stationary;
    private readonly RandomStream _heldOut;

    /// <summary>A language.</summary>
    /// <param name="seed">What the language depends on, alone: the same stream is the same language.</param>
    /// <param name="letters">How many letters it has, in [2, 26].</param>
    /// <param name="sharpness">
    /// How far its rows are from uniform: 0 is noise, 2 (the default) leaves each letter four or five likely successors, 5 little
    /// choice. In [0, 10].
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public SyntheticLanguage(RandomStream seed, int letters = 24, double sharpness = 2)
    {
        Guard.InRange(letters, 2, 26);
        Guard.InRange(sharpness, 0.0, 10.0);
        _letters = letters;
        _heldOut = seed.Fork("held-out");
        _transitions = Rows(seed.Fork("transitions"), letters, sharpness);
        _stationary = MarkovChain.Stationary(_transitions, letters);
        _cumulative = new double[(letters + 1) * letters];
        for (int row = 0; row <= letters; row++)
        {
            double sum = 0;
            for (int to = 0; to < letters; to++)
                _cumulative[row * letters + to] = sum += row < letters ? _transitions[row * letters + to] : _stationary[to];
        }
        EntropyRate = MarkovChain.EntropyRate(_transitions, _stationary, letters);
        Tokenizer = new LetterTokenizer(letters);
        Description = FormattableString.Invariant(
            $"synthetic language ({letters} letters, first order, entropy {EntropyRate:F3} nats per letter)");
        ContentHash = Convert.ToHexStringLower(SHA256.HashData(
            [.. BitConverter.GetBytes(seed.Bits(0)), .. BitConverter.GetBytes(letters), .. BitConverter.GetBytes(sharpness)]));
    }

    /// <summary>
    /// H = -Σ_i μ_i Σ_j P_ij ln P_ij in nats per letter, with the stationary distribution μ: the lowest loss any policy can have.
    /// </summary>
    public double EntropyRate { get; }

    /// <inheritdoc/>
    public override string Description { get; }

    /// <inheritdoc/>
    public override string ContentHash { get; }

    /// <inheritdoc/>
    public override ITokenizer Tokenizer { get; }

    /// <inheritdoc/>
    public override int LongestWindow => 1 << 20;

    /// <summary>The probability that one letter follows another.</summary>
    /// <param name="from">The letter before, as a token.</param>
    /// <param name="to">The letter after, as a token.</param>
    public double TransitionProbability(int from, int to)
    {
        Guard.InRange(from, 0, _letters - 1);
        Guard.InRange(to, 0, _letters - 1);
        return _transitions[from * _letters + to];
    }

    /// <summary>How often a letter occurs in the long run, and as the first of a window.</summary>
    /// <param name="letter">The letter, as a token.</param>
    public double StationaryProbability(int letter)
    {
        Guard.InRange(letter, 0, _letters - 1);
        return _stationary[letter];
    }

    /// <inheritdoc/>
    public override int[] TrainingWindow(int length, RandomStream stream)
    {
        RequireWindow(length);
        var window = new int[length];
        int row = _letters;
        for (int i = 0; i < length; i++)
        {
            // The last cumulative sum is 1 only up to rounding, hence the bound on the search.
            ReadOnlySpan<double> cumulative = _cumulative.AsSpan(row * _letters, _letters);
            double u = stream.Uniform((ulong)i);
            int letter = 0;
            while (letter < _letters - 1 && cumulative[letter] <= u) letter++;
            row = window[i] = letter;
        }
        return window;
    }

    /// <inheritdoc/>
    public override int HeldOutCount(int length)
    {
        RequireWindow(length);
        return int.MaxValue;
    }

    /// <inheritdoc/>
    public override int[] HeldOutWindow(int length, int index)
    {
        Guard.NotNegative(index);
        return TrainingWindow(length, _heldOut.Fork(index));
    }

    private static double[] Rows(RandomStream stream, int letters, double sharpness)
    {
        var rows = new double[letters * letters];
        for (int from = 0; from < letters; from++)
        {
            Span<double> row = rows.AsSpan(from * letters, letters);
            double sum = 0;
            for (int to = 0; to < letters; to++) sum += row[to] = Math.Exp(sharpness * stream.Fork(from).Normal((ulong)to));
            foreach (ref double p in row) p /= sum;
        }
        return rows;
    }
}
