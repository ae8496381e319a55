using MathNet.Numerics;

namespace RewardScaling.Cpu;

/// <summary>One double: the version in which gradients are checked against finite differences.</summary>
internal readonly unsafe struct DoubleScalar(double value) : ILanes<DoubleScalar, double>
{
    private readonly double _value = value;

    public static int Count => 1;

    public static string Name => "scalar float64";

    public static DoubleScalar Broadcast(double value) => new(value);

    public static DoubleScalar Load(double* source) => new(*source);

    public static void Store(double* target, DoubleScalar value) => *target = value._value;

    public static DoubleScalar operator +(DoubleScalar a, DoubleScalar b) => new(a._value + b._value);

    public static DoubleScalar operator -(DoubleScalar a, DoubleScalar b) => new(a._value - b._value);

    public static DoubleScalar operator *(DoubleScalar a, DoubleScalar b) => new(a._value * b._value);

    public static DoubleScalar operator /(DoubleScalar a, DoubleScalar b) => new(a._value / b._value);

    public static DoubleScalar Fma(DoubleScalar a, DoubleScalar b, DoubleScalar c) =>
        new(FusedMultiplyAdd.Of(a._value, b._value, c._value));

    public static DoubleScalar Max(DoubleScalar a, DoubleScalar b) => a._value > b._value ? a : b;

    public static DoubleScalar Min(DoubleScalar a, DoubleScalar b) => a._value < b._value ? a : b;

    public static DoubleScalar Sqrt(DoubleScalar a) => new(Math.Sqrt(a._value));

    public static DoubleScalar Abs(DoubleScalar a) => new(Math.Abs(a._value));

    public static DoubleScalar Choose(DoubleScalar test, DoubleScalar negative, DoubleScalar other) =>
        test._value < 0 ? negative : other;

    public static DoubleScalar FirstLanes(DoubleScalar value, int count, DoubleScalar rest) => count > 0 ? value : rest;

    public static void Transpose(double* source, nint sourceStride, double* target, nint targetStride) => *target = *source;

    public static double Sum(DoubleScalar value) => value._value;

    public static double Largest(DoubleScalar value) => value._value;

    public static DoubleScalar Exp(DoubleScalar value) => new(Math.Exp(value._value));

    public static DoubleScalar NormalCumulative(DoubleScalar x) => new(0.5 * SpecialFunctions.Erfc(-x._value / Math.Sqrt(2)));
}
