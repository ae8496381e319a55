using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace RewardScaling.Cpu;

/// <summary>Eight floats: AVX2.</summary>
internal readonly unsafe struct Float256(Vector256<float> value) : IFloatLanes<Float256>
{
    private readonly Vector256<float> _value = value;

    public static int Count => 8;

    public static string Name => "8 x float32";

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float256 Broadcast(float value) => new(Vector256.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float256 Load(float* source) => new(Vector256.Load(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(float* target, Float256 value) => value._value.Store(target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float256 operator +(Float256 a, Float256 b) => new(a._value + b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float256 operator -(Float256 a, Float256 b) => new(a._value - b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float256 operator *(Float256 a, Float256 b) => new(a._value * b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float256 operator /(Float256 a, Float256 b) => new(a._value / b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float256 Fma(Float256 a, Float256 b, Float256 c) =>
        new(FusedMultiplyAdd.IsSupported ? Vector256.FusedMultiplyAdd(a._value, b._value, c._value)
            : a._value * b._value + c._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float256 Max(Float256 a, Float256 b) => new(Vector256.MaxNative(a._value, b._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float256 Min(Float256 a, Float256 b) => new(Vector256.MinNative(a._value, b._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float256 Sqrt(Float256 a) => new(Vector256.Sqrt(a._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float256 Abs(Float256 a) => new(Vector256.Abs(a._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float256 Scale(Float256 value, Float256 exponent) =>
        new((value._value.AsInt32() + Vector256.ShiftLeft(exponent._value.AsInt32(), 23)).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float256 Choose(Float256 test, Float256 negative, Float256 other) =>
        new(Vector256.ConditionalSelect(Vector256.LessThan(test._value, Vector256<float>.Zero), negative._value, other._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float256 FirstLanes(Float256 value, int count, Float256 rest) =>
        new(Vector256.ConditionalSelect(Vector256.LessThan(Vector256<int>.Indices, Vector256.Create(count)).AsSingle(),
            value._value, rest._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Transpose(float* source, nint sourceStride, float* target, nint targetStride)
    {
        FourColumns(source, sourceStride, target, targetStride);
        FourColumns(source + 4, sourceStride, target + 4 * targetStride, targetStride);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Float256 value) => Vector256.Sum(value._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Largest(Float256 value) =>
        Float128.Largest(new(Vector128.MaxNative(value._value.GetLower(), value._value.GetUpper())));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float256 Exp(Float256 value) => FloatFunctions<Float256>.Exp(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float256 NormalCumulative(Float256 x) => FloatFunctions<Float256>.NormalCumulative(x);

    /// <summary>
    /// Four columns of eight rows become rows: rows 0 to 3 in the lower half of each register, 4 to 7 in the upper.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void FourColumns(float* source, nint stride, float* target, nint targetStride)
    {
        if (!Avx.IsSupported)
        {
            Float128.Transpose(source, stride, target, targetStride);
            Float128.Transpose(source + 4 * stride, stride, target + 4, targetStride);
            return;
        }
        Vector256<float> a = Halves(source, stride), b = Halves(source + stride, stride);
        Vector256<float> c = Halves(source + 2 * stride, stride), d = Halves(source + 3 * stride, stride);
        Vector256<float> abLow = Avx.UnpackLow(a, b), abHigh = Avx.UnpackHigh(a, b);
        Vector256<float> cdLow = Avx.UnpackLow(c, d), cdHigh = Avx.UnpackHigh(c, d);
        Avx.Shuffle(abLow, cdLow, 0x44).Store(target);
        Avx.Shuffle(abLow, cdLow, 0xEE).Store(target + targetStride);
        Avx.Shuffle(abHigh, cdHigh, 0x44).Store(target + 2 * targetStride);
        Avx.Shuffle(abHigh, cdHigh, 0xEE).Store(target + 3 * targetStride);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Halves(float* source, nint stride) =>
        Vector256.Create(Vector128.Load(source), Vector128.Load(source + 4 * stride));
}
