
namespace RewardScaling.Cpu;

/// <summary>One float: what runs where there is no SIMD, and the plain version the wide ones are tested against.</summary>
internal readonly unsafe struct FloatScalar(float value) : IFloatLanes<FloatScalar>
{
    private readonly float _value = value;

    public static int Count => 1;

    public static string Name => "scalar float32";

    public static FloatScalar Broadcast(float value) => new(value);

    public static FloatScalar Load(float* source) => new(*source);

    public static void Store(float* target, FloatScalar value) => *target = value._value;

    public static FloatScalar operator +(FloatScalar a, FloatScalar b) => new(a._value + b._value);

    public static FloatScalar operator -(FloatScalar a, FloatScalar b) => new(a._value - b._value);

    public static FloatScalar operator *(FloatScalar a, FloatScalar b) => new(a._value * b._value);

    public static FloatScalar operator /(FloatScalar a, FloatScalar b) => new(a._value / b._value);

    public static FloatScalar Fma(FloatScalar a, FloatScalar b, FloatScalar c) =>
        new(FusedMultiplyAdd.Of(a._value, b._value, c._value));

    public static FloatScalar Max(FloatScalar a, FloatScalar b) => a._value > b._value ? a : b;

    public static FloatScalar Min(FloatScalar a, FloatScalar b) => a._value < b._value ? a : b;

    public static FloatScalar Sqrt(FloatScalar a) => new(MathF.Sqrt(a._value));

    public static FloatScalar Abs(FloatScalar a) => new(MathF.Abs(a._value));

    public static FloatScalar Scale(FloatScalar value, FloatScalar exponent) => new(BitConverter.Int32BitsToSingle(
        BitConverter.SingleToInt32Bits(value._value) + (BitConverter.SingleToInt32Bits(exponent._value) << 23)));

    public static FloatScalar Choose(FloatScalar test, FloatScalar negative, FloatScalar other) =>
        test._value < 0 ? negative : other;

    public static FloatScalar FirstLanes(FloatScalar value, int count, FloatScalar rest) => count > 0 ? value : rest;

    public static void Transpose(float* source, nint sourceStride, float* target, nint targetStride) => *target = *source;

    public static float Sum(FloatScalar value) => value._value;

    public static float Largest(FloatScalar value) => value._value;

    public static FloatScalar Exp(FloatScalar value) => FloatFunctions<FloatScalar>.Exp(value);

    public static FloatScalar NormalCumulative(FloatScalar x) => FloatFunctions<FloatScalar>.NormalCumulative(x);
}
