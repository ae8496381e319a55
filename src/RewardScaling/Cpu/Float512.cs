using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace RewardScaling.Cpu;

/// <summary>Sixteen floats: AVX-512.</summary>
internal readonly unsafe struct Float512(Vector512<float> value) : IFloatLanes<Float512>
{
    private readonly Vector512<float> _value = value;

    public static int Count => 16;

    public static string Name => "16 x float32";

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float512 Broadcast(float value) => new(Vector512.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float512 Load(float* source) => new(Vector512.Load(source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(float* target, Float512 value) => value._value.Store(target);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float512 operator +(Float512 a, Float512 b) => new(a._value + b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float512 operator -(Float512 a, Float512 b) => new(a._value - b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float512 operator *(Float512 a, Float512 b) => new(a._value * b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float512 operator /(Float512 a, Float512 b) => new(a._value / b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float512 Fma(Float512 a, Float512 b, Float512 c) =>
        new(FusedMultiplyAdd.IsSupported ? Vector512.FusedMultiplyAdd(a._value, b._value, c._value)
            : a._value * b._value + c._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float512 Max(Float512 a, Float512 b) => new(Vector512.MaxNative(a._value, b._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float512 Min(Float512 a, Float512 b) => new(Vector512.MinNative(a._value, b._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float512 Sqrt(Float512 a) => new(Vector512.Sqrt(a._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float512 Abs(Float512 a) => new(Vector512.Abs(a._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float512 Scale(Float512 value, Float512 exponent) =>
        new((value._value.AsInt32() + Vector512.ShiftLeft(exponent._value.AsInt32(), 23)).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float512 Choose(Float512 test, Float512 negative, Float512 other) =>
        new(Vector512.ConditionalSelect(Vector512.LessThan(test._value, Vector512<float>.Zero), negative._value, other._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float512 FirstLanes(Float512 value, int count, Float512 rest) =>
        new(Vector512.ConditionalSelect(Vector512.LessThan(Vector512<int>.Indices, Vector512.Create(count)).AsSingle(),
            value._value, rest._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Transpose(float* source, nint sourceStride, float* target, nint targetStride)
    {
        Float256.Transpose(source, sourceStride, target, targetStride);
        Float256.Transpose(source + 8, sourceStride, target + 8 * targetStride, targetStride);
        Float256.Transpose(source + 8 * sourceStride, sourceStride, target + 8, targetStride);
        Float256.Transpose(source + 8 * sourceStride + 8, sourceStride, target + 8 * targetStride + 8, targetStride);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(Float512 value) => Vector512.Sum(value._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Largest(Float512 value) =>
        Float256.Largest(new(Vector256.MaxNative(value._value.GetLower(), value._value.GetUpper())));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float512 Exp(Float512 value) => FloatFunctions<Float512>.Exp(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float512 NormalCumulative(Float512 x) => FloatFunctions<Float512>.NormalCumulative(x);
}
