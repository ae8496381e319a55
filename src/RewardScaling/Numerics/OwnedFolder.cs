using System.Text.Json;

namespace RewardScaling.Numerics;

/// <summary>
/// A folder that belongs to one identity, a JSON text in a file of it, and that one process at a time works in.
/// </summary>
internal sealed class OwnedFolder : IDisposable
{
    // Linux: the file system is mounted read-only.
    private const int ReadOnlyFileSystem = 30;

    private readonly FileStream? _lock;

    private OwnedFolder(string path, FileStream? @lock) => (Path, _lock) = (path, @lock);

    public string Path { get; }

    /// <summary>Whether nothing can be written here: the folder of a finished run on a disk that is read-only, say.</summary>
    public bool IsReadOnly => _lock is null;

    /// <summary>Opens a new or empty folder, or one that has the same identity.</summary>
    /// <param name="path">The folder; made when it is not there.</param>
    /// <param name="identityFile">The name of the file that says whose it is.</param>
    /// <param name="identity">JSON: all that decides what is in the folder.</param>
    /// <param name="kind">What messages call the folder: "run folder".</param>
    /// <remarks>A folder of the same identity that cannot be written is opened to be read. What killed processes left half
    /// written is deleted.</remarks>
    /// <exception cref="IOException">The folder cannot be made, is in use, or holds something else; the message says where the
    /// identities differ.</exception>
    public static OwnedFolder Open(string path, string identityFile, string identity, string kind)
    {
        if (File.Exists(path)) throw new IOException($"The {kind} {path} is a file; name a folder.");
        string identityPath = System.IO.Path.Combine(path, identityFile);
        if (!File.Exists(identityPath) && Directory.Exists(path)
            && Directory.EnumerateFileSystemEntries(path).Any(entry => !IsOurs(entry, identityFile)))
            throw new IOException($"The {kind} {path} is not empty and holds no run; name another folder.");
        FileStream? @lock = null;
        try
        {
            Directory.CreateDirectory(path);
            @lock = new(System.IO.Path.Combine(path, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1,
                FileOptions.DeleteOnClose);
        }
        catch (Exception fault) when (CannotWrite(fault) && File.Exists(identityPath))
        {
            // No lock, and none is needed to read what is whole.
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"The {kind} {path} cannot be written or is in use by another run: {fault.Message}", fault);
        }
        var folder = new OwnedFolder(path, @lock);
        try
        {
            // Only now: until the lock was taken another process could have made the folder its own.
            if (File.Exists(identityPath)) RequireSame(path, kind, identityFile, File.ReadAllText(identityPath), identity);
            else AtomicFile.WriteText(identityPath, identity);
            if (!folder.IsReadOnly) AtomicFile.Sweep(path);
        }
        catch
        {
            folder.Dispose();
            throw;
        }
        return folder;
    }

    public void Dispose() => _lock?.Dispose();

    private static bool CannotWrite(Exception fault) =>
        fault is UnauthorizedAccessException or IOException { HResult: ReadOnlyFileSystem };

    // A process that died while it wrote the identity has left its lock and half a file; nothing else can be there.
    private static bool IsOurs(string entry, string identityFile)
    {
        string name = System.IO.Path.GetFileName(entry);
        return name == "lock" || (name.StartsWith(identityFile + ".", StringComparison.Ordinal) && AtomicFile.IsUnfinished(name));
    }

    private static void RequireSame(string path, string kind, string identityFile, string found, string wanted)
    {
        if (found == wanted) return;
        string difference;
        try
        {
            using var there = JsonDocument.Parse(found);
            using var here = JsonDocument.Parse(wanted);
            difference = FirstDifference("", there.RootElement, here.RootElement) ?? "written by another version";
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException)
        {
            // InvalidOperationException is what half a surrogate pair in a name or a text gives.
            difference = $"its {identityFile} is damaged";
        }
        throw new IOException($"The {kind} {path} holds another run ({difference}); name another folder or delete it.");
    }

    // "seed is 0 there and 1 here": the first place where two trees part.
    private static string? FirstDifference(string name, JsonElement there, JsonElement here)
    {
        if (there.ValueKind == JsonValueKind.Object && here.ValueKind == JsonValueKind.Object)
        {
            foreach (var property in here.EnumerateObject())
            {
                string child = name.Length == 0 ? property.Name : $"{name}.{property.Name}";
                if (!there.TryGetProperty(property.Name, out var other)) return $"{child} is not there";
                if (FirstDifference(child, other, property.Value) is { } difference) return difference;
            }
            return null;
        }
        return JsonElement.DeepEquals(there, here) ? null : $"{name} is {Short(there)} there and {Short(here)} here";
    }

    // A damaged value may be anything of any length.
    private static string Short(JsonElement value)
    {
        string text = value.GetRawText();
        return text.Length <= 200 ? text : text[..200] + "...";
    }
}
