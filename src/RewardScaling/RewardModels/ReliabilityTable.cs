using System.Text;
using RewardScaling.Numerics;

namespace RewardScaling.RewardModels;

/// <summary>
/// How often preferences come true that a reward model gives a probability: comparisons put into bins by σ(margin), and in each
/// bin the mean predicted probability beside the mean label.
/// </summary>
/// <remarks>
/// Responses are taken in the order the model prefers, so predicted probabilities lie in [0.5, 1] and the model cannot look
/// calibrated by being asked everything twice.
/// </remarks>
public sealed class ReliabilityTable
{
    private ReliabilityTable(IReadOnlyList<ReliabilityBin> bins, double expectedError) =>
        (Bins, ExpectedCalibrationError) = (bins, expectedError);

    /// <summary>The bins with comparisons in them, from unsure to sure.</summary>
    public IReadOnlyList<ReliabilityBin> Bins { get; }

    /// <summary>The mean over comparisons of |predicted - label| of their bin; at least 0.</summary>
    public double ExpectedCalibrationError { get; }

    /// <summary>Makes a table.</summary>
    /// <param name="margins">The model's score of the first response minus that of the second, one for each comparison;
    /// finite.</param>
    /// <param name="labels">The probability that the first is preferred: 1 or 0 where the label is certain, σ of gold's
    /// difference where it is soft; in [0, 1].</param>
    /// <param name="bins">How many bins of equal width [0.5, 1] is cut into; at least 1.</param>
    /// <exception cref="ArgumentException">No comparison, lists of different lengths, or a number out of range.</exception>
    public static ReliabilityTable Of(ReadOnlySpan<double> margins, ReadOnlySpan<double> labels, int bins = 10)
    {
        if (margins.IsEmpty)
            throw new ArgumentException("margins is empty; a table needs at least one comparison.", nameof(margins));
        Guard.Length(labels.Length, margins.Length, nameof(labels));
        Guard.AllFinite(margins);
        Guard.Positive(bins);
        var members = new List<(double Predicted, double Label)>[bins];
        for (int b = 0; b < bins; b++) members[b] = [];
        for (int i = 0; i < margins.Length; i++)
        {
            Guard.InRange(labels[i], 0, 1, $"labels[{i}]");
            double predicted = BradleyTerryLoss.Sigmoid(Math.Abs(margins[i]));
            // A margin of 0 prefers neither: half the comparison is true, whatever the label.
            double label = margins[i] == 0 ? 0.5 : margins[i] > 0 ? labels[i] : 1 - labels[i];
            members[Math.Min(bins - 1, (int)((predicted - 0.5) * 2 * bins))].Add((predicted, label));
        }
        var filled = new List<ReliabilityBin>();
        double error = 0;
        for (int b = 0; b < bins; b++)
        {
            if (members[b].Count == 0) continue;
            double predicted = members[b].Average(static member => member.Predicted);
            var label = Estimate.Mean([.. members[b].Select(static member => member.Label)]);
            filled.Add(new(0.5 + 0.5 * b / bins, 0.5 + 0.5 * (b + 1) / bins, members[b].Count, predicted, label));
            error += members[b].Count * Math.Abs(predicted - label.Value);
        }
        return new(filled, error / margins.Length);
    }

    /// <summary>The table as lines of text.</summary>
    public override string ToString()
    {
        var text = new StringBuilder("predicted      comparisons  mean predicted  came true\n");
        foreach (var bin in Bins)
            text.Append(FormattableString.Invariant($"{bin.Low:F2} to {bin.High:F2}   {bin.Count,11}  {bin.Predicted,14:F3}  {bin.Label}\n"));
        return text.Append(FormattableString.Invariant($"expected calibration error {ExpectedCalibrationError:F4}")).ToString();
    }
}
