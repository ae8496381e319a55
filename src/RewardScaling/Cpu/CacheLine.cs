using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace RewardScaling.Cpu;

/// <summary>What memory gives at once.</summary>
internal static unsafe class CacheLine
{
    /// <summary>Bytes of a line, on the processors this library is made for.</summary>
    public const int Bytes = 64;

    /// <summary>Asks for a line, where the processor can be asked; an address outside is no fault.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Fetch(byte* address)
    {
        if (Sse.IsSupported) Sse.Prefetch1(address);
    }
}
