namespace RewardScaling.Cpu;

/// <summary>
/// Numbers in memory with two steps between them: for a matrix from row to row, and from column (or
/// panel of columns) to the next.
/// </summary>
/// <param name="data">The first number.</param>
/// <param name="row">Step from row to row, in numbers.</param>
/// <param name="column">Step from column to column or panel to panel, in numbers.</param>
internal readonly unsafe struct Grid<T>(T* data, nint row, nint column) where T : unmanaged
{
    public readonly T* Data = data;
    public readonly nint Row = row, Column = column;
}
