using System.Text;
using RewardScaling.Curves;
using RewardScaling.Numerics;

namespace RewardScaling.Laws;

/// <summary>
/// One law fitted to several curves at once, some coefficients the same in all of them, the others each curve's own.
/// </summary>
/// <remarks>
/// <para>
/// Gao, Schulman and Hilton 2022 (arXiv:2210.10760, section 3.2) hold α_RL constant over the sizes of the reward model; this does
/// so in one least-squares fit, and <see cref="Sharing"/> says whether the data allow it. Linear laws are solved in closed form
/// by QR, others by Levenberg-Marquardt from the separate fits.
/// </para>
/// <para>
/// Weights as in <see cref="LawWeighting"/>. With equal or relative weights one noise is estimated for all curves. Errors of
/// different curves are taken as independent, except with <see cref="LawWeighting.SharedSamples"/> and the same prompts.
/// </para>
/// <para>To write it for papers and other tools, hand <see cref="Curves"/> to FitExport.</para>
/// </remarks>
/// <example>
/// <code>
/// JointFit joint = JointFit.Of(OveroptimizationLaw.ReinforcementLearning, curves, shared: ["alpha"]);
/// if (joint.HasSharingTest) Console.WriteLine(joint.Sharing);   // whether one alpha describes them all
/// </code>
/// </example>
[TypeFormatterSource]
public sealed class JointFit
{
    private readonly JointProblem _problem;
    private readonly JointSolution _solution;
    private readonly SharingTest? _sharing;

    private JointFit(JointProblem problem, JointSolution solution, string[] shared, SharingTest? sharing, string whyNoTest)
    {
        (_problem, _solution, Shared, _sharing, WhyNoSharingTest) = (problem, solution, shared, sharing, whyNoTest);
        Curves = [.. Enumerable.Range(0, problem.Curves.Length).Select(CurveFit)];
    }

    /// <summary>The law.</summary>
    public OveroptimizationLaw Law => _problem.Curves[0].Law;

    /// <summary>The coefficients that are the same in all curves.</summary>
    public IReadOnlyList<string> Shared { get; }

    /// <summary>What the points' errors meant to the fit.</summary>
    public LawWeighting Weighting => _problem.Curves[0].Options.Weighting;

    /// <summary>
    /// Each curve's fit, in the order given: all its coefficients, with errors, peak and intervals from the joint fit. Its sum
    /// of squares is its own, its degrees of freedom and residual deviation those of all curves.
    /// </summary>
    public IReadOnlyList<LawFit> Curves { get; }

    /// <summary>Whether errors could be estimated.</summary>
    public bool HasErrors => _solution.Covariance is not null;

    /// <summary>Why errors could not be estimated; empty when they could.</summary>
    public string WhyNoErrors => _solution.WhyNoErrors;

    /// <summary>How many points were fitted, in all curves.</summary>
    public int PointCount => _problem.ResidualCount;

    /// <summary>Points less free coefficients, a shared one counting once.</summary>
    public int DegreesOfFreedom => _solution.DegreesOfFreedom;

    /// <summary>Sum of squared residuals of all curves, each divided by its standard error when the fit is weighted.</summary>
    public double ResidualSumOfSquares => _solution.SumOfSquares;

    /// <summary>
    /// Akaike's criterion with the small-sample correction, all curves together and a shared coefficient counting once; +∞ with
    /// too few points to correct. Compares what to share: only differences between fits of the same points mean anything.
    /// </summary>
    public double Aicc => _solution.Criterion(Weighting, bic: false);

    /// <summary>Schwarz's criterion, all curves together.</summary>
    public double Bic => _solution.Criterion(Weighting, bic: true);

    /// <summary>Whether sharing could be tested.</summary>
    public bool HasSharingTest => _sharing is not null;

    /// <summary>Why sharing could not be tested; empty when it could.</summary>
    public string WhyNoSharingTest { get; }

    /// <summary>Whether the data allow the shared coefficients to be the same in all curves.</summary>
    /// <exception cref="InvalidOperationException">It could not be tested: see <see cref="HasSharingTest"/>.</exception>
    public SharingTest Sharing => _sharing
        ?? throw new InvalidOperationException($"Sharing could not be tested: {WhyNoSharingTest}. Ask HasSharingTest first.");

    /// <summary>A shared coefficient by name; without an error when it could not be estimated.</summary>
    /// <param name="parameter">One of <see cref="Shared"/>.</param>
    /// <exception cref="ArgumentException">It is not shared.</exception>
    public Estimate this[string parameter] => Shared.Contains(parameter) ? Curves[0][parameter]
        : throw new ArgumentException($"'{parameter}' is not shared; shared are {string.Join(", ", Shared)}. Ask a curve for its own.", nameof(parameter));

    /// <summary>The covariance of any two coefficients of any two curves; 0 where one is fixed or at a bound.</summary>
    /// <param name="firstCurve">A curve, from 0.</param>
    /// <param name="first">One of the law's parameter names, or "offset".</param>
    /// <param name="secondCurve">A curve, from 0.</param>
    /// <param name="second">One of the law's parameter names, or "offset".</param>
    /// <exception cref="InvalidOperationException">Errors could not be estimated: see <see cref="HasErrors"/>.</exception>
    public double Covariance(int firstCurve, string first, int secondCurve, string second)
    {
        Guard.InRange(firstCurve, 0, Curves.Count - 1);
        Guard.InRange(secondCurve, 0, Curves.Count - 1);
        if (_solution.Covariance is not { } covariance)
            throw new InvalidOperationException($"Errors could not be estimated: {WhyNoErrors}. Ask HasErrors first.");
        return _problem.CoefficientCovariance(firstCurve, secondCurve, _solution.Values, covariance)[
            Curves[firstCurve].IndexOf(first), Curves[secondCurve].IndexOf(second)];
    }

    /// <summary>Fits a law to several curves with some coefficients shared.</summary>
    /// <param name="law">The law.</param>
    /// <param name="curves">At least two curves.</param>
    /// <param name="shared">The coefficients that are the same in all curves, at least one: names of the law's, or "offset" when
    /// it is free.</param>
    /// <param name="options">Which reward, which weights, fixed or bounded coefficients, for every curve alike; null for gold
    /// with equal weights and R(0) = 0.</param>
    /// <param name="samePrompts">With <see cref="LawWeighting.SharedSamples"/>: whether all curves were measured on the same
    /// prompts in the same order, so that their errors go together. Ignored otherwise.</param>
    /// <exception cref="ArgumentException">Fewer than two curves, a shared name that is unknown, repeated or fixed, different
    /// numbers of prompts, or points that do not determine the coefficients.</exception>
    /// <exception cref="LawFitException">The search did not converge from any start.</exception>
    public static JointFit Of(OveroptimizationLaw law, IReadOnlyList<RewardCurve> curves, IReadOnlyList<string> shared,
        LawFitOptions? options = null, bool samePrompts = false)
    {
        ArgumentNullException.ThrowIfNull(law);
        ArgumentNullException.ThrowIfNull(curves);
        ArgumentNullException.ThrowIfNull(shared);
        options ??= new();
        options.Validate();
        if (curves.Count < 2) throw new ArgumentException(FormattableString.Invariant($"curves has {curves.Count} curves; a joint fit needs at least 2."), nameof(curves));
        options = options.WithOffsetFor([.. curves]);
        LawFitProblem[] problems = [.. curves.Select(curve => LawFitProblem.From(law, curve, options, shared))];
        CheckNames(problems[0], shared);
        var joint = JointLayout.Sharing(problems, shared, samePrompts);
        var separate = JointLayout.SeparateFits(problems);
        var solution = joint.Problem.Solve(joint.Starts(separate));
        var (test, why) = TestOf(problems, shared, separate, solution, samePrompts);
        return new(joint.Problem, solution, [.. shared], test, why);
    }

    /// <summary>Shared coefficients, each curve's own, and the test.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.AppendLine(FormattableString.Invariant(
            $"{Law.Name} law fitted to {Curves.Count} curves together, {string.Join(", ", Shared)} shared: {PointCount} points, {DegreesOfFreedom} degrees of freedom"));
        foreach (string name in Shared) text.AppendLine($"  {Curves[0].Parameters[Curves[0].IndexOf(name)]}");
        foreach (var curve in Curves)
            text.AppendLine($"  {curve.Label}: {string.Join(", ", curve.Parameters.Where(p => !Shared.Contains(p.Name)
                && (p.Name != LawFitOptions.Offset || p.State != ParameterState.Fixed)))}; {curve.Peak}");
        string aicc = double.IsFinite(Aicc) ? FormattableString.Invariant($"AICc {Aicc:F2}") : LawFitReport.NoAicc;
        text.AppendLine(FormattableString.Invariant($"  {aicc}, BIC {Bic:F2}"));
        if (!HasErrors) text.AppendLine($"  errors not estimated: {WhyNoErrors}");
        return text.Append(HasSharingTest ? $"  {Sharing}" : $"  sharing not tested: {WhyNoSharingTest}").ToString();
    }

    private LawFit CurveFit(int c)
    {
        double[] values = _problem.Coefficients(c, _solution.Values);
        ParameterState[] states = [.. Enumerable.Range(0, values.Length).Select(j => _problem.StateOf(c, j, _solution.States))];
        return new(_problem.Curves[c], values, states, _solution.Covariance is { } covariance
            ? _problem.CoefficientCovariance(c, c, _solution.Values, covariance) : null, _solution);
    }

    private static void CheckNames(LawFitProblem problem, IReadOnlyList<string> shared)
    {
        if (shared.Count == 0) throw new ArgumentException("shared is empty; without a shared coefficient the curves are fitted one by one.", nameof(shared));
        foreach (string name in shared)
        {
            int index = Array.IndexOf(problem.Names, name);
            if (index < 0) throw new ArgumentException($"The {problem.Law.Name} law has no coefficient '{name}'; a fit of it has {string.Join(", ", problem.Names)}.", nameof(shared));
            if (problem.Ranges[index].IsPoint) throw new ArgumentException($"'{name}' is fixed, so there is nothing to share; free it or leave it out.", nameof(shared));
        }
        if (shared.Distinct().Count() < shared.Count) throw new ArgumentException($"shared = {string.Join(", ", shared)} names a coefficient twice.", nameof(shared));
    }

    private static (SharingTest? Test, string Why) TestOf(LawFitProblem[] problems, IReadOnlyList<string> shared,
        LawFit?[] separate,
        JointSolution joint, bool samePrompts)
    {
        string assumption = $"{string.Join(" and ", shared)} {(shared.Count == 1 ? "is" : "are")} the same in all {problems.Length} curves";
        if (separate.Contains(null))
            return (null, "a curve cannot be fitted by itself");
        if (joint.States.Contains(ParameterState.AtBound) || separate.Any(static fit =>
            fit!.Parameters.Any(static p => p.State == ParameterState.AtBound)))
            return (null, "a coefficient is at its bound");
        int restrictions = shared.Count * (problems.Length - 1);
        var weighting = problems[0].Options.Weighting;
        if (weighting == LawWeighting.SharedSamples)
            return JointLayout.WaldTest(problems, separate, samePrompts,
                [.. shared.Select(name => Array.IndexOf(problems[0].Names, name)).SelectMany(j =>
                    Enumerable.Range(1, problems.Length - 1)
                    .Select(c => new[] { (c, j, 1.0), (0, j, -1.0) }))], logarithms: false, assumption);
        double freedom = weighting == LawWeighting.KnownErrors ? double.PositiveInfinity : joint.DegreesOfFreedom - restrictions;
        return freedom > 0
            ? (SharingTest.FromSums(joint.SumOfSquares, separate.Sum(static fit => fit!.ResidualSumOfSquares), restrictions,
                freedom, assumption), "")
            : (null, "separate fits leave no degrees of freedom");
    }
}
