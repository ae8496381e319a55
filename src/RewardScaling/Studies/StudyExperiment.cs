using RewardScaling.BestOfN;

namespace RewardScaling.Studies;

/// <summary>
/// A further grid of a <see cref="StudyPlan"/>: the full product of its axes. An axis that is null is the plan's own, so an
/// experiment says what it varies and nothing else. What two grids have in common is made once.
/// </summary>
public sealed record StudyExperiment
{
    /// <summary>A name for reports.</summary>
    public required string Name { get; init; }

    /// <inheritdoc cref="StudyPlan.StudySeeds"/>
    public int? StudySeeds { get; init; }

    /// <summary>The policies that are optimised; null for the plan's.</summary>
    public IReadOnlyList<NetworkSize>? Policies { get; init; }

    /// <inheritdoc cref="StudyPlan.ProxySizes"/>
    public IReadOnlyList<NetworkSize>? ProxySizes { get; init; }

    /// <inheritdoc cref="StudyPlan.ProxyTrunks"/>
    public IReadOnlyList<int>? ProxyTrunks { get; init; }

    /// <inheritdoc cref="StudyPlan.Comparisons"/>
    public IReadOnlyList<int>? Comparisons { get; init; }

    /// <inheritdoc cref="StudyPlan.LabelNoise"/>
    public IReadOnlyList<double>? LabelNoise { get; init; }

    /// <inheritdoc cref="StudyPlan.ProxySeeds"/>
    public int? ProxySeeds { get; init; }

    /// <inheritdoc cref="StudyPlan.Ensembles"/>
    public IReadOnlyList<EnsembleChoice>? Ensembles { get; init; }

    /// <summary>Whether single proxies are optimised against besides the ensembles.</summary>
    /// <value>Default true.</value>
    public bool SingleProxies { get; init; } = true;

    /// <inheritdoc cref="StudyPlan.Optimizers"/>
    public IReadOnlyList<StudyOptimizer>? Optimizers { get; init; }

    /// <inheritdoc cref="StudyPlan.Selections"/>
    public IReadOnlyList<SelectionRule>? Selections { get; init; }

    /// <inheritdoc cref="StudyPlan.KlPenalties"/>
    public IReadOnlyList<KlPenalty>? KlPenalties { get; init; }

    /// <inheritdoc cref="StudyPlan.PolicySeeds"/>
    public int? PolicySeeds { get; init; }

    /// <inheritdoc cref="StudyPlan.Rounds"/>
    public RlhfRounds? Rounds { get; init; }

    /// <summary>The name, and the axes it varies.</summary>
    public override string ToString()
    {
        (string Axis, object? Value)[] axes =
        [
            ("study seeds", StudySeeds), ("policies", Policies), ("proxy sizes", ProxySizes), ("trunks", ProxyTrunks),
            ("comparisons", Comparisons), ("label noise", LabelNoise), ("proxy seeds", ProxySeeds), ("ensembles", Ensembles),
            ("optimizers", Optimizers), ("selections", Selections), ("KL penalties", KlPenalties), ("policy seeds", PolicySeeds), ("rounds", Rounds),
        ];
        return $"{Name}: {string.Join(", ", axes.Where(static axis => axis.Value is not null).Select(static axis => axis.Axis))}";
    }
}
