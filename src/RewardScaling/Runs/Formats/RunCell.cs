using RewardScaling.Numerics;

namespace RewardScaling.Runs.Formats;

/// <summary>What a cell of a run's file holds.</summary>
internal enum RunCellKind
{
    /// <summary>A number, perhaps NaN or infinite; also true and false, as 1 and 0.</summary>
    Number,

    /// <summary>A text, which may yet be read as a number.</summary>
    Text,

    /// <summary>A list of numbers; null is <see cref="RunCell.Null"/>.</summary>
    Numbers,

    /// <summary>A list of texts.</summary>
    Texts,

    /// <summary>Something no curve is made of: a list of other things.</summary>
    Other,
}

/// <summary>A cell that is there; a missing one is not in its row.</summary>
/// <param name="Kind">What it holds.</param>
/// <param name="Number">The number, of a cell that is one.</param>
/// <param name="Value">The text, the double[], the string[] or the <see cref="RunOther"/>; null for a number.</param>
internal readonly record struct RunCell(RunCellKind Kind, double Number, object? Value)
{
    /// <summary>Stands for null in a list of numbers: a NaN of its own, told from others by its bits.</summary>
    public static readonly double Null = BitConverter.Int64BitsToDouble(unchecked((long)0xFFFB_0000_0000_0000));

    public string Text => (string)Value!;

    public double[] Numbers => (double[])Value!;

    public string[] Texts => (string[])Value!;

    public static bool IsNull(double number) => BitConverter.DoubleToInt64Bits(number) == BitConverter.DoubleToInt64Bits(Null);

    /// <summary>Equal for equal cells.</summary>
    public long HashOfContent() => Kind switch
    {
        RunCellKind.Number => BitConverter.DoubleToInt64Bits(Number),
        RunCellKind.Text => Text.GetHashCode(StringComparison.Ordinal),
        RunCellKind.Numbers => Hash(Numbers),
        RunCellKind.Texts => Hash(Texts),
        _ => 0,
    };

    private static int Hash<T>(T[] items)
    {
        var hash = new HashCode();
        foreach (T item in items) hash.Add(item);
        return hash.ToHashCode();
    }

    /// <summary>The cell as messages show it.</summary>
    public override string ToString() => Kind switch
    {
        RunCellKind.Number => FormattableString.Invariant($"{Number}"),
        RunCellKind.Text => $"'{Excerpt.Of(Text)}'",
        RunCellKind.Numbers => $"a list of {Numbers.Length} numbers",
        RunCellKind.Texts => $"a list of {Texts.Length} texts",
        _ => ((RunOther)Value!).What,
    };
}

/// <summary>What a cell holds that no curve is made of, in words.</summary>
internal sealed record RunOther(string What);
