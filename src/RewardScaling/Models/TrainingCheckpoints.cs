using System.Globalization;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Logging;
using RewardScaling.Numerics;

namespace RewardScaling.Models;

/// <summary>
/// The checkpoints of one training in its folder: the newest whole one counts, and there always is one once there was.
/// </summary>
/// <remarks>
/// <para>
/// A checkpoint is a folder <c>step-N</c>: networks, and the rest in <c>state.json</c>. It is written under another name, every
/// file flushed to the disk, and renamed when it is whole; only then is the one before deleted. So the death of the process at
/// any moment leaves a whole one, and a full disk leaves the last.
/// </para>
/// <para>
/// What each step measured is appended to <c>steps.jsonl</c>, not written again with every checkpoint. state.json holds the hash
/// of that, of every network and of itself: a bit that changed is a fault and never another result.
/// </para>
/// </remarks>
/// <typeparam name="TState">What is kept besides networks and steps.</typeparam>
/// <typeparam name="TStep">What is kept of every step.</typeparam>
internal sealed class TrainingCheckpoints<TState, TStep> : IDisposable where TState : class
{
    private const string Prefix = "step-", Unfinished = ".unfinished", StateFile = "state.json", StepsFile = "steps.jsonl";

    private readonly OwnedFolder _folder;
    private readonly JsonTypeInfo<KeptState<TState>> _type;
    private readonly Journal<TStep> _steps;
    private readonly int _stepsBetween;
    private int _newest = -1;

    private TrainingCheckpoints(
        OwnedFolder folder, JsonTypeInfo<KeptState<TState>> type, JsonTypeInfo<TStep> stepType, int stepsBetween)
    {
        (_folder, _type, _stepsBetween) = (folder, type, stepsBetween);
        _steps = new(Path.Combine(folder.Path, StepsFile), stepType);
        foreach (string path in Directory.EnumerateDirectories(folder.Path, Prefix + "*"))
        {
            var number = Path.GetFileName(path.AsSpan())[Prefix.Length..];
            if (int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out int step))
                _newest = Math.Max(_newest, step);
        }
        RemoveOthers();
    }

    /// <summary>Opens the folder of a training.</summary>
    /// <param name="options">Where and how often.</param>
    /// <param name="identity">JSON: all that decides the training's bits and can be written down.</param>
    /// <param name="type">How the state is written.</param>
    /// <param name="step">How a step is written.</param>
    /// <exception cref="IOException">The folder cannot be written, is in use, or belongs to another training.</exception>
    public static TrainingCheckpoints<TState, TStep> Open(
        CheckpointOptions options, string identity, JsonTypeInfo<KeptState<TState>> type, JsonTypeInfo<TStep> step)
    {
        options.Validate();
        var folder = OwnedFolder.Open(options.Folder, "training.json", identity, "checkpoint folder");
        try
        {
            return new(folder, type, step, options.StepsBetween);
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    /// <summary>Reads the newest checkpoint, or gives null where there is none.</summary>
    /// <param name="restoreNetworks">Told the folder with the networks.</param>
    /// <exception cref="InvalidDataException">A file is damaged; the message names it and what to delete.</exception>
    public (TState State, IReadOnlyList<TStep> Steps)? Restore(Action<string> restoreNetworks)
    {
        if (_newest < 0) return null;
        string path = PathOf(_newest), state = Path.Combine(path, StateFile);
        string remedy = $"delete {_folder.Path} to begin this training again";
        if (!File.Exists(state)) throw new InvalidDataException($"{state} is missing; {remedy}.");
        var kept = ArtifactFile.Read(state, Path.GetFileName(path), _type, remedy);
        FileHash.Require(path, kept.Files, state, remedy);
        var steps = _steps.Restore(kept.Value.Steps, remedy);
        if (steps.Count != _newest)
            throw new InvalidDataException($"{state} speaks of {steps.Count} steps and belongs to step {_newest}; {remedy}.");
        try
        {
            restoreNetworks(path);
        }
        catch (FileNotFoundException fault)
        {
            throw new InvalidDataException($"{path} lacks a network ({fault.Message}); {remedy}.", fault);
        }
        return (kept.Value.State, steps);
    }

    /// <summary>Whether a checkpoint belongs after this many steps.</summary>
    public bool IsDue(int stepsMade) => stepsMade % _stepsBetween == 0;

    /// <summary>Writes a checkpoint unless the one of this step is there already.</summary>
    /// <param name="stepsMade">After how many steps; no less than before.</param>
    /// <param name="state">What is kept besides networks.</param>
    /// <param name="steps">What is kept of every step, from the first one on.</param>
    /// <param name="saveNetworks">Told the folder to write networks to.</param>
    /// <exception cref="IOException">It cannot be written; the message names the path, and the checkpoint before is still
    /// there.</exception>
    public void Write(int stepsMade, TState state, IReadOnlyList<TStep> steps, Action<string> saveNetworks)
    {
        if (stepsMade == _newest) return;
        string path = PathOf(stepsMade), unfinished = path + Unfinished;
        try
        {
            Directory.CreateDirectory(unfinished);
            saveNetworks(unfinished);
            var files = FileHash.Of(unfinished,
                Directory.EnumerateFiles(unfinished).Select(static file => Path.GetFileName(file)));
            // The steps first: more of them than the state speaks of are cut off, fewer would be a fault.
            _steps.Append(steps);
            ArtifactFile.Write(Path.Combine(unfinished, StateFile),
                new Artifact<KeptState<TState>>(Path.GetFileName(path), new(_steps.Mark, state)) { Files = files }, _type);
            Directory.Move(unfinished, path); // PPO detail 27
        }
        catch (Exception fault)
        {
            Remove(unfinished);
            if (fault is IOException or UnauthorizedAccessException)
                throw new IOException($"Cannot write the checkpoint {path}: {fault.Message}", fault);
            throw;
        }
        _newest = stepsMade;
        RemoveOthers();
    }

    /// <summary>
    /// Writes the checkpoint of a training that was stopped. What stopped it is what the caller must hear of, so where the state
    /// cannot be kept either only the log says so.
    /// </summary>
    /// <param name="stop">What stopped the training.</param>
    /// <param name="stepsMade">After how many steps; no less than before.</param>
    /// <param name="state">What is kept besides networks.</param>
    /// <param name="steps">What is kept of every step, from the first one on.</param>
    /// <param name="saveNetworks">Told the folder to write networks to.</param>
    /// <param name="logger">Where a second fault is written.</param>
    public void WriteAfter(
        Exception stop, int stepsMade, TState state, IReadOnlyList<TStep> steps, Action<string> saveNetworks, ILogger logger)
    {
        try
        {
            Write(stepsMade, state, steps, saveNetworks);
        }
        catch (Exception second) when (second is IOException or UnauthorizedAccessException)
        {
            logger.LogWarning(second, "Training stopped ({Fault}) and its last steps could not be kept.", stop.Message);
        }
    }

    public void Dispose()
    {
        _steps.Dispose();
        _folder.Dispose();
    }

    private string PathOf(int step) => Path.Combine(_folder.Path, Prefix + step.ToString("D9", CultureInfo.InvariantCulture));

    // Older checkpoints, and what a process left that died while it wrote one.
    private void RemoveOthers()
    {
        foreach (string path in Directory.EnumerateDirectories(_folder.Path, Prefix + "*"))
            if (_newest < 0 || Path.GetFileName(path) != Path.GetFileName(PathOf(_newest))) Remove(path);
    }

    private static void Remove(string path)
    {
        try
        {
            Directory.Delete(path, recursive: true);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // It is in nobody's way: the newest whole checkpoint counts, and the next write tries again.
        }
    }
}
