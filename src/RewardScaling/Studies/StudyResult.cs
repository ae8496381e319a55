namespace RewardScaling.Studies;

/// <summary>All that a study found.</summary>
public sealed record StudyResult
{
    /// <summary>What was planned.</summary>
    public required StudyPlan Plan { get; init; }

    /// <summary>What the policy learned to write, in words.</summary>
    public required string Corpus { get; init; }

    /// <summary>The engine and its hardware, in words.</summary>
    public required string Engine { get; init; }

    /// <summary>The version of this library.</summary>
    public required string Version { get; init; }

    /// <summary>The initial policy.</summary>
    public required PolicySummary Policy { get; init; }

    /// <summary>The gold reward model.</summary>
    public required GoldSummary Gold { get; init; }

    /// <summary>The proxies, in the order of the plan: by size, then comparisons, then seed.</summary>
    public required IReadOnlyList<ProxySummary> Proxies { get; init; }

    /// <summary>
    /// The curves: best-of-n of every proxy, then PPO of every proxy, each in the order of <see cref="Proxies"/>.
    /// </summary>
    public required IReadOnlyList<StudyCurve> Curves { get; init; }

    /// <summary>How long each stage took.</summary>
    public required IReadOnlyList<StageTiming> Timings { get; init; }
}
