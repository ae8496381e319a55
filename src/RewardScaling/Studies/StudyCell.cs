using System.Text.Json.Serialization.Metadata;
using RewardScaling.Models;
using RewardScaling.Numerics;
using RewardScaling.Studies.Cells;

namespace RewardScaling.Studies;

/// <summary>
/// A cell as it lies in a run folder: the files it leaves and its document, <c>NAME.json</c>, the last thing it writes. The
/// document holds everything else by hashes (<see cref="Artifact{T}"/>).
/// </summary>
/// <remarks>
/// While it is made, <c>NAME.work</c> holds its state: <c>begun.json</c> says what it is being made from and by which engines, so
/// that a state of other parents is a fault, and a cell begun by one engine and ended by another says so; <c>lock</c> is held by
/// the process that makes it, and <c>failed.txt</c> says why it could not be made. The folder goes when the cell is whole, but
/// for a run of PPO, which may go on.
/// </remarks>
internal sealed class StudyCell
{
    /// <summary>What the name of the folder of a cell's state ends with.</summary>
    public const string WorkEnding = ".work";

    private const string Plan = "configuration", LockFile = "lock", FailureFile = "failed.txt";

    private readonly StudyFolder _folder;
    private readonly Cell _cell;

    internal StudyCell(StudyFolder folder, Cell cell) => (_folder, _cell) = (folder, cell);

    private string Name => _cell.Name;

    private string Document => _folder.PathOf(Name + ".json");

    private string Unfinished => _folder.PathOf(Name + WorkEnding);

    private string Begun => Path.Combine(Unfinished, "begun.json");

    private string Remedy => $"delete {Document} to make it again";

    /// <summary>The path of a file of it.</summary>
    public string PathOf(string file) => _folder.PathOf(file);

    /// <summary>Takes it up if it is whole, with every bit of it checked; what is left of its making is then deleted.</summary>
    /// <param name="type">How its document is read.</param>
    /// <param name="files">The files that a document counts on.</param>
    /// <param name="meaning">What the document means; whatever contradicts itself there is a fault.</param>
    /// <returns>What it means, or null where it, or what it is made from, is still to be made.</returns>
    /// <exception cref="InvalidDataException">A file of it is damaged, missing or of another cell; the message names the file
    /// and what to delete to make it again.</exception>
    public TValue? Read<TDocument, TValue>(JsonTypeInfo<TDocument> type, Func<TDocument, IReadOnlyList<string>> files,
        Func<TDocument, TValue> meaning) where TDocument : class where TValue : class
    {
        if (!File.Exists(Document) || Parents() is not { } parents) return null;
        var kept = ArtifactFile.Read(Document, Name, type, Remedy);
        RequireParents(Document, kept.Parents, parents, Remedy);
        var wanted = files(kept.Value);
        if (!kept.Files.Keys.Order(StringComparer.Ordinal).SequenceEqual(wanted.Order(StringComparer.Ordinal)))
            throw new InvalidDataException($"{Document} counts on {string.Join(", ", kept.Files.Keys.Take(12).Select(Excerpt.Of))}; it must on {string.Join(", ", wanted)}; {Remedy}.");
        FileHash.Require(_folder.CellsPath, kept.Files, Document, Remedy);
        TValue value;
        try
        {
            value = meaning(kept.Value);
        }
        catch (Exception fault) when (fault is ArgumentException or InvalidDataException)
        {
            throw new InvalidDataException($"{Document} contradicts itself or the plan ({Excerpt.Of(fault)}); {Remedy}.", fault);
        }
        Finish(kept);
        return value;
    }

    /// <summary>Marks it as whole by writing its document; its files lie in the folder.</summary>
    /// <param name="document">What was found.</param>
    /// <param name="type">How it is written.</param>
    /// <param name="files">The files it counts on.</param>
    /// <param name="seconds">How long it took.</param>
    /// <exception cref="IOException">It cannot be written; the message names the path.</exception>
    public void Write<TDocument>(TDocument document, JsonTypeInfo<TDocument> type, IReadOnlyList<string> files, double seconds)
    {
        var begun = ReadBegun();
        Finish(ArtifactFile.Write(Document, new Artifact<TDocument>(Name, document)
        {
            Parents = Parents() ?? throw new InvalidOperationException($"{Name} lost a parent while it was made."),
            Files = FileHash.Of(_folder.CellsPath, files),
            MadeBy = [.. begun.Union([_folder.MadeBy])],
            Seconds = seconds,
        }, type));
    }

    /// <summary>Takes its document away: it counts as unfinished from here on.</summary>
    public void Withdraw() => File.Delete(Document);

    /// <summary>Takes the right to make it, unless another process, or another job of this one, has it.</summary>
    /// <returns>What to dispose of when it is made, or null where somebody else is at it.</returns>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public IDisposable? Claim()
    {
        if (_folder.IsReadOnly)
            throw new IOException($"{Name} is still to be made, and the run folder {_folder.Path} cannot be written; copy it to where it can.");
        Directory.CreateDirectory(Unfinished);
        string path = Path.Combine(Unfinished, LockFile);
        FileStream claim;
        try
        {
            claim = new(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (DirectoryNotFoundException)
        {
            // Whoever made it has just taken its state away.
            return null;
        }
        catch (IOException) when (File.Exists(path))
        {
            return null;
        }
        // What a process left that died while it wrote; nobody else writes files of this cell now.
        AtomicFile.Sweep(Unfinished);
        File.Delete(Path.Combine(Unfinished, FailureFile));
        foreach (string left in Directory.EnumerateFiles(_folder.CellsPath, Name + ".*.tmp"))
            if (AtomicFile.IsUnfinished(Path.GetFileName(left))) File.Delete(left);
        return claim;
    }

    /// <summary>Says why it could not be made, for those who ask how far the study is.</summary>
    public void Fail(string reason)
    {
        try
        {
            AtomicFile.WriteText(Path.Combine(Unfinished, FailureFile), reason);
        }
        catch (IOException)
        {
            // The fault itself is thrown; a full disk may well be it.
        }
    }

    /// <summary>Whether a process is making the cell with a state.</summary>
    public static bool IsClaimed(string work)
    {
        string path = Path.Combine(work, LockFile);
        try
        {
            // Shared: for a moment it keeps nobody from looking, and a process that would claim the cell looks again.
            using (new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read)) return false;
        }
        catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException)
        {
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }

    /// <summary>Why the cell with a state could not be made, or null.</summary>
    public static string? ReadFailure(string work)
    {
        try
        {
            return File.ReadAllText(Path.Combine(work, FailureFile));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Where it keeps its state while it is made; from now on the folder says by whom and from what.</summary>
    /// <exception cref="InvalidDataException">A state that is there was made from something else, or is damaged.</exception>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public string Begin()
    {
        var engines = ReadBegun();
        if (!engines.Contains(_folder.MadeBy))
        {
            Directory.CreateDirectory(Unfinished);
            ArtifactFile.Write(Begun, new Artifact<string[]>(Name, [.. engines, _folder.MadeBy]) { Parents = Parents()! },
                StudyJson.Default.StringArray);
        }
        return Unfinished;
    }

    /// <summary>Where a training of it keeps its state.</summary>
    public CheckpointOptions Checkpoints(int stepsBetween) =>
        new() { Folder = Path.Combine(Begin(), "training"), StepsBetween = stepsBetween };

    /// <summary>Takes up a part of it that was kept while it was made.</summary>
    /// <param name="part">The part's name.</param>
    /// <returns>The path of its file, or null where the part is still to be made.</returns>
    /// <exception cref="InvalidDataException">It is damaged or was made from something else.</exception>
    public string? ReadPart(string part)
    {
        string document = Path.Combine(Begin(), part + ".json"), remedy = $"delete {Unfinished} to begin it again";
        if (!File.Exists(document)) return null;
        var kept = ArtifactFile.Read(document, part, StudyJson.Default.StringArray, remedy);
        RequireParents(document, kept.Parents, Parents()!, remedy);
        FileHash.Require(Unfinished, kept.Files, document, remedy);
        return Path.Combine(Unfinished, part);
    }

    /// <summary>Keeps a part of it as a file.</summary>
    /// <param name="part">The part's name.</param>
    /// <param name="write">Told where to write the file.</param>
    public void WritePart(string part, Action<string> write)
    {
        write(Path.Combine(Begin(), part));
        ArtifactFile.Write(Path.Combine(Unfinished, part + ".json"), new Artifact<string[]>(part, [])
        {
            Parents = Parents()!,
            Files = FileHash.Of(Unfinished, [part]),
        }, StudyJson.Default.StringArray);
    }

    // The hashes of what it is made from; null where some of that is still to be made.
    private Dictionary<string, string>? Parents()
    {
        var parents = new Dictionary<string, string>(StringComparer.Ordinal) { [Plan] = _cell.Key };
        foreach (var parent in _cell.Parents)
        {
            if (_folder.HashOf(parent) is not { } hash) return null;
            parents.Add(parent.Name, hash);
        }
        return parents;
    }

    private string[] ReadBegun()
    {
        if (!File.Exists(Begun)) return [];
        string remedy = $"delete {Unfinished} to begin it again";
        var begun = ArtifactFile.Read(Begun, Name, StudyJson.Default.StringArray, remedy);
        RequireParents(Begun, begun.Parents, Parents()!, remedy);
        return begun.Value;
    }

    private static void RequireParents(
        string path, IReadOnlyDictionary<string, string> there, Dictionary<string, string> wanted, string remedy)
    {
        foreach (var (parent, hash) in wanted)
            if (there.GetValueOrDefault(parent) != hash)
                throw new InvalidDataException($"{path} was not made from the {parent} of this folder; {remedy}.");
        if (there.Count != wanted.Count)
            throw new InvalidDataException($"{path} was made from {string.Join(", ", there.Keys.Take(12).Select(Excerpt.Of))}; it must be from {string.Join(", ", wanted.Keys)}; {remedy}.");
    }

    private void Finish<TDocument>(Artifact<TDocument> kept)
    {
        _folder.Know(_cell, kept.Hash, new(kept.Seconds, kept.MadeBy));
        if (_cell.KeepsState || _folder.IsReadOnly || !Directory.Exists(Unfinished)) return;
        try
        {
            Directory.Delete(Unfinished, recursive: true);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // Another process looks whether it is whole; the next who reads it takes the state away.
        }
    }
}
