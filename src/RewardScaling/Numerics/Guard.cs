using System.Numerics;
using System.Runtime.CompilerServices;

namespace RewardScaling.Numerics;

/// <summary>Preconditions. Every message names the argument, its value and the range that is allowed.</summary>
internal static class Guard
{
    /// <summary>Faults a number that is zero, negative or NaN.</summary>
    public static void Positive<T>(T value, [CallerArgumentExpression(nameof(value))] string name = "") where T : INumber<T>
    {
        if (!(value > T.Zero)) throw OutOfRange(name, value, "positive");
    }

    /// <summary>Faults a number that is negative or NaN.</summary>
    public static void NotNegative<T>(T value, [CallerArgumentExpression(nameof(value))] string name = "") where T : INumber<T>
    {
        if (!(value >= T.Zero)) throw OutOfRange(name, value, "at least 0");
    }

    /// <summary>Faults a number outside [low, high], and NaN.</summary>
    public static void InRange<T>(T value, T low, T high, [CallerArgumentExpression(nameof(value))] string name = "")
        where T : INumber<T>
    {
        if (!(value >= low && value <= high)) throw OutOfRange(name, value, FormattableString.Invariant($"in [{low}, {high}]"));
    }

    /// <summary>Faults a confidence that is not in (0, 1), such as 95 for 0.95.</summary>
    public static void Level(double level)
    {
        if (!(level > 0 && level < 1)) throw OutOfRange(nameof(level), level, "in (0, 1)");
    }

    /// <summary>Faults NaN and infinities.</summary>
    public static void Finite(double value, [CallerArgumentExpression(nameof(value))] string name = "")
    {
        if (!double.IsFinite(value)) throw OutOfRange(name, value, "a finite number");
    }

    /// <summary>Faults the first NaN or infinity of a list and says where it stands.</summary>
    public static void AllFinite<T>(ReadOnlySpan<T> values, [CallerArgumentExpression(nameof(values))] string name = "")
        where T : IFloatingPointIeee754<T>
    {
        for (int i = 0; i < values.Length; i++)
            if (!T.IsFinite(values[i])) throw new ArgumentException(FormattableString.Invariant($"{name}[{i}] is {values[i]}; every value must be finite."), name);
    }

    /// <summary>Faults a list whose length is not the one expected.</summary>
    public static void Length(int actual, int expected, string name)
    {
        if (actual != expected) throw new ArgumentException(FormattableString.Invariant($"{name} has {actual} values; it must have {expected}."), name);
    }

    private static ArgumentOutOfRangeException OutOfRange<T>(string name, T value, string range) =>
        new(name, value, FormattableString.Invariant($"{name} = {value} must be {range}."));
}
