using System.Globalization;

namespace RewardScaling.Models;

/// <summary>What a training loop says when its numbers leave the real line.</summary>
internal static class TrainingFaults
{
    /// <summary>Faults a loss that is NaN or infinite.</summary>
    /// <exception cref="NotFiniteNumberException">The loss is not finite; the message names the step and the rate.</exception>
    public static void RequireFinite(double loss, int step, double rate)
    {
        if (!double.IsFinite(loss))
            throw NotFinite(string.Create(CultureInfo.InvariantCulture, $"the loss is {loss}"), step, rate, null);
    }

    /// <summary>Runs an optimizer's step; a gradient that is not finite is reported with the step it happened at.</summary>
    /// <exception cref="NotFiniteNumberException">The gradient is not finite.</exception>
    public static double Step(Func<AdamWOptions, double, double> optimizer, AdamWOptions options, int step, double rate)
    {
        try
        {
            return optimizer(options, rate);
        }
        catch (NotFiniteNumberException fault)
        {
            throw NotFinite("the gradient is not finite", step, rate, fault);
        }
    }

    private static NotFiniteNumberException NotFinite(string what, int step, double rate, Exception? inner) => new(string.Create(
        CultureInfo.InvariantCulture,
        $"Step {step}: {what} (learning rate {rate:G3}). Lower the learning rate or lengthen its warm-up."), inner);
}
