using RewardScaling.RewardModels;

namespace RewardScaling.Parquet;

/// <summary>Reads Parquet as preferences, in every form that <see cref="PreferenceFile"/> knows.</summary>
/// <example>
/// <code>
/// PreferenceSet pairs = ParquetPreferences.Read("train.parquet");
/// Console.WriteLine(pairs);                                       // how many, and what was left out
/// </code>
/// </example>
public static class ParquetPreferences
{
    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">How it is read; null for the defaults.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">It is no Parquet file, damaged, larger than allowed, or has no preferences.</exception>
    public static PreferenceSet Read(string path, PreferenceFileOptions? options = null) =>
        PreferenceFile.Read(ParquetRows.Source(path, options?.Reading ?? new()), path, options);
}
