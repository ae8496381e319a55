using RewardScaling.Curves;
using RewardScaling.Numerics;

namespace RewardScaling.Runs;

/// <summary>How a table is understood as a run. The defaults ask nothing of the caller and guess nothing silently.</summary>
public sealed record RunLogOptions
{
    /// <summary>Which columns hold what.</summary>
    /// <value>Default: all are looked for by known names.</value>
    public RunColumns Columns { get; init; } = new();

    /// <summary>Which KL the column holds.</summary>
    /// <value>Default null: what the tool that is recognised logs, or what the column's name says.</value>
    public KlLogging? Kl { get; init; }

    /// <summary>How the policy was optimised.</summary>
    /// <value>Default null: best-of-n where the numbers say so, else reinforcement learning.</value>
    public OptimizationMethod? Method { get; init; }

    /// <summary>What is done with NaN and infinities in the columns used.</summary>
    /// <value>Default <see cref="NonFiniteRule.Fail"/>.</value>
    public NonFiniteRule NonFinite { get; init; }

    /// <summary>Which line of training a gold score belongs to.</summary>
    /// <value>Default <see cref="GoldStep.Same"/>.</value>
    public GoldStep GoldStep { get; init; }

    /// <summary>Whether gold is better when it is lower, such as a perplexity; its sign is then turned.</summary>
    /// <value>Default null: true for a column called perplexity or ppl, and said; else false.</value>
    public bool? LowerIsBetter { get; init; }

    /// <summary>Checks the options.</summary>
    /// <exception cref="ArgumentException">A value is none of its kind; the message names every fault.</exception>
    public void Validate()
    {
        var faults = new Faults(nameof(RunLogOptions));
        faults.Require(Columns is not null, nameof(Columns), "null", "given; new() looks for all");
        faults.Require(Method is null || Enum.IsDefined(Method.Value), nameof(Method), Method ?? default, "BestOfN, ReinforcementLearning or null");
        faults.Require(Enum.IsDefined(NonFinite), nameof(NonFinite), NonFinite, "Fail or LeaveOut");
        faults.Require(Enum.IsDefined(GoldStep), nameof(GoldStep), GoldStep, "Same or NearestEarlier");
        faults.ThrowIfAny();
    }
}
