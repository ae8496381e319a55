namespace RewardScaling.Numerics;

/// <summary>ln(1 + x) and e^x - 1 that keep their digits for small x, which <see cref="double.LogP1"/> and
/// <see cref="double.ExpM1"/> do not (they form 1 + x).</summary>
internal static class NearZero
{
    /// <summary>ln(1 + x) within a few units in the last place (Kahan's correction of the rounded 1 + x); x above -1.</summary>
    public static double Log1p(double x)
    {
        double u = 1 + x;
        return u == 1 ? x : double.IsInfinity(u) ? u : Math.Log(u) * (x / (u - 1));
    }

    /// <summary>e^x - 1 within a few units in the last place (Kahan's correction of the rounded exponential).</summary>
    public static double Expm1(double x)
    {
        double u = Math.Exp(x);
        if (u == 1) return x;
        double less = u - 1;
        return less == -1 || double.IsInfinity(u) ? less : less * (x / Math.Log(u));
    }
}
