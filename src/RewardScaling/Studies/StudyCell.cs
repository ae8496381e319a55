using System.Text.Json.Serialization.Metadata;
using RewardScaling.Models;
using RewardScaling.Numerics;

namespace RewardScaling.Studies;

/// <summary>
/// One piece of a study: what it is made from, and the files it leaves. It is finished when its document, <c>NAME.json</c>, is
/// there, the last thing it writes; the document holds everything else by hashes (<see cref="Artifact{T}"/>).
/// </summary>
/// <remarks>
/// While it is made, <c>NAME.checkpoints</c> holds its state and <c>begun.json</c> in there what it is being made from and by
/// which engines, so that a state of other parents is a fault, and a piece begun by one engine and ended by another says so.
/// </remarks>
internal sealed class StudyCell
{
    private const string Tensors = ".safetensors";

    private readonly StudyFolder _folder;
    private readonly string _name;
    private readonly IReadOnlyDictionary<string, string> _parents;
    private readonly IReadOnlyList<string> _files;

    internal StudyCell(
        StudyFolder folder, string name, IReadOnlyDictionary<string, string> parents, IReadOnlyList<string> files) =>
        (_folder, _name, _parents, _files) = (folder, name, parents, files);

    /// <summary>How long it took; known when it was read or written.</summary>
    public double Seconds { get; private set; }

    /// <summary>What computed it, in words; known when it was read or written.</summary>
    public IReadOnlyList<string> MadeBy { get; private set; } = [];

    private string Document => _folder.PathOf(_name + ".json");

    private string Unfinished => _folder.PathOf(_name + ".checkpoints");

    private string Begun => Path.Combine(Unfinished, "begun.json");

    private string Remedy => $"delete {Document} to make it again";

    /// <summary>The path of a file of it.</summary>
    public string PathOf(string file) => _folder.PathOf(file);

    /// <summary>Takes it up if it is finished, with every bit of it checked; what is left of its making is then
    /// deleted.</summary>
    /// <param name="type">How its document is read.</param>
    /// <param name="meaning">What the document means; whatever contradicts itself there is a fault.</param>
    /// <returns>What it means, or null when it is not finished.</returns>
    /// <exception cref="InvalidDataException">A file of it is damaged, missing or of another study; the message names the file
    /// and what to delete to make it again.</exception>
    public TValue? Read<TDocument, TValue>(JsonTypeInfo<TDocument> type, Func<TDocument, TValue> meaning)
        where TDocument : class where TValue : class
    {
        if (!File.Exists(Document)) return null;
        var kept = ArtifactFile.Read(Document, _name, type, Remedy);
        RequireParents(Document, kept.Parents, Remedy);
        if (!kept.Files.Keys.Order(StringComparer.Ordinal).SequenceEqual(_files.Order(StringComparer.Ordinal)))
            throw new InvalidDataException($"{Document} counts on {string.Join(", ", kept.Files.Keys)}; it must on {string.Join(", ", _files)}; {Remedy}.");
        FileHash.Require(_folder.Path, kept.Files, Document, Remedy);
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

    /// <summary>Marks it as finished by writing its document; its files lie in the folder. Its state is deleted.</summary>
    /// <param name="document">What was found.</param>
    /// <param name="type">How it is written.</param>
    /// <param name="seconds">How long it took.</param>
    /// <exception cref="IOException">It cannot be written; the message names the path.</exception>
    public void Write<TDocument>(TDocument document, JsonTypeInfo<TDocument> type, double seconds) =>
        Finish(ArtifactFile.Write(Document, new Artifact<TDocument>(_name, document)
        {
            Parents = _parents,
            Files = FileHash.Of(_folder.Path, _files),
            MadeBy = [.. Engines().Union([_folder.MadeBy])],
            Seconds = seconds,
        }, type));

    /// <summary>Where it keeps its state while it is made; from now on the folder says by whom and from what.</summary>
    /// <exception cref="InvalidDataException">A state that is there was made from something else, or is damaged.</exception>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public string Begin()
    {
        if (_folder.IsReadOnly)
            throw new IOException($"{_name} is still to be made, and the run folder {_folder.Path} cannot be written; copy it to where it can.");
        var engines = Engines();
        if (!engines.Contains(_folder.MadeBy))
        {
            Directory.CreateDirectory(Unfinished);
            ArtifactFile.Write(Begun, new Artifact<string[]>(_name, [.. engines, _folder.MadeBy]) { Parents = _parents },
                StudyJson.Default.StringArray);
        }
        return Unfinished;
    }

    /// <summary>Where a training of it keeps its state.</summary>
    public CheckpointOptions Checkpoints(int stepsBetween) =>
        new() { Folder = Path.Combine(Begin(), "training"), StepsBetween = stepsBetween };

    /// <summary>Takes up a part of it that was kept while it was made.</summary>
    /// <param name="part">The part's name.</param>
    /// <param name="type">How its value is read.</param>
    /// <returns>The value and its file, or null where the part is still to be made.</returns>
    /// <exception cref="InvalidDataException">It is damaged or was made from something else.</exception>
    public (T Value, string File)? ReadPart<T>(string part, JsonTypeInfo<T> type) where T : class
    {
        string document = PartPath(part, ".json"), remedy = $"delete {Unfinished} to begin it again";
        if (!File.Exists(document)) return null;
        var kept = ArtifactFile.Read(document, part, type, remedy);
        RequireParents(document, kept.Parents, remedy);
        FileHash.Require(Unfinished, kept.Files, document, remedy);
        return (kept.Value, PartPath(part, Tensors));
    }

    /// <summary>Keeps a part of it: some tensors in a file and a value.</summary>
    /// <param name="part">The part's name.</param>
    /// <param name="value">The value.</param>
    /// <param name="type">How it is written.</param>
    /// <param name="tensors">The tensors.</param>
    public void WritePart<T>(string part, T value, JsonTypeInfo<T> type, IEnumerable<NamedTensor> tensors) where T : class
    {
        SafetensorsFile.Write(PartPath(part, Tensors), tensors);
        ArtifactFile.Write(PartPath(part, ".json"),
            new Artifact<T>(part, value) { Parents = _parents, Files = FileHash.Of(Unfinished, [part + Tensors]) }, type);
    }

    private string PartPath(string part, string ending) => Path.Combine(Unfinished, part + ending);

    private string[] Engines()
    {
        if (!File.Exists(Begun)) return [];
        string remedy = $"delete {Unfinished} to begin it again";
        var begun = ArtifactFile.Read(Begun, _name, StudyJson.Default.StringArray, remedy);
        RequireParents(Begun, begun.Parents, remedy);
        return begun.Value;
    }

    private void RequireParents(string path, IReadOnlyDictionary<string, string> there, string remedy)
    {
        foreach (var (parent, hash) in _parents)
            if (there.GetValueOrDefault(parent) != hash)
                throw new InvalidDataException($"{path} was not made from the {parent} of this folder; {remedy}.");
        if (there.Count != _parents.Count)
            throw new InvalidDataException($"{path} was made from {string.Join(", ", there.Keys)}; it must be from {string.Join(", ", _parents.Keys)}; {remedy}.");
    }

    private void Finish<TDocument>(Artifact<TDocument> kept)
    {
        (Seconds, MadeBy) = (kept.Seconds, kept.MadeBy);
        _folder.Know(_name, kept.Hash);
        if (!_folder.IsReadOnly && Directory.Exists(Unfinished)) Directory.Delete(Unfinished, recursive: true);
    }
}
