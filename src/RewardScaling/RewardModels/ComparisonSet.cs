using System.Runtime.InteropServices;
using RewardScaling.Numerics;

namespace RewardScaling.RewardModels;

/// <summary>Comparisons to train on, in a fixed order, and comparisons held out. Immutable.</summary>
/// <remarks>
/// The order makes data-size sweeps nest: <see cref="WithTraining"/> takes the first k, so a smaller set lies inside every larger
/// one and all share one held-out part (Gao, Schulman and Hilton 2022, section 3.3, vary the number of comparisons).
/// </remarks>
public sealed class ComparisonSet
{
    private ComparisonSet(IReadOnlyList<Comparison> training, IReadOnlyList<Comparison> heldOut)
    {
        Training = training;
        HeldOut = heldOut;
    }

    /// <summary>The comparisons to train on.</summary>
    public IReadOnlyList<Comparison> Training { get; }

    /// <summary>The comparisons held out, at least one.</summary>
    public IReadOnlyList<Comparison> HeldOut { get; }

    /// <summary>Shuffles comparisons once and holds some of them out.</summary>
    /// <param name="comparisons">The comparisons, at least two.</param>
    /// <param name="stream">What the order depends on.</param>
    /// <param name="heldOutShare">The share held out, in (0, 0.5]; at least one comparison. Default 0.1,
    /// Gao et al. section 2.</param>
    /// <param name="keepPromptsTogether">
    /// Whether comparisons of one prompt go to one side. Needed where prompts repeat, as in most preference files: else the
    /// held-out part measures memory. The held-out part may then be larger than asked for by less than one prompt's comparisons.
    /// </param>
    /// <exception cref="ArgumentException">Too few comparisons or prompts to leave something on both sides.</exception>
    public static ComparisonSet Split(
        IReadOnlyList<Comparison> comparisons, RandomStream stream, double heldOutShare = 0.1, bool keepPromptsTogether = false)
    {
        ArgumentNullException.ThrowIfNull(comparisons);
        Guard.Positive(heldOutShare);
        Guard.InRange(heldOutShare, 0, 0.5);
        int target = Math.Max(1, (int)Math.Round(heldOutShare * comparisons.Count));
        int[] order = stream.Fork("comparisons").Permutation(comparisons.Count);
        Comparison[] shuffled = Array.ConvertAll(order, index => comparisons[index]);
        HashSet<string>? heldOutPrompts = keepPromptsTogether ? HeldOutPrompts(shuffled, target) : null;
        List<Comparison> training = [], heldOut = [];
        foreach (Comparison comparison in shuffled)
        {
            bool isHeldOut = heldOutPrompts is null ? heldOut.Count < target : heldOutPrompts.Contains(Key(comparison));
            (isHeldOut ? heldOut : training).Add(comparison);
        }
        if (training.Count == 0 || heldOut.Count == 0)
        {
            string together = keepPromptsTogether ? " with prompts kept together" : "";
            throw new ArgumentException(
                $"{comparisons.Count} comparisons are too few to hold {target} out{together} and train on others.",
                nameof(comparisons));
        }
        return new(training, heldOut);
    }

    /// <summary>The first comparisons of this set's order, with the same held-out part.</summary>
    /// <param name="count">How many to train on, in [1, all].</param>
    /// <exception cref="ArgumentOutOfRangeException">There are not that many.</exception>
    public ComparisonSet WithTraining(int count)
    {
        Guard.InRange(count, 1, Training.Count);
        return new([.. Training.Take(count)], HeldOut);
    }

    /// <summary>
    /// The same comparisons with wrong labels among those to train on: each is turned round with a probability. The held-out part
    /// keeps its labels.
    /// </summary>
    /// <param name="probability">How likely a label is turned round; in [0, 0.5].</param>
    /// <param name="stream">Comparison i is turned round where <c>stream.Uniform(i)</c> is below the probability, so the wrong
    /// labels of a smaller set are those of a larger one.</param>
    /// <exception cref="ArgumentOutOfRangeException">The probability is out of range.</exception>
    public ComparisonSet WithLabelNoise(double probability, RandomStream stream)
    {
        Guard.InRange(probability, 0, 0.5);
        return new([.. Training.Select((comparison, i) => stream.Uniform((ulong)i) >= probability ? comparison
            : new Comparison(comparison.Rejected, comparison.Chosen)
            {
                Probability = comparison.Probability,
                Margin = comparison.Margin,
            })], HeldOut);
    }

    /// <summary>The same comparisons behind others to train on.</summary>
    internal ComparisonSet Behind(IReadOnlyList<Comparison> earlier) => new([.. earlier, .. Training], HeldOut);

    // The prompts met first in the shuffled order, until their comparisons reach the target.
    private static HashSet<string> HeldOutPrompts(Comparison[] shuffled, int target)
    {
        Dictionary<string, int> counts = shuffled.CountBy(Key).ToDictionary();
        HashSet<string> prompts = [];
        int held = 0;
        foreach (Comparison comparison in shuffled)
        {
            if (held >= target) break;
            string key = Key(comparison);
            if (prompts.Add(key)) held += counts[key];
        }
        return prompts;
    }

    private static string Key(Comparison comparison) => new(MemoryMarshal.Cast<int, char>(comparison.Prompt));

    /// <summary>How many there are.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"{Training.Count:N0} comparisons, {HeldOut.Count:N0} held out");
}
