using System.Security.Cryptography;

namespace RewardScaling.Numerics;

/// <summary>The SHA-256 of files, as 64 lower-case hexadecimal digits.</summary>
internal static class FileHash
{
    /// <summary>The hash of a whole file, read as a stream.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static string Of(string path)
    {
        using var stream =
            new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.SequentialScan);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    /// <summary>The hashes of some files of a folder, by name.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="names">The files.</param>
    public static IReadOnlyDictionary<string, string> Of(string folder, IEnumerable<string> names) =>
        names.Order(StringComparer.Ordinal)
            .ToDictionary(static name => name, name => Of(Path.Combine(folder, name)), StringComparer.Ordinal);

    /// <summary>Faults the first file of a folder that is missing or has changed.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="files">Names and hashes.</param>
    /// <param name="holder">The document that holds the hashes, for messages.</param>
    /// <param name="remedy">What to do about a fault, for messages: "delete X to make it again".</param>
    /// <exception cref="InvalidDataException">A file is not what it was; the message names it.</exception>
    public static void Require(string folder, IReadOnlyDictionary<string, string> files, string holder, string remedy)
    {
        foreach (var (name, hash) in files)
        {
            string path = Path.Combine(folder, name);
            if (!File.Exists(path)) throw new InvalidDataException($"{path} is missing, though {holder} counts on it; {remedy}.");
            if (Of(path) != hash) throw new InvalidDataException($"{path} is damaged or another file: its SHA-256 is not the one in {holder}; {remedy}.");
        }
    }
}
