using System.Security.Cryptography;

namespace RewardScaling.TorchSharp;

/// <summary>
/// A file of the user's own, kept between processes: in a folder of the cache whose name is the hash of what is in it. Written
/// whole under another name and then renamed, so that processes that start at the same time find all of it or nothing.
/// </summary>
internal static class PrivateCopy
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>The user's folder for what can be made again: XDG_CACHE_HOME, or .cache at home; null without either.</summary>
    public static string? Cache
    {
        get
        {
            // A relative path there is to be ignored (XDG Base Directory Specification).
            if (Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { } named && Path.IsPathFullyQualified(named)) return named;
            string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
            return home.Length == 0 ? null : Path.Combine(home, ".cache");
        }
    }

    /// <summary>Sees to it that the file is there with this content.</summary>
    /// <param name="cache">A folder, which need not exist.</param>
    /// <param name="name">The file's name.</param>
    /// <param name="content">All of it. What else the file may hold, by accident or by another's hand, is replaced.</param>
    /// <returns>Its path.</returns>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public static string In(string cache, string name, byte[] content)
    {
        byte[] hash = SHA256.HashData(content);
        string folder = Path.Combine(cache, "RewardScaling", Convert.ToHexStringLower(hash)), path = Path.Combine(folder, name);
        if (Holds(path, content.Length, hash)) return path;
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(folder);
        else Directory.CreateDirectory(folder, OwnerOnly);
        string temporary = $"{path}.{Path.GetRandomFileName()}";
        try
        {
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None))
            {
                stream.Write(content);
                stream.Flush(flushToDisk: true);
            }
            File.Move(temporary, path, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
        return path;
    }

    private static bool Holds(string path, long length, byte[] hash)
    {
        try
        {
            return new FileInfo(path) is { Exists: true } file && file.Length == length
                && SHA256.HashData(File.ReadAllBytes(path)).AsSpan().SequenceEqual(hash);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // Gone in between, or not to be read: it is written again, which says what is wrong.
            return false;
        }
    }
}
