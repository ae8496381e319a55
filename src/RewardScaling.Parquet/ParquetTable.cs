using RewardScaling.Runs;

namespace RewardScaling.Parquet;

/// <summary>Reads Parquet as rows of metrics or scores, with the same rules as JSON lines: structures become
/// outer/inner.</summary>
/// <example>
/// <code>
/// RunLog log = RunLog.From(ParquetTable.Read("completions.parquet"));
/// </code>
/// </example>
public static class ParquetTable
{
    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">How much may be read, of the file and of its rows written as JSON; null for the defaults.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is no Parquet file, damaged, larger than allowed, or without rows.</exception>
    public static RunTable Read(string path, RunReadOptions? options = null) =>
        RunTable.Read(ParquetRows.Source(path, options ?? new()), path, options);

    /// <summary>Whether a file begins as Parquet does.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public static bool Is(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using FileStream file = File.OpenRead(path);
        Span<byte> magic = stackalloc byte[4];
        return file.ReadAtLeast(magic, magic.Length, throwOnEndOfStream: false) == magic.Length && magic.SequenceEqual("PAR1"u8);
    }
}
