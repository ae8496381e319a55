using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace RewardScaling.Studies.Cells;

/// <summary>
/// One piece of a study: a pure function of its configuration and its parents, known by a hash of both. Two plans that ask for
/// the same thing ask for the same cell.
/// </summary>
internal abstract class Cell
{
    // Names are for people; sixteen digits keep 10,000 cells apart.
    private const int Digits = 16;

    private protected Cell(StudyRun run, StudyCellKind kind, string word, string configuration, IReadOnlyList<Cell> parents)
    {
        (Run, Kind, Parents) = (run, kind, [.. parents.Distinct()]);
        Level = parents.Count == 0 ? 0 : 1 + parents.Max(static parent => parent.Level);
        var text = new StringBuilder().Append(StudyFolder.Schema).Append('\n').Append(kind).Append('\n').Append(configuration);
        foreach (var parent in parents) text.Append('\n').Append(parent.Key);
        Key = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
        Name = $"{word}-{Key[..Digits]}";
    }

    /// <summary>The study it belongs to.</summary>
    public StudyRun Run { get; }

    public StudyCellKind Kind { get; }

    /// <summary>What it is made from.</summary>
    public IReadOnlyList<Cell> Parents { get; }

    /// <summary>The hash of its configuration and of its parents' keys.</summary>
    public string Key { get; }

    /// <summary>A name for files and people: a word and the beginning of the key.</summary>
    public string Name { get; }

    /// <summary>The longest way up to a cell without parents: cells of one level need nothing of each other.</summary>
    public int Level { get; }

    /// <summary>Its number in the graph.</summary>
    public int Number { get; set; } = -1;

    /// <summary>What it has to do, for progress and price.</summary>
    public abstract CellCost Cost { get; }

    /// <summary>Reads it if it is whole, with every bit of it checked.</summary>
    /// <param name="folder">Where it lies.</param>
    /// <returns>What to say of it, or null where it is still to be made.</returns>
    /// <exception cref="InvalidDataException">It is damaged; the message names the file and what to delete.</exception>
    public abstract string? Describe(StudyFolder folder);

    /// <summary>Makes it and writes it. Its parents are whole, and nobody else is at it.</summary>
    public abstract Task MakeAsync(CellWork work);

    /// <summary>Whether its state stays when it is whole, because it may go on.</summary>
    public virtual bool KeepsState => false;

    /// <summary>Whether a document that is there is not all that is asked for, without reading more than that.</summary>
    public virtual bool IsToBeContinued(StudyFolder folder) => false;

    private protected static string Json<T>(T configuration, JsonTypeInfo<T> type) => JsonSerializer.Serialize(configuration,
        type);

    private protected StudyCell At(StudyFolder folder) => folder.Cell(this);
}

/// <summary>A cell that leaves a document of one type.</summary>
/// <typeparam name="TDocument">The document.</typeparam>
/// <typeparam name="TValue">What it means.</typeparam>
internal abstract class Cell<TDocument, TValue> : Cell where TDocument : class where TValue : class
{
    private protected Cell(StudyRun run, StudyCellKind kind, string word, string configuration, IReadOnlyList<Cell> parents)
        : base(run, kind, word, configuration, parents)
    {
    }

    private protected abstract JsonTypeInfo<TDocument> Type { get; }

    /// <summary>The files it leaves besides its document.</summary>
    private protected abstract IReadOnlyList<string> Files(TDocument document);

    /// <summary>What a document means; a contradiction is an <see cref="InvalidDataException"/>.</summary>
    private protected abstract TValue Meaning(TDocument document, StudyFolder folder);

    private protected abstract string Words(TValue value);

    /// <summary>What the cell holds, or null where it is still to be made.</summary>
    /// <exception cref="InvalidDataException">It is damaged; the message names the file and what to delete.</exception>
    public TValue? TryRead(StudyFolder folder) => (TValue?)folder.Remember(this, () =>
        At(folder).Read(Type, Files, document => Meaning(document, folder)));

    /// <summary>What the cell holds.</summary>
    /// <exception cref="InvalidOperationException">It is still to be made.</exception>
    public TValue Read(StudyFolder folder) => TryRead(folder)
        ?? throw new InvalidOperationException($"{Name} is still to be made; it is cell {Number} of the study.");

    /// <inheritdoc/>
    public sealed override string? Describe(StudyFolder folder) => TryRead(folder) is { } value ? Words(value) : null;

    private protected string Write(CellWork work, TDocument document)
    {
        work.Files.Write(document, Type, Files(document), work.Seconds);
        work.Folder.Forget(this);
        return Words(Read(work.Folder));
    }
}
