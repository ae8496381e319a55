namespace RewardScaling.Studies.Claims;

/// <summary>What a study says of the claims of the field, in twelve parts.</summary>
/// <remarks>Pure functions of the curves: nothing is read, run or drawn at random but the fixed draws of intervals.</remarks>
/// <example>
/// <code>
/// foreach (Claim claim in result.Findings.Claims) Console.WriteLine($"{claim.VerdictWords}: {claim.Statement}");
/// </code>
/// </example>
public sealed record StudyFindings
{
    private StudyFindings(IReadOnlyList<StudyCurve> curves, Func<int, double> fullRateSteps)
    {
        var set = new CurveSet(curves);
        Peaks = PeaksPart.Of(set);
        Sizes = SizesPart.Of(set);
        Comparisons = ComparisonsPart.Of(set);
        PolicySize = PolicySizePart.Of(set);
        Methods = MethodsPart.Of(set);
        Penalty = PenaltyPart.Of(set);
        Steps = StepsPart.Of(set, fullRateSteps);
        Extrapolation = ExtrapolationPart.Of(set);
        Robustness = RobustnessPart.Of(set);
        Iteration = IterationPart.Of(set);
        Regression = RegressionPart.Of(set);
        Choice = AdvicePart.Of(set);
    }

    /// <summary>Proxy and gold against KL.</summary>
    internal PeaksPart Peaks { get; }

    /// <summary>Coefficients against the size of the reward model.</summary>
    internal SizesPart Sizes { get; }

    /// <summary>The number of comparisons.</summary>
    internal ComparisonsPart Comparisons { get; }

    /// <summary>The size of the policy.</summary>
    internal PolicySizePart PolicySize { get; }

    /// <summary>PPO against best-of-n.</summary>
    internal MethodsPart Methods { get; }

    /// <summary>KL penalties.</summary>
    internal PenaltyPart Penalty { get; }

    /// <summary>KL against steps.</summary>
    internal StepsPart Steps { get; }

    /// <summary>Fitted on small d, tested on large.</summary>
    internal ExtrapolationPart Extrapolation { get; }

    /// <summary>Label noise and ensembles.</summary>
    internal RobustnessPart Robustness { get; }

    /// <summary>Iterated RLHF.</summary>
    internal IterationPart Iteration { get; }

    /// <summary>The regressional part.</summary>
    internal RegressionPart Regression { get; }

    /// <summary>How far to optimise, and with which method and reward model.</summary>
    internal AdvicePart Choice { get; }

    /// <summary>How far to optimise, with which method and reward model, in one sentence; why there is none, where there is
    /// none.</summary>
    public string Advice => Choice.Sentence;

    /// <summary>All parts in order.</summary>
    public IReadOnlyList<StudyPart> Parts =>
        [Peaks, Sizes, Comparisons, PolicySize, Methods, Penalty, Steps, Extrapolation, Robustness, Iteration, Regression,
            Choice];

    /// <summary>All claims in order.</summary>
    public IEnumerable<Claim> Claims => Parts.SelectMany(static part => part.Claims);

    internal static StudyFindings Of(IReadOnlyList<StudyCurve> curves, StudyPlan plan) =>
        new(curves, step => FullRateSteps(plan, step));

    /// <summary>What several studies of one plan found together; they differ by their seeds.</summary>
    /// <param name="results">The studies; at least one, no two of one seed.</param>
    /// <exception cref="ArgumentException">No study, or the same seed twice.</exception>
    public static StudyFindings Of(IReadOnlyList<StudyResult> results)
    {
        ArgumentNullException.ThrowIfNull(results);
        if (results.Count == 0) throw new ArgumentException("results is empty; there must be a study to look at.", nameof(results));
        StudyCurve[] curves = [.. results.SelectMany(static result => result.Curves)];
        if (curves.GroupBy(static curve => curve.At).FirstOrDefault(static group => group.Count() > 1) is { } twice)
            throw new ArgumentException(FormattableString.Invariant($"Two studies have seed {twice.Key.StudySeed} and a curve of {StudyNames.Of(twice.Key)}: they must differ by their seeds."), nameof(results));
        return Of(curves, results[0].Plan);
    }

    // A run may have gone farther than the plan now asks for.
    private static double FullRateSteps(StudyPlan plan, int step) =>
        (plan.Ppo with { MaximumSteps = Math.Max(step, plan.Ppo.MaximumSteps) }).FullRateSteps(step);

    /// <summary>One line a part.</summary>
    public override string ToString() => string.Join(Environment.NewLine, Parts);
}
