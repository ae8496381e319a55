namespace RewardScaling.Studies.Cells;

/// <summary>What kind of work a network does with a token.</summary>
internal enum WorkKind
{
    /// <summary>Writes it.</summary>
    Sample,

    /// <summary>Reads it: a score, a log-probability, a KL.</summary>
    Read,

    /// <summary>Learns from it: there and back.</summary>
    Train,
}

/// <summary>Some tokens that a network of a size goes through.</summary>
/// <param name="Kind">What it does with them.</param>
/// <param name="IsPolicy">Whether it is a policy, which has an output for each word of the vocabulary.</param>
/// <param name="Size">The size; null for a model of the caller's, whose rate nobody knows beforehand.</param>
/// <param name="Tokens">How many, at most where a run may end early.</param>
internal readonly record struct Work(WorkKind Kind, bool IsPolicy, NetworkSize? Size, double Tokens)
{
    /// <summary>About how many multiplications, for progress: what matters is the proportion.</summary>
    public double Operations => Tokens * (Kind == WorkKind.Train ? 3 : 1)
        * (Size is null ? 1e4 : 12.0 * Size.Layers * Size.Width * Size.Width + 64.0 * Size.Width);
}

/// <summary>What a cell has to do and to keep.</summary>
/// <param name="Works">The tokens.</param>
/// <param name="Disk">Bytes it leaves.</param>
/// <param name="Memory">Bytes it holds while it is made, over what every process has.</param>
internal sealed record CellCost(IReadOnlyList<Work> Works, double Disk, double Memory)
{
    /// <summary>For progress; never 0.</summary>
    public double Operations { get; } = 1 + Works.Sum(static work => work.Operations);
}
