namespace RewardScaling.Numerics;

/// <summary>The counter-based generator Philox 2x64-10 of Salmon et al. 2011: a keyed bijection of 128-bit blocks.</summary>
internal static class Philox
{
    private const ulong Multiplier = 0xD2B7_4407_B1CE_6E93, Weyl = 0x9E37_79B9_7F4A_7C15;

    /// <summary>The block at counter (low, high) under a key.</summary>
    public static (ulong Low, ulong High) Block(ulong key, ulong low, ulong high)
    {
        for (int round = 0; round < 10; round++)
        {
            ulong productHigh = Math.BigMul(Multiplier, low, out ulong productLow);
            (low, high) = (productHigh ^ key ^ high, productLow);
            key = unchecked(key + Weyl);
        }
        return (low, high);
    }
}
