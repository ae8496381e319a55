namespace RewardScaling.Cpu;

/// <summary>A register of floats, which the functions of <see cref="FloatFunctions{TLanes}"/> are built on.</summary>
internal interface IFloatLanes<TSelf> : ILanes<TSelf, float> where TSelf : struct, IFloatLanes<TSelf>
{
    /// <summary>
    /// value x 2^n, where n stands in the lowest bits of <paramref name="exponent"/> (a number n + 1.5 x 2^23): n is added to the
    /// exponent field of the value. Both value and result are normal numbers.
    /// </summary>
    static abstract TSelf Scale(TSelf value, TSelf exponent);
}
