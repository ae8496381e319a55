using System.Numerics;

namespace RewardScaling.Cpu;

/// <summary>
/// A register of several numbers. Kernels are written once over this interface; the JIT makes one version for each width, and a
/// version in double lets every kernel be checked against finite differences.
/// </summary>
/// <typeparam name="TSelf">The register.</typeparam>
/// <typeparam name="T">The numbers in it.</typeparam>
internal unsafe interface ILanes<TSelf, T>
    where TSelf : struct, ILanes<TSelf, T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>How many numbers the register holds: a power of two.</summary>
    static abstract int Count { get; }

    /// <summary>What a report calls this register.</summary>
    static abstract string Name { get; }

    static abstract TSelf Broadcast(T value);

    static abstract TSelf Load(T* source);

    static abstract void Store(T* target, TSelf value);

    static abstract TSelf operator +(TSelf a, TSelf b);

    static abstract TSelf operator -(TSelf a, TSelf b);

    static abstract TSelf operator *(TSelf a, TSelf b);

    static abstract TSelf operator /(TSelf a, TSelf b);

    /// <summary>a x b + c, rounded once where <see cref="FusedMultiplyAdd.IsSupported"/>, else twice.</summary>
    static abstract TSelf Fma(TSelf a, TSelf b, TSelf c);

    /// <summary>The larger of the two; NaN where <paramref name="b"/> is.</summary>
    static abstract TSelf Max(TSelf a, TSelf b);

    /// <summary>The smaller of the two; NaN where <paramref name="b"/> is.</summary>
    static abstract TSelf Min(TSelf a, TSelf b);

    static abstract TSelf Sqrt(TSelf a);

    static abstract TSelf Abs(TSelf a);

    /// <summary>
    /// Lane by lane: <paramref name="negative"/> where <paramref name="test"/> is below zero, else <paramref name="other"/>.
    /// </summary>
    static abstract TSelf Choose(TSelf test, TSelf negative, TSelf other);

    /// <summary>The first lanes of one, the rest of another.</summary>
    static abstract TSelf FirstLanes(TSelf value, int count, TSelf rest);

    /// <summary>
    /// Turns a block of <see cref="Count"/> x <see cref="Count"/> numbers: row i of the source becomes column i of the target.
    /// </summary>
    /// <param name="source">The first row.</param>
    /// <param name="sourceStride">From row to row of the source.</param>
    /// <param name="target">The first row; apart from the source.</param>
    /// <param name="targetStride">From row to row of the target.</param>
    static abstract void Transpose(T* source, nint sourceStride, T* target, nint targetStride);

    /// <summary>The sum of the lanes, always in the same order.</summary>
    static abstract T Sum(TSelf value);

    /// <summary>The largest lane.</summary>
    static abstract T Largest(TSelf value);

    /// <summary>e to the power of each lane, for lanes at most 0 or little above; far below 0 the result is next to 0.</summary>
    static abstract TSelf Exp(TSelf value);

    /// <summary>Φ(x), the cumulative normal distribution: GELU(x) = x Φ(x).</summary>
    static abstract TSelf NormalCumulative(TSelf x);
}
