using RewardScaling.Numerics;

namespace RewardScaling.RewardModels;

/// <summary>
/// The loss of one comparison under the model of Bradley and Terry (1952): P(chosen preferred) = σ(m) with the margin
/// m = r(chosen) - r(rejected); loss -p ln σ(m) - (1 - p) ln σ(-m), in nats. Stable at any finite margin.
/// </summary>
/// <param name="Loss">The loss in nats, at least 0; ln 2 at margin 0 whatever the label.</param>
/// <param name="MarginGradient">∂loss/∂m = σ(m) - p, in (-1, 1). By the chosen score the derivative is this, by the
/// rejected one its negative.</param>
internal readonly record struct BradleyTerryLoss(double Loss, double MarginGradient)
{
    /// <summary>ln 2: the loss of a model that knows nothing.</summary>
    public const double Chance = 0.693147180559945309;

    /// <summary>
    /// The loss of a comparison whose label is certain (p = 1), as Gao, Schulman and Hilton 2022 label (section 2).
    /// </summary>
    /// <param name="margin">r(chosen) - r(rejected).</param>
    public static BradleyTerryLoss At(double margin) => new(Softplus(-margin), -Sigmoid(-margin));

    /// <summary>
    /// The cross-entropy against a soft label: the first of two responses is preferred with probability σ(teacher).
    /// </summary>
    /// <param name="margin">The model's score of the first response minus that of the second.</param>
    /// <param name="teacherMargin">The same difference under the teacher; σ of it is the label.</param>
    public static BradleyTerryLoss AtSoft(double margin, double teacherMargin)
    {
        double first = Sigmoid(teacherMargin), second = Sigmoid(-teacherMargin);
        return new(first * Softplus(-margin) + second * Softplus(margin), second * Sigmoid(margin) - first * Sigmoid(-margin));
    }

    /// <summary>
    /// The cross-entropy against a label that is right with a probability: p ln 1/σ(m) + (1 - p) ln 1/σ(-m).
    /// </summary>
    /// <param name="margin">r(chosen) - r(rejected).</param>
    /// <param name="probability">p, that the chosen response is the preferred one; in [0, 1].</param>
    /// <exception cref="ArgumentOutOfRangeException">The probability is out of range.</exception>
    public static BradleyTerryLoss AtProbability(double margin, double probability)
    {
        Guard.InRange(probability, 0, 1);
        if (probability == 1) return At(margin);
        return new(probability * Softplus(-margin) + (1 - probability) * Softplus(margin), Sigmoid(margin) - probability);
    }

    /// <summary>The loss of a comparison: against its label, once the margin it asks for is subtracted.</summary>
    /// <param name="comparison">The comparison, with <see cref="Comparison.Probability"/> and <see
    /// cref="Comparison.Margin"/>.</param>
    /// <param name="margin">r(chosen) - r(rejected).</param>
    internal static BradleyTerryLoss Of(Comparison comparison, double margin) =>
        AtProbability(margin - comparison.Margin, comparison.Probability);

    /// <summary>σ(x) = 1 / (1 + e^-x), without overflow and with full precision in both tails.</summary>
    internal static double Sigmoid(double x)
    {
        if (x >= 0) return 1 / (1 + Math.Exp(-x));
        double e = Math.Exp(x);
        return e / (1 + e);
    }

    // ln(1 + e^x) = max(x, 0) + ln(1 + t) with t = e^-|x|. The rounding of u = 1 + t is divided out again (Kahan 1987),
    // so that a small t keeps its digits.
    private static double Softplus(double x)
    {
        double t = Math.Exp(-Math.Abs(x)), u = 1 + t;
        return Math.Max(x, 0) + (u == 1 ? t : Math.Log(u) * t / (u - 1));
    }
}
