using RewardScaling.Numerics;

namespace RewardScaling.Ppo;

/// <summary>
/// How the coefficient β of the KL penalty moves from step to step. Holds no state: the coefficient is the state.
/// </summary>
/// <remarks>
/// Derive a record of your own for another schedule. Its public properties tell one setting from another where a run is kept in
/// checkpoints. A study's plan is a file and takes <see cref="Fixed"/> and <see cref="AdaptiveKlController"/> only.
/// </remarks>
/// <example>
/// <code>
/// var options = new PpoOptions { KlCoefficient = 0.1, KlController = new Halving() };
///
/// internal sealed record Halving : KlController
/// {
///     public override double Next(double coefficient, Estimate kl, int rollouts) => coefficient / 2;
/// }
/// </code>
/// </example>
public abstract record KlController
{
    /// <summary>A controller.</summary>
    protected KlController() { }

    /// <summary>The coefficient stays what it is.</summary>
    public static KlController Fixed { get; } = new FixedKlController();

    /// <summary>The coefficient of the next step.</summary>
    /// <param name="coefficient">β of this step, at least 0.</param>
    /// <param name="kl">D_KL(π ‖ π_init) measured in this step, in nats per sequence.</param>
    /// <param name="rollouts">How many rollouts this step took.</param>
    /// <returns>β of the next step; finite and at least 0, or the run ends with a <see cref="PpoFaultException"/>.</returns>
    public abstract double Next(double coefficient, Estimate kl, int rollouts);

    /// <summary>Faults settings no controller can follow.</summary>
    /// <exception cref="ArgumentException">One line for every fault.</exception>
    public virtual void Validate() { }

    /// <summary>Notes what keeps the controller from moving the coefficient under the other options of a run.</summary>
    /// <param name="faults">Where faults are noted.</param>
    /// <param name="coefficient">β at the first step.</param>
    /// <param name="rollouts">How many rollouts each step takes.</param>
    internal virtual void Check(Faults faults, double coefficient, int rollouts) { }
}
