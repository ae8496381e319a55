namespace RewardScaling.Runs;

/// <summary>What a cell of a run's file holds.</summary>
internal enum RunCellKind
{
    /// <summary>A number, perhaps NaN or infinite; also true and false, as 1 and 0.</summary>
    Number,

    /// <summary>A text, which may yet be read as a number: all cells of a CSV file are texts.</summary>
    Text,

    /// <summary>A list of numbers.</summary>
    Numbers,

    /// <summary>Something no curve is made of: a list of other things.</summary>
    Other,
}

/// <summary>A cell that is there; a missing one is not in its row.</summary>
internal readonly record struct RunCell(RunCellKind Kind, double Number, string Text, double[] Numbers)
{
    public static RunCell Of(double number) => new(RunCellKind.Number, number, "", []);

    public static RunCell Of(string text) => new(RunCellKind.Text, 0, text, []);

    public static RunCell Of(double[] numbers) => new(RunCellKind.Numbers, 0, "", numbers);

    public static RunCell Unused(string what) => new(RunCellKind.Other, 0, what, []);

    /// <summary>The cell as messages show it.</summary>
    public override string ToString() => Kind switch
    {
        RunCellKind.Number => FormattableString.Invariant($"{Number}"),
        RunCellKind.Text => $"'{(Text.Length > 40 ? Text[..40] + "…" : Text)}'",
        RunCellKind.Numbers => $"a list of {Numbers.Length} numbers",
        _ => Text,
    };
}

/// <summary>A line, or an entry of a JSON array, by column.</summary>
/// <param name="Line">The line of the file where it begins, from 1.</param>
/// <param name="Cells">What it holds.</param>
internal sealed record RunRow(int Line, Dictionary<string, RunCell> Cells);
