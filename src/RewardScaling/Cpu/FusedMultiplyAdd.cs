using System.Numerics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace RewardScaling.Cpu;

/// <summary>a x b + c in one instruction: whether there is one, and what is computed where there is none.</summary>
internal static class FusedMultiplyAdd
{
    /// <summary>
    /// Whether a x b + c is rounded once: on ARM64, and on x64 with FMA, which every processor with AVX2 has. To round once
    /// without the instruction takes a call for every number, and a study some sixty times as long; so there it is rounded twice.
    /// False as well in what was compiled ahead of time for processors without AVX2, wherever it runs.
    /// </summary>
    public static bool IsSupported => Fma.IsSupported || AdvSimd.IsSupported;

    /// <summary>a x b + c for one number, rounded as a register of them is.</summary>
    public static T Of<T>(T a, T b, T c) where T : IFloatingPointIeee754<T> =>
        IsSupported ? T.FusedMultiplyAdd(a, b, c) : a * b + c;
}
