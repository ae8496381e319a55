using System.Diagnostics.CodeAnalysis;
using RewardScaling.Curves;
using RewardScaling.Laws;
using RewardScaling.Numerics;

namespace RewardScaling.Studies;

/// <summary>All that a study found.</summary>
/// <example>
/// <code>
/// foreach (StudyCurve curve in result.Curves)
///     Console.WriteLine($"{curve.Curve.Label}: {MeasuredPeak.Of(curve.Curve)}");
/// </code>
/// </example>
[TypeFormatterSource]
public sealed record StudyResult
{
    /// <summary>What was planned.</summary>
    public required StudyPlan Plan { get; init; }

    /// <summary>What the policy learned to write and where prompts came from, in words.</summary>
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

    /// <summary>
    /// How fast PPO left the initial policy: the exponent of KL in steps before saturation
    /// (<see cref="KlGrowth.BeforeSaturation"/>), a mean over the runs with an interval over them. A step counts by its share of
    /// the full learning rate (<see cref="Ppo.PpoOptions.FullRateSteps"/>), else the warm-up alone would raise the exponent.
    /// </summary>
    /// <param name="growth">The growth, if there is one.</param>
    /// <returns>Whether at least two runs have three points each before saturation.</returns>
    public bool TryKlGrowth([NotNullWhen(true)] out KlGrowth? growth)
    {
        RewardCurve[] runs = [.. Curves.Select(static curve => curve.Curve)
            .Where(static curve => curve.Method == OptimizationMethod.ReinforcementLearning)
            .Select(curve => new RewardCurve(curve.Method, curve.Label, [.. curve.Points.Select(point =>
                point with { Effort = Plan.Ppo.FullRateSteps((int)point.Effort) })]))
            .Where(KlGrowth.Shows)];
        growth = runs.Length < 2 ? null : KlGrowth.OfRuns([.. runs.Select(KlGrowth.BeforeSaturation)]);
        return growth is not null;
    }

    /// <summary>The plan, and of each curve the peak, as the law has it and as measured.</summary>
    public override string ToString() => string.Join(Environment.NewLine, Curves.Select(static curve =>
        $"{curve.Curve.Label} ({curve.Law.Name}): {curve.Peak}; {MeasuredPeak.Of(curve.Curve)}").Prepend(Plan.ToString()));
}
