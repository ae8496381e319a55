namespace RewardScaling.Numerics;

/// <summary>What sums in double leave behind.</summary>
internal static class Rounding
{
    private const double Share = 1e-12;

    /// <summary>Means of equal numbers differ from these by less, and so do their errors from 0.</summary>
    /// <param name="size">How large the numbers are; the sign does not count.</param>
    public static double Of(double size) => Share * Math.Abs(size);
}
