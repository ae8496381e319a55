using RewardScaling.Reports.Drawing;
using RewardScaling.Studies.Claims;

namespace RewardScaling.Reports.Parts;

/// <summary>KL against the steps of PPO.</summary>
internal static class StepFigure
{
    private const double Quadratic = 2;

    /// <summary>A colour for each of at most four numbers of comparisons; none where no run left the start.</summary>
    public static IReadOnlyList<Figure> Of(StepsPart part)
    {
        int[] counts = MeanFigures.Spread([.. part.Cells.Select(static cell => cell.At.Comparisons).Distinct().Order()]);
        RunGroup[] groups = [.. counts.Select(count => new RunGroup(FormattableString.Invariant($"{count:N0} comparisons"),
            [.. part.Cells.Where(cell => cell.At.Comparisons == count).SelectMany(static cell => cell.Curves)
                .Select(static curve => curve.Curve)
                .Where(static curve => curve.Points.Any(static point => point.Effort > 0 && point.Kl.Value > 0))]))
                    .Where(static group => group.Curves.Count > 0)];
        return groups.Length == 0 ? [] : [RunFigures.KlByStep(groups, Quadratic)];
    }
}
