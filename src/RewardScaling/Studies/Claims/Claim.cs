using RewardScaling.Numerics;

namespace RewardScaling.Studies.Claims;

/// <summary>A claim of a paper, and what a study found of it.</summary>
/// <remarks>
/// A verdict is the outcome of one test at 5 percent, for and against each. A report has dozens of them, so by chance alone one
/// or two are wrong: believe small p-values, and those that another study of other seeds repeats.
/// </remarks>
public sealed record Claim
{
    private readonly double _pValue;

    private Claim(string statement, string source, ClaimVerdict verdict, string found, string test) =>
        (Statement, Source, Verdict, Found, Test) = (statement, source, verdict, found, test);

    /// <summary>The claim, a sentence.</summary>
    public string Statement { get; }

    /// <summary>Where it is made.</summary>
    public string Source { get; }

    /// <summary>What the study says of it.</summary>
    public ClaimVerdict Verdict { get; }

    /// <summary>What was found, with numbers and errors; why nothing was, where nothing was.</summary>
    public string Found { get; }

    /// <summary>The test, in words; empty where there was none.</summary>
    public string Test { get; }

    /// <summary>Whether there was a test.</summary>
    public bool HasPValue { get; private init; }

    /// <summary>The p-value of the test in the direction of the verdict: of no effect where the claim is supported or undecided,
    /// of the claim where it is not supported.</summary>
    /// <exception cref="InvalidOperationException">There was no test: see <see cref="HasPValue"/>.</exception>
    public double PValue
    {
        get => HasPValue ? _pValue : throw new InvalidOperationException($"'{Statement}' was not tested: {Found}. Ask HasPValue first.");
        private init => _pValue = value;
    }

    /// <summary>Whether what was tested is a number.</summary>
    public bool HasEffect => Measured is not null;

    /// <summary>
    /// The number that was tested, with its error over seeds: of a direction what speaks for the claim where it is above 0, of
    /// sameness the difference that is held against <see cref="Margin"/>. <see cref="Found"/> says it in its own unit.
    /// </summary>
    /// <exception cref="InvalidOperationException">There is none: see <see cref="HasEffect"/>.</exception>
    public Estimate Effect => Measured
        ?? throw new InvalidOperationException($"'{Statement}' has no effect: {Found}. Ask HasEffect first.");

    /// <summary>What counts as no difference, where sameness was tested; null where a direction was.</summary>
    public double? Margin { get; private init; }

    /// <summary>How many seeds the test is over; 0 where it is over none, and its own words say over what.</summary>
    public int Seeds { get; private init; }

    /// <summary>What the seeds are, in the plural, such as "study seeds"; empty where there are none.</summary>
    public string SeedName { get; private init; } = "";

    /// <summary>The verdict in words: "supported", "not supported", "undecided" or "not asked".</summary>
    public string VerdictWords => WordsOf(Verdict);

    /// <summary>A claim the plan does not ask for.</summary>
    internal static Claim NotAsked(string statement, string source, string why) =>
        new(statement, source, ClaimVerdict.NotAsked, why, "");

    /// <summary>A claim the data do not let anybody test.</summary>
    internal static Claim Untested(string statement, string source, string why) =>
        new(statement, source, ClaimVerdict.Undecided, why, "");

    /// <summary>A claim that was tested.</summary>
    internal static Claim Tested(string statement, string source, string found, ClaimVerdict verdict, string test, double pValue,
        Estimate? effect = null)
    {
        Guard.InRange(pValue, 0, 1);
        return new(statement, source, verdict, found, test) { HasPValue = true, PValue = pValue, Measured = effect };
    }

    /// <summary>The same claim, tested over some seeds.</summary>
    internal Claim Over(int seeds, string name) => seeds == 0 ? this : this with { Seeds = seeds, SeedName = name };

    /// <summary>A claim decided by a test over seeds.</summary>
    internal static Claim Of(string statement, string source, string found, SeedTest test) => (test switch
    {
        { HasPValue: true } => Tested(statement, source, found, test.Verdict, test.Words, test.PValue, test.Mean),
        { Seeds: 0 } => Untested(statement, source, $"Not known: {test.Words}."),
        _ => Untested(statement, source, $"{found.TrimEnd('.')}; {test.Words}.") with { Measured = test.Mean },
    } with
    { Margin = test.Margin }).Over(test.Seeds, test.SeedName);

    private Estimate? Measured { get; init; }

    internal static string WordsOf(ClaimVerdict verdict) => verdict switch
    {
        ClaimVerdict.Supported => "supported",
        ClaimVerdict.NotSupported => "not supported",
        ClaimVerdict.Undecided => "undecided",
        _ => "not asked",
    };

    /// <summary>As "p = 0.012"; empty where there was no test.</summary>
    internal string PText => !HasPValue ? "" : PValue < 0.0001 ? "p < 0.0001" : FormattableString.Invariant($"p = {PValue:G2}");

    /// <summary>The verdict, the claim and what was found.</summary>
    public override string ToString() => $"{VerdictWords}: {Statement} {Found}{(HasPValue ? $" ({Test}, {PText})" : "")}";
}
