using RewardScaling.Curves;
using RewardScaling.Laws;

namespace RewardScaling.Studies.Claims;

/// <summary>Part 7: how fast PPO leaves the initial policy.</summary>
internal sealed record StepsPart : StudyPart
{
    private const string Statement = "Without a KL penalty KL grows about as the square of PPO's steps, so d = √KL in a straight line.",
        Source = "Gao et al. 2022, section 3.5, figures 14 and 16";

    // "About quadratically": an exponent from 1.5 to 2.5.
    private const double About = 0.5;

    private StepsPart(IReadOnlyList<SeedCell> cells, IReadOnlyList<Claim> claims) : base(7, "KL against steps", claims) => Cells = cells;

    /// <summary>Each reward model's runs of PPO, with the steps at the full learning rate that each point amounts to.</summary>
    public IReadOnlyList<SeedCell> Cells { get; }

    /// <summary>Looks at the main experiment of some curves.</summary>
    /// <param name="set">All curves of a study; several studies' too.</param>
    /// <param name="fullRateSteps">How many steps at the full learning rate the first steps of a run amount to (<see
    /// cref="Ppo.PpoOptions.FullRateSteps"/>): a warm-up alone would raise the exponent.</param>
    public static StepsPart Of(CurveSet set, Func<int, double> fullRateSteps)
    {
        StudyCurve[] plain = [.. set.Plain.By(OptimizationMethod.ReinforcementLearning)
            .Where(static curve => curve.At.Penalty.Coefficient == 0)];
        if (plain.Length == 0) return new([], [Claim.NotAsked(Statement, Source, "No run of PPO without a KL penalty.")]);
        StudyCurve[] counted = [.. plain.Select(curve => curve.Counting(step => fullRateSteps((int)step)))];
        var units = SeedUnits.Of(counted);
        var test = SeedTest.Within(units.Values(counted,
            static unit => unit.Where(static curve => KlGrowth.Shows(curve.Curve)).ToArray() is { Length: > 0 } shown
            ? shown.Average(static curve => KlGrowth.Of(KlGrowth.BeforeSaturation(curve.Curve)).Exponent.Value) - 2 : null),
                About, units.Name);
        return new(SeedCell.Of(counted), [Claim.Of(Statement, Source, test.Seeds == 0
            ? "No run has three points between 0.02 nats and half of its largest KL."
            : FormattableString.Invariant($"KL ~ steps^{2 + test.Mean.Value:F2}{(test.Mean.HasStandardError ? $" ± {test.Mean.StandardError:F2}" : "")}, from 0.02 nats to half of each run's largest KL, a step counted by its share of the full learning rate."), test)]);
    }
}
