using RewardScaling.Reports.Drawing;
using RewardScaling.Studies.Claims;

namespace RewardScaling.Reports.Parts;

/// <summary>A part of a study's findings as a report shows it: its claims, and the figures and tables behind them.</summary>
/// <param name="Part">The part.</param>
/// <param name="Figures">Its figures.</param>
/// <param name="Tables">Its tables.</param>
internal sealed record PartSection(StudyPart Part, IReadOnlyList<Figure> Figures, IReadOnlyList<ReportTable> Tables)
{
    /// <summary>The sections of the parts that the plan asks for.</summary>
    public static IReadOnlyList<PartSection> Of(StudyFindings findings)
    {
        PartSection[] all =
        [
            new(findings.Peaks, MeanFigures.Of(findings.Peaks.Cells),
                [PartTables.Measured(findings.Peaks.Cells), PartTables.Laws(findings.Peaks.Cells)]),
            new(findings.Sizes, CoefficientFigures.Of(findings.Sizes), PartTables.LeftOut(findings.Sizes)),
            new(findings.Comparisons, CountFigures.Of(findings.Comparisons), PartTables.Thresholds(findings.Comparisons)),
            new(findings.PolicySize, SeriesFigure.Of("policy-size", "Two policies against the same reward models", findings.PolicySize.Cells,
                static cell => FormattableString.Invariant($"policy of {cell.At.PolicyParameters:N0} parameters")), []),
            new(findings.Methods, MeanFigures.Compared(findings.Peaks.Cells), PartTables.Methods(findings.Methods)),
            new(findings.Penalty, SeriesFigure.Of("penalties", "Gold at equal KL under KL penalties", findings.Penalty.Cells,
                static cell => cell.At.Penalty.ToString()), []),
            new(findings.Steps, StepFigure.Of(findings.Steps), []),
            new(findings.Extrapolation, ExtrapolationFigure.Of(findings.Extrapolation),
                PartTables.Extrapolation(findings.Extrapolation)),
            new(findings.Robustness,
            [
                .. SeriesFigure.Of("label-noise", "Gold when labels were flipped", findings.Robustness.Noise,
                    static cell => FormattableString.Invariant($"{cell.At.LabelNoise:P0} flipped")),
                .. findings.Robustness.Ensembles.GroupBy(static cell => cell.At.LabelNoise).OrderBy(static group => group.Key)
                    .SelectMany(static group => Ensembles(group.Key, [.. group])),
            ], []),
            new(findings.Iteration, SeriesFigure.Of("rounds", "Gold in each round", findings.Iteration.Cells,
                static cell => cell.At.Rounds.Count == 1 ? "one run" : FormattableString.Invariant($"round {cell.At.Round} of {cell.At.Rounds.Count}")), []),
            new(findings.Regression, WorthFigure.Of(findings.Regression), []),
            new(findings.Choice, [], []),
        ];
        return [.. all.Where(static section => section.Part.IsAsked)];
    }

    // Members of one share of flipped labels are no match for ensembles of another.
    private static IReadOnlyList<Figure> Ensembles(double noise, IReadOnlyList<SeedCell> cells) => SeriesFigure.Of(
        noise == 0 ? "ensembles" : FormattableString.Invariant($"ensembles-{100 * noise:F0}-flipped"),
        "Ensembles and their members" + (noise == 0 ? "" : FormattableString.Invariant($", {noise:P0} of the labels flipped")), cells,
        static cell => cell.At.Ensemble?.ToString() ?? "members by themselves");
}
