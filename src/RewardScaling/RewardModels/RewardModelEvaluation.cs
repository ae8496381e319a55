using RewardScaling.Models;
using RewardScaling.Numerics;

namespace RewardScaling.RewardModels;

/// <summary>How well a reward model predicts preferences it was not trained on.</summary>
/// <param name="Loss">Mean Bradley-Terry loss in nats per comparison with its standard error, soft labels and margins counted as
/// in training; ln 2 = 0.6931 is chance, and more than that where a comparison asks for a margin.</param>
/// <param name="Accuracy">Share of comparisons whose chosen response scores higher, equal scores counting one half,
/// with its standard error.</param>
/// <param name="Comparisons">How many comparisons were measured.</param>
/// <remarks>
/// Standard errors treat comparisons as independent; where several share a prompt the true ones are larger. An error from one
/// comparison is not known (<see cref="Estimate.HasStandardError"/>).
/// </remarks>
[TypeFormatterSource]
public sealed record RewardModelEvaluation(Estimate Loss, Estimate Accuracy, int Comparisons)
{
    /// <summary>How many standard errors the loss lies below ln 2; not positive for a model no better than chance.</summary>
    /// <exception cref="InvalidOperationException">The loss has no standard error.</exception>
    public double ErrorsBelowChance
    {
        get
        {
            double gap = BradleyTerryLoss.Chance - Loss.Value;
            return gap == 0 ? 0 : gap / Loss.StandardError;
        }
    }

    /// <summary>The numbers from score differences r(chosen) - r(rejected) of comparisons whose labels are certain.</summary>
    /// <param name="margins">One finite difference for each comparison, at least one.</param>
    /// <exception cref="ArgumentException">No difference, or one that is not finite.</exception>
    public static RewardModelEvaluation FromMargins(ReadOnlySpan<double> margins) =>
        From(margins, static (_, margin) => BradleyTerryLoss.At(margin).Loss);

    /// <summary>The numbers from score differences, each by the loss of its comparison.</summary>
    internal static RewardModelEvaluation FromMargins(ReadOnlySpan<double> margins, IReadOnlyList<Comparison> comparisons) =>
        From(margins, (i, margin) => BradleyTerryLoss.Of(comparisons[i], margin).Loss);

    private static RewardModelEvaluation From(ReadOnlySpan<double> margins, Func<int, double, double> loss)
    {
        if (margins.IsEmpty)
            throw new ArgumentException("margins is empty; an evaluation needs at least one comparison.", nameof(margins));
        Guard.AllFinite(margins);
        double[] losses = new double[margins.Length], right = new double[margins.Length];
        for (int i = 0; i < margins.Length; i++)
        {
            losses[i] = loss(i, margins[i]);
            right[i] = margins[i] > 0 ? 1 : margins[i] < 0 ? 0 : 0.5;
        }
        return new(Estimate.Mean(losses), Estimate.Mean(right), margins.Length);
    }

    /// <summary>Measures any reward model.</summary>
    /// <param name="model">The reward model.</param>
    /// <param name="comparisons">The comparisons, at least one.</param>
    /// <param name="tokenizer">What turns their tokens into text, for models that read text.</param>
    /// <param name="cancellationToken">Stops between pieces of work.</param>
    /// <exception cref="InvalidOperationException">The model gave a score that is not finite, or not one
    /// for each response.</exception>
    public static async Task<RewardModelEvaluation> MeasureAsync(
        IRewardModel model, IReadOnlyList<Comparison> comparisons, ITokenizer tokenizer,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(comparisons);
        const int pairsAtOnce = 256;
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding); // networks compute on the thread that asks
        var margins = new double[comparisons.Count];
        for (int first = 0; first < margins.Length; first += pairsAtOnce)
        {
            int count = Math.Min(pairsAtOnce, margins.Length - first);
            var rollouts = new Rollouts(ComparisonBatch.Of(comparisons, first, count), tokenizer);
            double[] scores = await model.ScoreCheckedAsync(rollouts, cancellationToken).ConfigureAwait(false);
            for (int i = 0; i < count; i++) margins[first + i] = scores[2 * i] - scores[2 * i + 1];
        }
        return FromMargins(margins, comparisons);
    }

    /// <summary>Loss and accuracy.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"loss {Loss} nats, accuracy {Accuracy} on {Comparisons} comparisons");
}
