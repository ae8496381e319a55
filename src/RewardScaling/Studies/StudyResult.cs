using System.Diagnostics.CodeAnalysis;
using RewardScaling.Cpu;
using RewardScaling.Curves;
using RewardScaling.Laws;
using RewardScaling.Models;
using RewardScaling.Numerics;
using RewardScaling.Studies.Claims;

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
    private StudyFindings? _findings;

    /// <summary>What was planned.</summary>
    public required StudyPlan Plan
    {
        get;
        init => (field, _findings) = (value, null);
    }

    /// <summary>What the policy learned to write and where prompts came from, in words.</summary>
    public required string Corpus { get; init; }

    /// <summary>The engine and its hardware, in words.</summary>
    public required string Engine { get; init; }

    /// <summary>The version of this library.</summary>
    public required string Version { get; init; }

    /// <summary>The initial policy, the first one where there are several.</summary>
    public required PolicySummary Policy { get; init; }

    /// <summary>The gold reward model, that of the first study seed where there are several.</summary>
    public required GoldSummary Gold { get; init; }

    /// <summary>Every initial policy, by study seed, then in the order of the plan.</summary>
    /// <value><see cref="Policy"/> alone where nothing else is said.</value>
    public IReadOnlyList<PolicySummary> Policies { get => field ?? [Policy]; init; }

    /// <summary>The gold reward model of each study seed.</summary>
    /// <value><see cref="Gold"/> alone where nothing else is said.</value>
    public IReadOnlyList<GoldSummary> Golds { get => field ?? [Gold]; init; }

    /// <summary>What servers made, a sentence each: such a study cannot be made again from its plan alone. Empty where everything
    /// was made here.</summary>
    public IReadOnlyList<string> Servers => [.. Policies.Select(static policy => policy.Server)
        .Concat(Golds.Select(static gold => gold.Server)).Concat(Proxies.Select(static proxy => proxy.Server)).OfType<string>()
            .Distinct()];

    /// <summary>Whether every curve of the plan is there.</summary>
    public bool IsComplete { get; init; } = true;

    /// <summary>What cells warned about while they were made, each with the name of its cell.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>The proxies that were optimised against, ensembles and the caller's too, in the order of the plan.</summary>
    public required IReadOnlyList<ProxySummary> Proxies { get; init; }

    /// <summary>
    /// The curves: best-of-n, then PPO, each in the order of the plan, which is that of <see cref="Proxies"/> for each policy.
    /// </summary>
    public required IReadOnlyList<StudyCurve> Curves
    {
        get;
        init => (field, _findings) = (value, null);
    }

    /// <summary>What the curves say of the papers' claims, in twelve parts; worked out when first asked for.</summary>
    public StudyFindings Findings => _findings ??= StudyFindings.Of(Curves, Plan);

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
                point with { Effort = FullRateSteps((int)point.Effort) })]))
            .Where(KlGrowth.Shows)];
        growth = runs.Length < 2 ? null : KlGrowth.OfRuns([.. runs.Select(KlGrowth.BeforeSaturation)]);
        return growth is not null;

        // A run may have gone farther than the plan now asks for.
        double FullRateSteps(int step) => (Plan.Ppo with { MaximumSteps = Math.Max(step, Plan.Ppo.MaximumSteps) })
            .FullRateSteps(step);
    }

    /// <summary>Opens the folder of a study, finished or not: its curves, and its policies, reward models, gold and pool as
    /// objects of the library.</summary>
    /// <param name="folder">The run folder.</param>
    /// <param name="engine">What runs the networks; null for a <see cref="Cpu.CpuEngine"/> on all cores.</param>
    /// <exception cref="IOException">There is no study.</exception>
    /// <exception cref="InvalidDataException">A file in the folder is damaged; the message names it.</exception>
    /// <exception cref="InvalidOperationException">The study works on something that the folder does not hold, a corpus, a gold
    /// or prompts of yours: give these to <see cref="OveroptimizationStudy"/> and call its
    /// <see cref="OveroptimizationStudy.Open"/>. Or not even policy and gold are there yet.</exception>
    public static OpenedStudy Open(string folder, IEngine? engine = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        var record = StudyFolder.ReadRecord(folder);
        var study = new OveroptimizationStudy(record.Plan, engine ?? new CpuEngine());
        study.RequireSameAs(record, folder);
        return study.Open(folder);
    }

    /// <summary>The plan, and of each curve the peak, as the law has it and as measured.</summary>
    public override string ToString() => string.Join(Environment.NewLine, Curves.Select(static curve =>
        $"{curve.Curve.Label} ({curve.Law.Name}): {curve.Peak}; {MeasuredPeak.Of(curve.Curve)}").Prepend(Plan.ToString()));
}
