using MathNet.Numerics.Distributions;

namespace RewardScaling.Numerics;

/// <summary>Draws of χ² over its degrees of freedom: how large a variance that was estimated may seem.</summary>
internal static class ChiSquaredDraw
{
    // From here on the cube of a normal is right to 1 percent, and to 1 in 1000.
    private const double Few = 4, Many = 40;

    /// <summary>The quantile of a probability given as that of a normal number.</summary>
    /// <param name="degreesOfFreedom">At least 1.</param>
    /// <param name="normal">The standard normal quantile of the same probability.</param>
    public static double Quantile(double degreesOfFreedom, double normal) => degreesOfFreedom >= Few
        ? Cube(degreesOfFreedom, normal) : ChiSquared.InvCDF(degreesOfFreedom, Normal.CDF(0, 1, normal)) / degreesOfFreedom;

    /// <summary>One draw, of mean 1. From a sum of squares; above 40 degrees by the cube of a normal (Wilson and Hilferty 1931),
    /// right to three digits there.</summary>
    /// <param name="degreesOfFreedom">At least 1; +∞ gives 1.</param>
    /// <param name="stream">Where the randomness comes from.</param>
    public static double Share(double degreesOfFreedom, RandomStream stream)
    {
        if (double.IsPositiveInfinity(degreesOfFreedom)) return 1;
        if (degreesOfFreedom > Many) return Cube(degreesOfFreedom, stream.Normal(0));
        double sum = 0;
        for (int k = 0; k < (int)degreesOfFreedom; k++) sum += Math.Pow(stream.Normal((ulong)k), 2);
        return sum / (int)degreesOfFreedom;
    }

    private static double Cube(double degreesOfFreedom, double normal)
    {
        double part = 2 / (9 * degreesOfFreedom), root = 1 - part + Math.Sqrt(part) * normal;
        return root * root * root;
    }
}
