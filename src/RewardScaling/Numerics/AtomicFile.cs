using System.Text;
using System.Text.RegularExpressions;

namespace RewardScaling.Numerics;

/// <summary>
/// Writes a file whole or not at all: a temporary file in the same folder, flushed to the disk, then renamed over the path.
/// </summary>
internal static partial class AtomicFile
{
    /// <summary>Writes what the delegate writes. When it throws, the path is as it was and no temporary file is left.</summary>
    /// <param name="path">The file; its folder exists. A file already there is replaced.</param>
    /// <param name="write">Writes the content to a seekable stream, which it leaves open.</param>
    /// <exception cref="IOException">The file cannot be written; the message names the path.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        ArgumentNullException.ThrowIfNull(write);
        // A random name, as two processes of a sharded study may write the same file; no result depends on it.
        string temporary = $"{path}.{Path.GetRandomFileName()}.tmp";
        try
        {
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }
            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception fault)
        {
            Remove(temporary);
            if (fault is IOException or UnauthorizedAccessException)
                throw new IOException($"Cannot write {path}: {fault.Message}", fault);
            throw;
        }
    }

    /// <summary>Writes a text as UTF-8 without a byte order mark.</summary>
    /// <param name="path">The file; its folder exists. A file already there is replaced.</param>
    /// <param name="text">The whole content.</param>
    /// <exception cref="IOException">The file cannot be written; the message names the path.</exception>
    public static void WriteText(string path, string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(text)));
    }

    /// <summary>Whether a name is one that <see cref="Write"/> gives to what it has not finished.</summary>
    public static bool IsUnfinished(string name) => Unfinished.IsMatch(name);

    /// <summary>Deletes what killed processes have left half written in a folder and below. Nobody else may be writing
    /// there.</summary>
    public static void Sweep(string folder)
    {
        foreach (string path in Directory.EnumerateFiles(folder, "*.tmp", SearchOption.AllDirectories))
            if (IsUnfinished(Path.GetFileName(path))) Remove(path);
    }

    // A name, what Path.GetRandomFileName gives, and the ending.
    [GeneratedRegex(@"\.[a-z0-9]{8}\.[a-z0-9]{3}\.tmp\z")]
    private static partial Regex Unfinished { get; }

    private static void Remove(string temporary)
    {
        try
        {
            File.Delete(temporary);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // The first fault is the one to report.
        }
    }
}
