using RewardScaling.Numerics;

namespace RewardScaling.Models;

/// <summary>The tensors of a model folder: one <c>model.safetensors</c>, or several files with an index.</summary>
internal sealed class ModelTensors : IDisposable
{
    private const string Single = "model.safetensors", Index = "model.safetensors.index.json";

    private readonly Dictionary<string, MappedTensors> _files = new(StringComparer.Ordinal);
    private readonly Dictionary<string, MappedTensors> _tensors = new(StringComparer.Ordinal);

    /// <summary>Opens the files of a folder.</summary>
    /// <exception cref="InvalidDataException">There are none, one is missing or damaged, or the index says something else than
    /// the files do.</exception>
    public ModelTensors(string folder)
    {
        Folder = folder;
        string single = Path.Combine(folder, Single), index = Path.Combine(folder, Index);
        Source = File.Exists(single) ? single : index;
        try
        {
            if (Source == single) Take(Single);
            else if (File.Exists(index)) TakeIndexed(index);
            else throw new InvalidDataException($"{folder}: there is neither {Single} nor {Index}{Instead(folder)}.");
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The folder.</summary>
    public string Folder { get; }

    /// <summary>The file that says which tensors there are.</summary>
    public string Source { get; }

    /// <summary>The names of the files that hold them.</summary>
    public IReadOnlyCollection<string> Files => _files.Keys;

    /// <summary>The names of all tensors.</summary>
    public IReadOnlyCollection<string> Names => _tensors.Keys;

    /// <summary>Whether there is a tensor of that name.</summary>
    public bool Has(string name) => _tensors.ContainsKey(name);

    /// <summary>The file that holds a tensor.</summary>
    public MappedTensors FileOf(string name) => _tensors[name];

    /// <summary>
    /// The name under which a tensor is stored: its own, or the one the files' metadata say it shares numbers with.
    /// </summary>
    /// <returns>Null where it is not stored.</returns>
    public string? Stored(string name)
    {
        if (Has(name)) return name;
        foreach (var file in _files.Values)
            if (file.Metadata.TryGetValue(name, out string? other) && Has(other)) return other;
        return null;
    }

    public void Dispose()
    {
        foreach (var file in _files.Values) file.Dispose();
    }

    private MappedTensors Take(string name)
    {
        var file = new MappedTensors(Path.Combine(Folder, name));
        _files.Add(name, file);
        foreach (string tensor in file.Names)
            if (!_tensors.TryAdd(tensor, file))
                throw new InvalidDataException($"{file.Path}: tensor '{Excerpt.Of(tensor)}' is also in {_tensors[tensor].Path}.");
        return file;
    }

    private void TakeIndexed(string index)
    {
        var map = ModelConfig.Read(index).Inner("weight_map") ?? throw new InvalidDataException($"{index}: weight_map is missing.");
        foreach (string tensor in map.Names)
        {
            string name = map.Word(tensor);
            if (!_files.TryGetValue(name, out var file))
            {
                string path = Path.Combine(Folder, name);
                if (Path.GetFileName(name) != name)
                    throw new InvalidDataException($"{index}: {Excerpt.Of(name)} is not the name of a file in this folder.");
                if (!File.Exists(path))
                    throw new InvalidDataException($"{index}: tensor '{Excerpt.Of(tensor)}' is in {Excerpt.Of(name)}, which is not there.");
                file = Take(name);
            }
            if (!_tensors.TryGetValue(tensor, out var holder) || holder != file)
                throw new InvalidDataException($"{index}: tensor '{Excerpt.Of(tensor)}' is not in {Excerpt.Of(name)}.");
        }
    }

    private static string Instead(string folder)
    {
        string? other = Directory.EnumerateFiles(folder).Select(static path =>
            Path.GetFileName(path)).Order(StringComparer.Ordinal)
            .FirstOrDefault(static name => name.EndsWith(".bin", StringComparison.Ordinal)
                || name.EndsWith(".gguf", StringComparison.Ordinal)
                || name.EndsWith(".pt", StringComparison.Ordinal) || name.EndsWith(".safetensors", StringComparison.Ordinal));
        if (other is null) return "";
        return other == "adapter_model.safetensors" ? "; adapter_model.safetensors is an adapter: merge it into its model first"
            : other.EndsWith(".safetensors", StringComparison.Ordinal) ? $"; {other} alone does not say what it is part of"
            : $"; {other} is not read here: save the model as safetensors";
    }
}
