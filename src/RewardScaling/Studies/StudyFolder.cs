using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using RewardScaling.Numerics;
using RewardScaling.Studies.Cells;

namespace RewardScaling.Studies;

/// <summary>How a cell was made.</summary>
internal sealed record Making(double Seconds, IReadOnlyList<string> MadeBy);

/// <summary>
/// The folder of a study: <c>plan.json</c>, the plan that was run last, and <c>cells</c>, in which each <see cref="Cell"/> lies
/// under its own name. It knows keys and whole files and nothing of what they mean. Several processes may work in it.
/// </summary>
internal sealed class StudyFolder : IDisposable
{
    /// <summary>What cells leave there, as a number: folders of another one are refused, and cells of another one are
    /// others.</summary>
    public const int Schema = 5;

    private const string PlanFile = "plan.json", GraphFile = "cells.json", LockFile = "lock", CellsFolder = "cells";

    // Linux: the file system is mounted read-only.
    private const int ReadOnlyFileSystem = 30;

    private static readonly TimeSpan s_between = TimeSpan.FromMilliseconds(50);

    private readonly FileStream? _lock;
    private readonly ConcurrentDictionary<string, string> _hashes = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Making> _makings = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, object> _values = new(StringComparer.Ordinal);

    private StudyFolder(string path, FileStream? @lock, string madeBy) => (Path, _lock, MadeBy) = (path, @lock, madeBy);

    public string Path { get; }

    /// <summary>Where the cells lie.</summary>
    public string CellsPath => System.IO.Path.Combine(Path, CellsFolder);

    /// <summary>Whether nothing can be written here; a finished study can be read all the same.</summary>
    public bool IsReadOnly => _lock is null;

    /// <summary>What computes here, in words: the engine's arithmetic and the version of this library.</summary>
    public string MadeBy { get; }

    /// <summary>Opens a new or empty folder, or one of a study, to work in.</summary>
    /// <param name="path">The folder; made when it is not there.</param>
    /// <param name="record">The plan and what it works on; written there.</param>
    /// <param name="graph">Its cells; listed there.</param>
    /// <param name="madeBy">What computes, in words.</param>
    /// <param name="time">The clock behind the wait for another process that opens the folder too.</param>
    /// <param name="cancellationToken">Stops the wait.</param>
    /// <exception cref="IOException">The folder cannot be made, or holds something else.</exception>
    /// <exception cref="InvalidDataException">Its plan is damaged; the message names the file.</exception>
    public static async Task<StudyFolder> OpenAsync(
        string path, StudyRecord record, StudyGraph graph, string madeBy, TimeProvider time, CancellationToken cancellationToken)
    {
        if (File.Exists(path)) throw new IOException($"The run folder {path} is a file; name a folder.");
        bool isStudy = File.Exists(System.IO.Path.Combine(path, PlanFile));
        if (!isStudy && Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).Any(static entry => !IsOurs(entry)))
            throw new IOException($"The run folder {path} is not empty and holds no study; name another folder.");
        if (isStudy) _ = ReadRecord(path);
        FileStream? @lock = null;
        try
        {
            Directory.CreateDirectory(System.IO.Path.Combine(path, CellsFolder));
            @lock = await ShareAsync(path, time, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception fault) when (CannotWrite(fault) && isStudy)
        {
            // Nothing to share with anybody, and nothing is needed to read what is whole.
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"The run folder {path} cannot be written: {fault.Message}", fault);
        }
        var folder = new StudyFolder(path, @lock, madeBy);
        try
        {
            if (!folder.IsReadOnly) folder.Name(record, graph, isStudy);
        }
        catch
        {
            folder.Dispose();
            throw;
        }
        return folder;
    }

    /// <summary>Opens the folder of a study to read what is whole.</summary>
    /// <exception cref="IOException">There is no study.</exception>
    public static StudyFolder OpenToRead(string path, string madeBy = "") => Directory.Exists(path) ? new(path, null, madeBy)
        : throw new DirectoryNotFoundException($"There is no run folder {path}.");

    /// <summary>The plan that was run here last, and what it worked on.</summary>
    /// <exception cref="IOException">There is none, or one of another version.</exception>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static StudyRecord ReadRecord(string path)
    {
        string file = System.IO.Path.Combine(path, PlanFile), remedy = $"delete {file}, and run the study again with its plan";
        if (!File.Exists(file)) throw new FileNotFoundException($"{path} holds no study: there is no {PlanFile}.", file);
        // Plans of earlier versions were not sealed.
        string text = File.ReadAllText(file);
        if (text.StartsWith("{\"schema\":", StringComparison.Ordinal) || text.StartsWith("{\n  \"schema\":", StringComparison.Ordinal))
            throw new IOException($"The run folder {path} is of an earlier version of this library; name another folder.");
        try
        {
            // Plans have had fewer members, which a later version adds.
            var tree = JsonNode.Parse(SealedJson.Read(file, remedy).Span);
            PlanDefaults.Fill(tree, StudyJson.Default.StudyRecord);
            var record = tree.Deserialize(StudyJson.Default.StudyRecord)
                ?? throw new JsonException("it says null");
            return record.Schema == Schema ? record
                : throw new IOException($"The run folder {path} is of schema {record.Schema} and this version writes {Schema}; name another folder.");
        }
        catch (JsonException fault)
        {
            throw new InvalidDataException($"{file} is damaged or of another version ({Excerpt.Of(fault)}); {remedy}.", fault);
        }
    }

    /// <summary>The cells of the plan that was run here last.</summary>
    /// <exception cref="IOException">There is no study, or one that no run has listed the cells of.</exception>
    /// <exception cref="InvalidDataException">The list is damaged.</exception>
    public static StudyGraph ReadGraph(string path)
    {
        var record = ReadRecord(path);
        string file = System.IO.Path.Combine(path, GraphFile), remedy = $"delete {file}, and run the study again with its plan";
        var list = File.Exists(file)
            ? JsonSerializer.Deserialize(SealedJson.Read(file, remedy).Span, StudyJson.Default.GraphDocument) : null;
        return list?.Plan == record.Hash() ? new(list.Cells)
            : throw new IOException($"{path} has no list of the cells of its plan, {GraphFile}; run the study again with its plan, and it is written.");
    }

    /// <summary>The path of a file of a cell.</summary>
    public string PathOf(string name) => System.IO.Path.Combine(CellsPath, name);

    /// <summary>A cell as it lies here.</summary>
    public StudyCell Cell(Cell cell) => new(this, cell);

    /// <summary>Whether a process is making a cell that was begun, and why it could not be made when it was tried last; null
    /// where nothing is known of that.</summary>
    public (bool IsRunning, string? Failure) StateOf(string name)
    {
        string work = PathOf(name + StudyCell.WorkEnding);
        bool isRunning = StudyCell.IsClaimed(work);
        return (isRunning, isRunning ? null : StudyCell.ReadFailure(work));
    }

    /// <summary>The names of the cells whose documents are there, whole and perhaps damaged, and of those that were
    /// begun.</summary>
    public (HashSet<string> Whole, HashSet<string> Begun) List()
    {
        HashSet<string> whole = [], begun = [];
        if (Directory.Exists(CellsPath))
        {
            foreach (string file in Directory.EnumerateFiles(CellsPath, "*.json")) whole.Add(
                System.IO.Path.GetFileNameWithoutExtension(file));
            foreach (string work in Directory.EnumerateDirectories(CellsPath, "*" + StudyCell.WorkEnding)) begun.Add(
                System.IO.Path.GetFileNameWithoutExtension(work));
        }
        return (whole, begun);
    }

    /// <summary>The hash of a cell that is whole, or null where it is still to be made.</summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public string? HashOf(Cell cell)
    {
        if (_hashes.TryGetValue(cell.Name, out string? hash)) return hash;
        return cell.Describe(this) is null ? null : _hashes[cell.Name];
    }

    /// <summary>How a cell was made that was read or written here.</summary>
    public Making? MakingOf(Cell cell) => _makings.GetValueOrDefault(cell.Name);

    /// <summary>What a cell holds, read once.</summary>
    /// <param name="cell">The cell.</param>
    /// <param name="read">Reads it, or gives null where it is still to be made.</param>
    public object? Remember(Cell cell, Func<object?> read)
    {
        if (_values.TryGetValue(cell.Name, out object? known)) return known;
        object? value = read();
        if (value is not null) _values[cell.Name] = value;
        return value;
    }

    /// <summary>From now on others can be made from this cell.</summary>
    internal void Know(Cell cell, string hash, Making making) => (_hashes[cell.Name], _makings[cell.Name]) = (hash, making);

    /// <summary>Reads a cell anew when it is asked for next.</summary>
    internal void Forget(Cell cell) => _values.TryRemove(cell.Name, out _);

    /// <summary>Writes a file beside the cells that is never read back.</summary>
    public void Write<T>(string name, T value, JsonTypeInfo<T> type)
    {
        if (!IsReadOnly) AtomicFile.Write(System.IO.Path.Combine(Path, name), stream => JsonSerializer.Serialize(stream, value,
            type));
    }

    public void Dispose() => _lock?.Dispose();

    // The list belongs to the plan: it goes before another plan comes, so that one without the other is seen.
    private void Name(StudyRecord record, StudyGraph graph, bool isStudy)
    {
        string list = System.IO.Path.Combine(Path, GraphFile);
        if (!(isStudy && ReadRecord(Path).SameAs(record)))
        {
            File.Delete(list);
            SealedJson.Write(System.IO.Path.Combine(Path, PlanFile), JsonSerializer.SerializeToUtf8Bytes(record,
                StudyJson.Default.StudyRecord));
        }
        if (File.Exists(list)) return;
        var cells = new GraphDocument(record.Hash(), graph.Cells);
        SealedJson.Write(list, JsonSerializer.SerializeToUtf8Bytes(cells, StudyJson.Compact.GraphDocument));
    }

    // Everybody who works here shares the lock. Who has it alone for a moment sweeps away what dead processes left half written.
    private static async Task<FileStream> ShareAsync(string path, TimeProvider time, CancellationToken cancellationToken)
    {
        string file = System.IO.Path.Combine(path, LockFile);
        for (int attempt = 0; ; attempt++)
        {
            try
            {
                using (new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None)) AtomicFile.Sweep(path);
            }
            catch (IOException fault) when (!CannotWrite(fault) && File.Exists(file))
            {
                // Others are at work.
            }
            try
            {
                return new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read);
            }
            catch (IOException fault) when (!CannotWrite(fault) && attempt < 200)
            {
                // One of them sweeps just now.
                await Task.Delay(s_between, time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private static bool CannotWrite(Exception fault) =>
        fault is UnauthorizedAccessException or IOException { HResult: ReadOnlyFileSystem };

    // A process that died while it wrote the plan has left its lock and half a file; nothing else can be there.
    private static bool IsOurs(string entry)
    {
        string name = System.IO.Path.GetFileName(entry);
        return name is LockFile or CellsFolder
            || (name.StartsWith(PlanFile + ".", StringComparison.Ordinal) && AtomicFile.IsUnfinished(name));
    }
}
