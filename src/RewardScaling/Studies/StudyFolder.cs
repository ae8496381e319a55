using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using RewardScaling.Models;
using RewardScaling.Numerics;

namespace RewardScaling.Studies;

/// <summary>
/// The folder of one run. A stage is finished when its JSON file is there; it is the last thing the stage writes, so a run that
/// was stopped at any moment goes on with the first unfinished stage.
/// </summary>
internal sealed class StudyFolder : IDisposable
{
    /// <summary>What the stages leave there, as a number: folders of another one are refused.</summary>
    public const int Schema = 2;

    private readonly OwnedFolder _folder;

    private StudyFolder(OwnedFolder folder) => _folder = folder;

    public string Path => _folder.Path;

    /// <summary>Opens a new or empty folder, or one that holds a run of the same identity.</summary>
    /// <param name="path">The folder; made when it is not there.</param>
    /// <param name="identity">All that decides the numbers of the run: plan, corpus, gold.</param>
    /// <exception cref="IOException">The folder cannot be written, is in use, or holds something else.</exception>
    public static StudyFolder Open(string path, StudyIdentity identity) => new(OwnedFolder.Open(
        path, "plan.json", JsonSerializer.Serialize(identity, StudyJson.Default.StudyIdentity), "run folder"));

    /// <summary>The path of a file of the run.</summary>
    public string PathOf(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Where an unfinished piece of a stage keeps its state.</summary>
    public CheckpointOptions CheckpointsOf(string name, int stepsBetween) =>
        new() { Folder = PathOf(name + ".checkpoints"), StepsBetween = stepsBetween };

    /// <summary>Deletes the states of a piece that is finished; also those of one that died before it came to that.</summary>
    public void DropCheckpoints(string name)
    {
        string path = PathOf(name + ".checkpoints");
        if (Directory.Exists(path)) Directory.Delete(path, recursive: true);
    }

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

    public void Dispose() => _folder.Dispose();
}
