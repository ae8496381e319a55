using RewardScaling.Curves;
using RewardScaling.Divergence;
using RewardScaling.Numerics;

namespace RewardScaling.Laws;

/// <summary>A functional form R(d) of reward by distance from the initial policy, d = sqrt(KL), with R(0) = 0.</summary>
/// <remarks>
/// Rewards are measured from the initial policy's mean (Gao, Schulman and Hilton 2022, arXiv:2210.10760, sections 1 and 2.2).
/// A law is a formula and nothing else: coefficients come from <see cref="Fit"/> or from the caller. Immutable.
/// </remarks>
/// <example>
/// <code>
/// LawFit fit = OveroptimizationLaw.ReinforcementLearning.Fit(curve, new LawFitOptions().Free(LawFitOptions.Offset));
/// Console.WriteLine(fit);
/// </code>
/// </example>
public abstract class OveroptimizationLaw
{
    /// <summary>Best-of-n: R(d) = d (α - β d).</summary>
    public static OveroptimizationLaw BestOfN { get; } = new BestOfNLaw();

    /// <summary>Reinforcement learning: R(d) = d (α - β ln d), R(0) = 0.</summary>
    public static OveroptimizationLaw ReinforcementLearning { get; } = new ReinforcementLearningLaw();

    /// <summary>R(d) = d (α - β ln(1 + d)), an alternative for RL.</summary>
    public static OveroptimizationLaw Log { get; } = new LogLaw();

    /// <summary>R(d) = d (α - β d^γ), an alternative for RL with one coefficient more.</summary>
    public static OveroptimizationLaw Power { get; } = new PowerLaw();

    /// <summary>R(d) = α d, for proxy scores.</summary>
    public static OveroptimizationLaw Linear { get; } = new LinearLaw();

    /// <summary>A short name for tables.</summary>
    public abstract string Name { get; }

    /// <summary>The formula as text.</summary>
    public abstract string Formula { get; }

    /// <summary>The formula in LaTeX, without delimiters.</summary>
    public abstract string Latex { get; }

    /// <summary>Where the form comes from: paper and place.</summary>
    public abstract string Source { get; }

    /// <summary>The names of the coefficients, in the order every method takes them.</summary>
    public abstract IReadOnlyList<string> ParameterNames { get; }

    /// <summary>
    /// Whether R is a weighted sum of functions of d with the coefficients as weights; such a law is fitted in closed form.
    /// </summary>
    public abstract bool IsLinear { get; }

    /// <summary>The values a coefficient may take unless the caller says otherwise.</summary>
    /// <param name="parameter">One of <see cref="ParameterNames"/>.</param>
    public virtual ParameterRange RangeOf(string parameter) => ParameterRange.Any;

    /// <summary>
    /// Starting points for the search, made from the data; the fit takes the best of all. Linear laws need none.
    /// </summary>
    /// <param name="distances">d of each point.</param>
    /// <param name="rewards">Reward of each point.</param>
    public virtual IReadOnlyList<double[]> Guess(ReadOnlySpan<double> distances, ReadOnlySpan<double> rewards) =>
        [new double[ParameterNames.Count]];

    /// <summary>R(d).</summary>
    /// <param name="distance">d = sqrt(KL), KL in nats.</param>
    /// <param name="parameters">The coefficients in the order of <see cref="ParameterNames"/>.</param>
    /// <exception cref="ArgumentException">Another number of coefficients.</exception>
    public abstract double Evaluate(KlDistance distance, params ReadOnlySpan<double> parameters);

    /// <summary>dR/dd, the slope by distance. Where a form is infinitely steep at d = 0 the answer is infinite.</summary>
    /// <param name="distance">d = sqrt(KL), KL in nats.</param>
    /// <param name="parameters">The coefficients in the order of <see cref="ParameterNames"/>.</param>
    /// <exception cref="ArgumentException">Another number of coefficients.</exception>
    public abstract double Slope(KlDistance distance, params ReadOnlySpan<double> parameters);

    /// <summary>∂R/∂parameter of each coefficient.</summary>
    /// <param name="distance">d = sqrt(KL), KL in nats.</param>
    /// <param name="parameters">The coefficients in the order of <see cref="ParameterNames"/>.</param>
    /// <param name="gradient">Filled with one derivative for each coefficient.</param>
    /// <exception cref="ArgumentException">Another number of coefficients or derivatives.</exception>
    public abstract void Gradient(KlDistance distance, ReadOnlySpan<double> parameters, Span<double> gradient);

    /// <summary>The distance where R is highest, if R rises to a maximum and falls after it.</summary>
    /// <param name="parameters">The coefficients in the order of <see cref="ParameterNames"/>.</param>
    /// <param name="peak">The distance; 0 when there is no peak.</param>
    /// <returns>Whether there is a peak at a finite d above 0.</returns>
    public abstract bool TryPeak(ReadOnlySpan<double> parameters, out KlDistance peak);

    /// <summary>
    /// The distance above 0 where R is back at 0, the reward of the initial policy, after having been above it.
    /// </summary>
    /// <param name="parameters">The coefficients in the order of <see cref="ParameterNames"/>.</param>
    /// <param name="zero">The distance; 0 when there is none.</param>
    /// <returns>Whether there is such a distance, finite and above 0.</returns>
    public abstract bool TryZero(ReadOnlySpan<double> parameters, out KlDistance zero);

    /// <summary>Fits the coefficients to a curve by least squares: in closed form by QR when the law is linear, else by
    /// Levenberg-Marquardt.</summary>
    /// <remarks>
    /// Points at KL = 0 say nothing about the coefficients, because every law has R(0) = 0; they are not counted
    /// (<see cref="LawFit.PointsAtZero"/> says how many there were) unless the offset is free. Points at the same KL are all
    /// used. Errors of the KL are not used.
    /// </remarks>
    /// <param name="curve">The curve; its rewards are measured from the initial policy's mean, unless the offset is free.</param>
    /// <param name="options">Which reward, which weights, fixed or bounded coefficients; null for gold with equal
    /// weights and R(0) = 0.</param>
    /// <exception cref="ArgumentException">Fewer different distances than free coefficients, weights from errors that are unknown
    /// or 0, or a name the law does not have.</exception>
    /// <exception cref="LawFitException">The search did not converge from any start; the message says what to try.</exception>
    public LawFit Fit(RewardCurve curve, LawFitOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(curve);
        options ??= new();
        options.Validate();
        return LawFitSolver.Solve(LawFitProblem.From(this, curve, options));
    }

    /// <summary>Faults a list of coefficients of the wrong length.</summary>
    /// <param name="parameters">The coefficients.</param>
    /// <exception cref="ArgumentException">Another number of coefficients than <see cref="ParameterNames"/>.</exception>
    protected void Check(ReadOnlySpan<double> parameters) =>
        Guard.Length(parameters.Length, ParameterNames.Count, nameof(parameters));

    /// <summary>The name and the formula.</summary>
    public sealed override string ToString() => $"{Name}: {Formula}";
}
