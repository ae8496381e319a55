using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace RewardScaling.Cpu;

/// <summary>Four floats: SSE, NEON, WebAssembly.</summary>
internal readonly unsafe struct Float128(Vector128<float> value) : IFloatLanes<Float128>
{
    private readonly Vector128<float> _value = value;

    public static int Count => 4;

    public static string Name => "4 x float32";

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float128 Broadcast(float value) => new(Vector128.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float128 Load(float* source) => new(Vector128.Load(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(float* target, Float128 value) => value._value.Store(target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float128 operator +(Float128 a, Float128 b) => new(a._value + b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float128 operator -(Float128 a, Float128 b) => new(a._value - b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float128 operator *(Float128 a, Float128 b) => new(a._value * b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float128 operator /(Float128 a, Float128 b) => new(a._value / b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float128 Fma(Float128 a, Float128 b, Float128 c) =>
        new(FusedMultiplyAdd.IsSupported ? Vector128.FusedMultiplyAdd(a._value, b._value, c._value)
            : a._value * b._value + c._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float128 Max(Float128 a, Float128 b) => new(Vector128.MaxNative(a._value, b._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float128 Min(Float128 a, Float128 b) => new(Vector128.MinNative(a._value, b._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float128 Sqrt(Float128 a) => new(Vector128.Sqrt(a._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float128 Abs(Float128 a) => new(Vector128.Abs(a._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float128 Scale(Float128 value, Float128 exponent) =>
        new((value._value.AsInt32() + Vector128.ShiftLeft(exponent._value.AsInt32(), 23)).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float128 Choose(Float128 test, Float128 negative, Float128 other) =>
        new(Vector128.ConditionalSelect(Vector128.LessThan(test._value, Vector128<float>.Zero), negative._value, other._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float128 FirstLanes(Float128 value, int count, Float128 rest) =>
        new(Vector128.ConditionalSelect(Vector128.LessThan(Vector128<int>.Indices, Vector128.Create(count)).AsSingle(),
            value._value, rest._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Transpose(float* source, nint sourceStride, float* target, nint targetStride)
    {
        if (!Sse.IsSupported)
        {
            for (int i = 0; i < 4; i++, source += sourceStride)
                for (int j = 0; j < 4; j++) target[j * targetStride + i] = source[j];
            return;
        }
        Vector128<float> a = Vector128.Load(source), b = Vector128.Load(source + sourceStride);
        Vector128<float> c = Vector128.Load(source + 2 * sourceStride), d = Vector128.Load(source + 3 * sourceStride);
        Vector128<float> abLow = Sse.UnpackLow(a, b), abHigh = Sse.UnpackHigh(a, b);
        Vector128<float> cdLow = Sse.UnpackLow(c, d), cdHigh = Sse.UnpackHigh(c, d);
        Sse.Shuffle(abLow, cdLow, 0x44).Store(target);
        Sse.Shuffle(abLow, cdLow, 0xEE).Store(target + targetStride);
        Sse.Shuffle(abHigh, cdHigh, 0x44).Store(target + 2 * targetStride);
        Sse.Shuffle(abHigh, cdHigh, 0xEE).Store(target + 3 * targetStride);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Float128 value) => Vector128.Sum(value._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Largest(Float128 value)
    {
        var pairs = Vector128.MaxNative(value._value, Vector128.Shuffle(value._value, Vector128.Create(2, 3, 0, 1)));
        return Vector128.MaxNative(pairs, Vector128.Shuffle(pairs, Vector128.Create(1, 0, 3, 2))).ToScalar();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float128 Exp(Float128 value) => FloatFunctions<Float128>.Exp(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float128 NormalCumulative(Float128 x) => FloatFunctions<Float128>.NormalCumulative(x);
}
