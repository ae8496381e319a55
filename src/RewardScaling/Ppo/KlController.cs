using RewardScaling.Numerics;

namespace RewardScaling.Ppo;

/// <summary>
/// How the coefficient β of the KL penalty moves from step to step. Holds no state: the coefficient is the state.
/// </summary>
public abstract record KlController
{
    private protected KlController() { }

    /// <summary>The coefficient stays what it is.</summary>
    public static KlController Fixed { get; } = new FixedKlController();

    /// <summary>The coefficient of the next step.</summary>
    /// <param name="coefficient">β of this step, at least 0.</param>
    /// <param name="sequenceKl">D_KL(π ‖ π_init) measured in this step, in nats per sequence.</param>
    /// <param name="rollouts">How many rollouts this step took.</param>
    public abstract double Next(double coefficient, double sequenceKl, int rollouts);

    /// <summary>Faults settings no controller can follow.</summary>
    /// <exception cref="ArgumentException">One line for every fault.</exception>
    public abstract void Validate();

    /// <summary>Notes what keeps the controller from moving the coefficient under the other options of a run.</summary>
    /// <param name="faults">Where faults are noted.</param>
    /// <param name="coefficient">β at the first step.</param>
    /// <param name="rollouts">How many rollouts each step takes.</param>
    internal virtual void Check(Faults faults, double coefficient, int rollouts) { }
}
