using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using RewardScaling.Numerics;

namespace RewardScaling.Studies;

/// <summary>
/// The folder of one run: its <see cref="StudyCell"/>s. A run that was stopped at any moment goes on with the first one that is
/// not finished.
/// </summary>
internal sealed class StudyFolder : IDisposable
{
    /// <summary>What the stages leave there, as a number: folders of another one are refused.</summary>
    public const int Schema = 4;

    private const string Plan = "plan";

    private readonly OwnedFolder _folder;
    private readonly Dictionary<string, string> _known = new(StringComparer.Ordinal);

    private StudyFolder(OwnedFolder folder, string identity, string madeBy)
    {
        (_folder, MadeBy) = (folder, madeBy);
        Know(Plan, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(identity))));
    }

    public string Path => _folder.Path;

    /// <summary>Whether nothing can be written here; a finished run can be read all the same.</summary>
    public bool IsReadOnly => _folder.IsReadOnly;

    /// <summary>What computes here, in words: the engine's arithmetic and the version of this library.</summary>
    public string MadeBy { get; }

    /// <summary>Opens a new or empty folder, or one that holds a run of the same identity.</summary>
    /// <param name="path">The folder; made when it is not there.</param>
    /// <param name="identity">All that decides the numbers of the run but rounding: plan, corpus, gold.</param>
    /// <param name="madeBy">What computes, in words.</param>
    /// <exception cref="IOException">The folder cannot be made, is in use, or holds something else.</exception>
    public static StudyFolder Open(string path, StudyIdentity identity, string madeBy)
    {
        string json = JsonSerializer.Serialize(identity, StudyJson.Default.StudyIdentity);
        return new(OwnedFolder.Open(path, Plan + ".json", json, "run folder"), json, madeBy);
    }

    /// <summary>The path of a file of the run.</summary>
    public string PathOf(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>A piece of the run.</summary>
    /// <param name="name">Its name, which its document has.</param>
    /// <param name="parents">The pieces it is made from, all of them finished; every piece is made from the plan.</param>
    /// <param name="files">The names of the files it leaves besides its document.</param>
    public StudyCell Cell(string name, IEnumerable<string> parents, params IReadOnlyList<string> files) =>
        new(this, name,
            parents.Prepend(Plan).ToDictionary(static parent => parent, parent => _known[parent], StringComparer.Ordinal), files);

    /// <summary>Writes a file that is never read back.</summary>
    public void Write<T>(string name, T value, JsonTypeInfo<T> type)
    {
        if (!IsReadOnly) AtomicFile.Write(PathOf(name), stream => JsonSerializer.Serialize(stream, value, type));
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>From now on others can be made from this piece.</summary>
    internal void Know(string name, string hash) => _known[name] = hash;
}
