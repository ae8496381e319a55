using RewardScaling.Divergence;
using RewardScaling.Numerics;

namespace RewardScaling.Laws;

/// <summary>
/// Two methods, such as best-of-n and RL, by what does not depend on how they spend KL (Gao et al. 2022, section 3.5, figure 8).
/// </summary>
/// <remarks>Errors are to first order and take the fits, of proxy and of gold too, as independent. Where both were measured on
/// the same samples, noise that raises both makes the gold at equal proxy better known than said here; bootstrap the prompts for
/// more.
/// </remarks>
public static class MethodComparison
{
    /// <summary>What two methods spend in KL for the same gold.</summary>
    /// <param name="first">Gold of the first method, with errors.</param>
    /// <param name="second">Gold of the second method, with errors.</param>
    /// <param name="gold">The gold wanted, above the start of both.</param>
    /// <param name="result">The costs; null when a method does not reach it.</param>
    /// <param name="level">The confidence, in (0, 1).</param>
    /// <returns>Whether both fits reach it at a KL above 0, at or before their peak.</returns>
    /// <exception cref="InvalidOperationException">Errors could not be estimated.</exception>
    public static bool TryEqualGold(LawFit first, LawFit second, double gold,
        [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out EqualGold? result, double level = 0.95)
    {
        result = null;
        if (!KlEfficiency.TryKlFor(first, gold, out var firstKl) || !KlEfficiency.TryKlFor(second, gold, out var secondKl)
            || firstKl.Value == 0 || secondKl.Value == 0) return false;
        double ratio = secondKl.Value / firstKl.Value;
        // d ln KL = 2 dR / (d R'(d)), infinite at the peak itself, where the place is not known to first order.
        double error = ratio * Math.Sqrt(Relative(first, firstKl) + Relative(second, secondKl));
        result = new(gold, firstKl, KlEfficiency.KlFor(first, gold, level), secondKl, KlEfficiency.KlFor(second, gold, level),
            double.IsFinite(error) ? new(ratio, error) : Estimate.WithoutError(ratio));
        return true;
    }

    /// <summary>The gold of two methods where their proxy scores are the same.</summary>
    /// <param name="firstProxy">Proxy of the first method, with errors.</param>
    /// <param name="firstGold">Gold of the first method, with errors.</param>
    /// <param name="secondProxy">Proxy of the second method, with errors.</param>
    /// <param name="secondGold">Gold of the second method, with errors.</param>
    /// <param name="proxy">The proxy score.</param>
    /// <param name="result">Gold there; null when a method does not reach it.</param>
    /// <returns>Whether both fits of proxy reach it at a KL above 0, at or before their peak.</returns>
    /// <exception cref="ArgumentException">A fit of gold where one of proxy belongs, or the other way.</exception>
    /// <exception cref="InvalidOperationException">Errors could not be estimated.</exception>
    public static bool TryEqualProxy(LawFit firstProxy, LawFit firstGold, LawFit secondProxy, LawFit secondGold, double proxy,
        [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out EqualProxy? result)
    {
        ProxyGoldGap.Check(firstProxy, firstGold);
        ProxyGoldGap.Check(secondProxy, secondGold);
        result = null;
        if (!KlEfficiency.TryKlFor(firstProxy, proxy, out var firstKl)
            || !KlEfficiency.TryKlFor(secondProxy, proxy, out var secondKl)
            || firstKl.Value == 0 || secondKl.Value == 0) return false;
        Estimate first = GoldAt(firstProxy, firstGold, firstKl), second = GoldAt(secondProxy, secondGold, secondKl);
        double difference = second.Value - first.Value;
        result = new(proxy, firstKl, first, secondKl, second, first.HasStandardError && second.HasStandardError
            ? new(difference, Math.Sqrt(first.StandardError * first.StandardError + second.StandardError * second.StandardError))
            : Estimate.WithoutError(difference));
        return true;
    }

    private static double Relative(LawFit fit, KlNats kl)
    {
        var d = kl.Sqrt();
        double relative = 2 * fit.StandardErrorAt(d) / (d.Value * fit.Law.Slope(d, fit.Coefficients));
        return relative * relative;
    }

    // Gold moves with its own error, and along its slope with the error of the place where proxy reaches the score.
    private static Estimate GoldAt(LawFit proxy, LawFit gold, KlNats kl)
    {
        var d = kl.Sqrt();
        double place = proxy.StandardErrorAt(d) / proxy.Law.Slope(d, proxy.Coefficients),
            error = Math.Sqrt(Math.Pow(gold.StandardErrorAt(d), 2) + Math.Pow(gold.Law.Slope(d, gold.Coefficients) * place, 2));
        return double.IsFinite(error) ? new(gold.Evaluate(d), error) : Estimate.WithoutError(gold.Evaluate(d));
    }
}
