using System.Text;
using MathNet.Numerics;
using RewardScaling.Curves;
using RewardScaling.Numerics;

namespace RewardScaling.Laws;

/// <summary>Several laws fitted to one curve: which of them the data support.</summary>
/// <remarks>
/// Gaussian likelihoods: with errors estimated AICc = m ln(RSS / m) + 2k + 2k(k+1)/(m-k-1), k counting the noise; with errors
/// given the first term is χ². The points are taken as independent. For points of one pool they are not, and weights are then too
/// decided: bootstrap the prompts.
/// </remarks>
/// <example>
/// <code>
/// LawComparison comparison = LawComparison.Of([OveroptimizationLaw.BestOfN, OveroptimizationLaw.Log], curve);
/// Console.WriteLine(comparison.Verdict);
/// </code>
/// </example>
[TypeFormatterSource]
public sealed class LawComparison
{
    private LawComparison(string label, IReadOnlyList<LawScore> scores) => (Label, Scores) = (label, scores);

    /// <summary>The curve's label.</summary>
    public string Label { get; }

    /// <summary>The laws, the best AICc first.</summary>
    public IReadOnlyList<LawScore> Scores { get; }

    /// <summary>The law with the best AICc.</summary>
    public LawScore Best => Scores[0];

    /// <summary>Whether the best law has an Akaike weight of at least 0.9.</summary>
    public bool IsDecided => Best.Weight >= 0.9;

    /// <summary>One sentence: which law the data support, or that they do not decide.</summary>
    public string Verdict => IsDecided
        ? FormattableString.Invariant($"The data support the {Best.Fit.Law.Name} law (Akaike weight {Best.Weight:F2}){(Best.RunsPValue < 0.05 ? ", though its residuals are not random" : "")}.")
        : FormattableString.Invariant($"The data do not decide: {string.Join(", ", Scores.Where(static s => s.Weight >= 0.05).Select(static s => FormattableString.Invariant($"{s.Fit.Law.Name} {s.Weight:F2}")))} (Akaike weights).");

    /// <summary>Fits every law to the curve and ranks them.</summary>
    /// <param name="laws">At least two laws.</param>
    /// <param name="curve">The curve.</param>
    /// <param name="options">How each is fitted; bounds and fixed values of names a law does not have
    /// are left out for it.</param>
    /// <exception cref="ArgumentException">Fewer than two laws, or a curve one of them cannot be fitted to.</exception>
    public static LawComparison Of(IReadOnlyList<OveroptimizationLaw> laws, RewardCurve curve, LawFitOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(laws);
        ArgumentNullException.ThrowIfNull(curve);
        if (laws.Count < 2) throw new ArgumentException(FormattableString.Invariant($"laws has {laws.Count} laws; a comparison needs at least 2."), nameof(laws));
        options = (options ?? new()).WithOffsetFor(curve);
        var fits = laws.Select(law => law.Fit(curve, options with
        {
            Ranges = options.Ranges.RemoveRange(options.Ranges.Keys
                .Where(name => name != LawFitOptions.Offset && !law.ParameterNames.Contains(name))),
        })).ToArray();
        var aicc = Array.ConvertAll(fits, static fit => fit.Aicc);
        double lowest = aicc.Min();
        // With too few points for any correction nothing is known, and every law weighs the same.
        var weights = Array.ConvertAll(aicc, value => double.IsFinite(lowest) ? Math.Exp(-0.5 * (value - lowest)) : 1);
        double total = weights.Sum();
        var scores = fits.Select((fit, i) =>
            new LawScore(fit, aicc[i], fit.Bic, weights[i] / total, RunsPValue(fit)))
            .OrderBy(static score => score.Aicc).ToArray();
        return new(curve.Label, scores);
    }

    /// <summary>A table and the verdict.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.AppendLine($"{Label}: laws compared");
        foreach (var score in Scores)
            text.AppendLine(FormattableString.Invariant($"  {score.Fit.Law.Name,-12} AICc {score.Aicc,9:F2}  BIC {score.Bic,9:F2}  weight {score.Weight:F3}  RMSE {score.Fit.RootMeanSquareError:G3}  runs p {score.RunsPValue:F2}"));
        return text.Append("  ").Append(Verdict).ToString();
    }

    internal static double Criterion(LawWeighting weighting, int points, int freedom, double sumOfSquares, bool bic)
    {
        bool known = weighting == LawWeighting.KnownErrors;
        int m = points, k = m - freedom + (known ? 0 : 1);
        double misfit = known ? sumOfSquares : m * Math.Log(Math.Max(sumOfSquares, 1e-300) / m);
        if (bic) return misfit + k * Math.Log(m);
        return m - k - 1 > 0 ? misfit + 2 * k + 2.0 * k * (k + 1) / (m - k - 1) : double.PositiveInfinity;
    }

    internal static double RunsPValue(LawFit fit)
    {
        var problem = fit.Problem;
        int[] order = [.. Enumerable.Range(0, fit.PointCount).OrderBy(i => problem.Distances[i])];
        bool[] signs = Array.ConvertAll(order, i => problem.Rewards[i] >= fit.Evaluate(new(problem.Distances[i])));
        int plus = signs.Count(static sign => sign), minus = signs.Length - plus, runs = 1;
        if (plus == 0 || minus == 0) return 1;
        for (int i = 1; i < signs.Length; i++)
            if (signs[i] != signs[i - 1]) runs++;
        // Ways to cut a row of plus and one of minus into r alternating runs, over all orders.
        double logAll = SpecialFunctions.BinomialLn(plus + minus, plus), p = 0;
        for (int r = 2; r <= runs; r++)
        {
            int half = r / 2;
            p += r % 2 == 0 ? 2 * Ways(plus, half) * Ways(minus, half)
                : Ways(plus, half + 1) * Ways(minus, half) + Ways(plus, half) * Ways(minus, half + 1);
        }
        return Math.Min(1, p);

        double Ways(int items, int groups) => groups > items ? 0
            : Math.Exp(SpecialFunctions.BinomialLn(items - 1, groups - 1) - logAll / 2);
    }
}
