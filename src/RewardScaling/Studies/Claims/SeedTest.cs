using MathNet.Numerics.Distributions;
using RewardScaling.Numerics;

namespace RewardScaling.Studies.Claims;

/// <summary>A number measured once for each seed, tested against 0 or against a margin by Student's t over the seeds.</summary>
/// <remarks>
/// <para>A seed is one observation, however many points, prompts and curves are behind its number: what they have in common
/// cannot make the test too sure. With few seeds the test is weak and says so by its p-value; with one there is none.</para>
/// <para><b>Above</b>: a claim of a direction is supported where the mean is above 0 (one-sided t, p below 0.05), not supported
/// where it is below 0 (the other side), else undecided.</para>
/// <para><b>Within</b>: a claim of sameness cannot be shown by a test that does not reject. It is supported where both one-sided
/// t-tests put the mean inside ± margin (Schuirmann 1987; p is the larger of the two), not supported where one of them puts it
/// outside, else undecided.</para>
/// </remarks>
public sealed record SeedTest
{
    private readonly double _pValue;

    /// <summary>Below this probability a test decides.</summary>
    public const double Level = 0.05;

    private SeedTest(IReadOnlyList<double> values, string words)
    {
        Guard.AllFinite<double>([.. values], nameof(values));
        (Seeds, Words) = (values.Count, words);
        Mean = values.Count > 0 ? Estimate.Mean([.. values]) : Estimate.WithoutError(0);
    }

    /// <summary>Mean over seeds with its standard error; without one where there is one seed; 0 without an error where there is
    /// none.
    /// </summary>
    public Estimate Mean { get; }

    /// <summary>How many seeds.</summary>
    public int Seeds { get; }

    /// <summary>What counts as no difference, where sameness was tested; null where a direction was.</summary>
    public double? Margin { get; private init; }

    /// <summary>What the seeds are, in the plural, such as "study seeds".</summary>
    public string SeedName { get; private init; } = "seeds";

    /// <summary>The test in words; why there is none, where there is none.</summary>
    public string Words { get; private init; }

    /// <summary>What it comes to.</summary>
    public ClaimVerdict Verdict { get; private init; } = ClaimVerdict.Undecided;

    /// <summary>Whether there are seeds enough, two that differ.</summary>
    public bool HasPValue { get; private init; }

    /// <summary>The p-value in the direction of the verdict; of no effect, or of a difference beyond the margin, where undecided.
    /// </summary>
    /// <exception cref="InvalidOperationException">There is none: see <see cref="HasPValue"/>.</exception>
    public double PValue
    {
        get => HasPValue ? _pValue : throw new InvalidOperationException($"There is no test: {Words}. Ask HasPValue first.");
        private init => _pValue = value;
    }

    /// <summary>Whether the mean is above 0.</summary>
    /// <param name="values">One for each seed; finite.</param>
    /// <param name="seeds">What the seeds are, in the plural, such as "study seeds".</param>
    public static SeedTest Above(IReadOnlyList<double> values, string seeds = "seeds")
    {
        ArgumentNullException.ThrowIfNull(values);
        if (WhyNot(values) is { } reason) return new(values, reason) { SeedName = seeds };
        var test = new SeedTest(values, FormattableString.Invariant($"one-sided t over {values.Count} {seeds}")) { SeedName = seeds };
        double above = Upper(test, 0), below = 1 - above;
        return test with
        {
            HasPValue = true,
            Verdict = above < Level ? ClaimVerdict.Supported : below < Level ? ClaimVerdict.NotSupported : ClaimVerdict.Undecided,
            PValue = below < Level ? below : above,
        };
    }

    /// <summary>Whether the mean lies within ± a margin.</summary>
    /// <param name="values">One for each seed; finite.</param>
    /// <param name="margin">What counts as no difference; above 0.</param>
    /// <param name="seeds">What the seeds are, in the plural, such as "study seeds".</param>
    public static SeedTest Within(IReadOnlyList<double> values, double margin, string seeds = "seeds")
    {
        ArgumentNullException.ThrowIfNull(values);
        Guard.Positive(margin);
        if (WhyNot(values) is { } reason) return new(values, reason) { SeedName = seeds, Margin = margin };
        var test = new SeedTest(values, FormattableString.Invariant($"two one-sided t within ±{margin:G2} over {values.Count} {seeds}"))
        {
            SeedName = seeds,
            Margin = margin,
        };
        double notAbove = Upper(test, -margin), notBelow = 1 - Upper(test, margin), inside = Math.Max(notAbove, notBelow),
            outside = Math.Min(1, 2 * Math.Min(1 - notAbove, 1 - notBelow));
        return test with
        {
            HasPValue = true,
            Verdict = inside < Level ? ClaimVerdict.Supported : outside < Level ? ClaimVerdict.NotSupported
                : ClaimVerdict.Undecided,
            PValue = inside >= Level && outside < Level ? outside : inside,
        };
    }

    /// <summary>The mean, its error and the verdict.</summary>
    public override string ToString() => HasPValue
        ? FormattableString.Invariant($"{Mean}, {Claim.WordsOf(Verdict)} ({Words}, p = {PValue:G2})") : $"{Mean}, {Words}";

    // The probability of a mean as high as measured if the truth is at the border.
    private static double Upper(SeedTest test, double border) =>
        StudentT.CDF(0, 1, test.Seeds - 1, (border - test.Mean.Value) / test.Mean.StandardError);

    private static string? WhyNot(IReadOnlyList<double> values) => values.Count == 0 ? "no seed has both sides of the comparison"
        : values.Count == 1 ? "one seed has no error over seeds"
        : values.Distinct().Count() == 1 ? "the seeds do not differ, so nothing is known of the error over seeds" : null;
}
