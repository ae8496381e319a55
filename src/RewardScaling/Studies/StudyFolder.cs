using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using RewardScaling.Numerics;

namespace RewardScaling.Studies;

/// <summary>
/// The folder of one run. A stage is finished when its JSON file is there; it is the last thing the stage writes, so a run that
/// was stopped at any moment goes on with the first unfinished stage.
/// </summary>
internal sealed class StudyFolder : IDisposable
{
    private const string IdentityFile = "plan.json";
    private readonly FileStream _lock;

    private StudyFolder(string path, FileStream @lock) => (Path, _lock) = (path, @lock);

    public string Path { get; }

    /// <summary>Opens a new or empty folder, or one that holds a run of the same identity.</summary>
    /// <param name="path">The folder; made when it is not there.</param>
    /// <param name="identity">All that decides the numbers of the run: plan, corpus, gold.</param>
    /// <exception cref="IOException">The folder cannot be written, is in use, or holds something else.</exception>
    public static StudyFolder Open(string path, StudyIdentity identity)
    {
        string wanted = JsonSerializer.Serialize(identity, StudyJson.Default.StudyIdentity);
        if (File.Exists(path)) throw new IOException($"The run folder {path} is a file; name a folder.");
        string identityPath = System.IO.Path.Combine(path, IdentityFile);
        if (File.Exists(identityPath)) RequireSame(path, File.ReadAllText(identityPath), wanted);
        else if (Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).Any(static entry => !IsLock(entry)))
            throw new IOException($"The run folder {path} is not empty and holds no run; name another folder.");
        FileStream @lock;
        try
        {
            Directory.CreateDirectory(path);
            @lock = new(System.IO.Path.Combine(path, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1,
                FileOptions.DeleteOnClose);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"The run folder {path} cannot be written or is in use by another run: {fault.Message}", fault);
        }
        var folder = new StudyFolder(path, @lock);
        try
        {
            if (!File.Exists(identityPath)) AtomicFile.WriteText(identityPath, wanted);
        }
        catch
        {
            folder.Dispose();
            throw;
        }
        return folder;
    }

    /// <summary>The path of a file of the run.</summary>
    public string PathOf(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Reads what a finished stage left, or null when the stage is not finished.</summary>
    /// <exception cref="InvalidDataException">The file is damaged; the message names it.</exception>
    public T? Read<T>(string stage, JsonTypeInfo<T> type) where T : class
    {
        string path = PathOf(stage + ".json");
        if (!File.Exists(path)) return null;
        try
        {
            using var stream = File.OpenRead(path);
            return JsonSerializer.Deserialize(stream, type) ?? throw new JsonException("the file says null");
        }
        catch (JsonException fault)
        {
            throw new InvalidDataException($"{path} is damaged ({fault.Message}); delete it to run its stage again.", fault);
        }
    }

    /// <summary>Marks a stage as finished by writing what it found.</summary>
    public void Write<T>(string stage, T value, JsonTypeInfo<T> type) =>
        AtomicFile.Write(PathOf(stage + ".json"), stream => JsonSerializer.Serialize(stream, value, type));

    public void Dispose() => _lock.Dispose();

    private static bool IsLock(string entry) => System.IO.Path.GetFileName(entry) == "lock";

    private static void RequireSame(string path, string found, string wanted)
    {
        if (found == wanted) return;
        string difference;
        try
        {
            using var there = JsonDocument.Parse(found);
            using var here = JsonDocument.Parse(wanted);
            difference = FirstDifference("", there.RootElement, here.RootElement) ?? "written by another version";
        }
        catch (JsonException)
        {
            difference = $"its {IdentityFile} is damaged";
        }
        throw new IOException($"The run folder {path} holds another run ({difference}); name another folder or delete it.");
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
        return JsonElement.DeepEquals(there, here) ? null : $"{name} is {there.GetRawText()} there and {here.GetRawText()} here";
    }
}
