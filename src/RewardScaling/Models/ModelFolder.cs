using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using RewardScaling.Numerics;

namespace RewardScaling.Models;

/// <summary>
/// A folder with a language model or a reward model as transformers keeps it: <c>config.json</c>, and the weights in one
/// <c>model.safetensors</c> or several files with an index, in float32, float16 or bfloat16. docs/models.md lists the families.
/// </summary>
/// <remarks>
/// To work with one, ask <see cref="IEngine.LoadPolicy"/> or <see cref="IEngine.LoadRewardModel"/>. Weights are read where they
/// lie, so that reading takes little memory besides the network's own.
/// </remarks>
/// <example>
/// <code>
/// using ModelFolder opened = ModelFolder.Open("models/pythia-70m");
/// Console.WriteLine(opened);                           // family, shape, what heads it has
/// </code>
/// </example>
public sealed class ModelFolder : IDisposable
{
    private const string ConfigName = "config.json", ValueHead = "value_head.";

    /// <summary>Tensors that hold nothing trained: masks and frequencies that older versions stored.</summary>
    private static readonly string[] s_buffers =
        [".attn.bias", ".attn.masked_bias", ".attention.bias", ".attention.masked_bias", "rotary_emb.inv_freq"];

    private readonly ModelTensors _tensors;
    private readonly ModelFamily _family;
    private readonly string _trunk;

    private ModelFolder(string path, ModelFamily family, TransformerShape shape, IReadOnlyList<int> endTokens,
        ModelTensors tensors)
    {
        (Path, _family, Shape, EndTokens, _tensors) = (path, family, shape, endTokens, tensors);
        // A trunk that was saved alone has no prefix.
        _trunk = tensors.Names.Any(name => name.StartsWith(family.Trunk, StringComparison.Ordinal)) ? family.Trunk : "";
    }

    /// <summary>The folder.</summary>
    public string Path { get; }

    /// <summary>The family, as <c>model_type</c> says it.</summary>
    public string Family => _family.Type;

    /// <summary>The shape of the network.</summary>
    public TransformerShape Shape { get; }

    /// <summary>The tokens that end a response, by the configuration; possibly none.</summary>
    public IReadOnlyList<int> EndTokens { get; }

    /// <summary>Whether it is a language model.</summary>
    public bool HasTokenHead => Shape.TiesHead ? !HasRewardHead : _tensors.Stored(_family.TokenHead + ".weight") is not null;

    /// <summary>Whether it is a classifier of sequences, which with one label is a reward model.</summary>
    public bool HasRewardHead => _tensors.Stored(ModelFamily.RewardHead + ".weight") is not null;

    /// <summary>Opens a folder and checks its configuration; the weights are checked when they are asked for.</summary>
    /// <param name="path">The folder.</param>
    /// <exception cref="DirectoryNotFoundException">There is no such folder.</exception>
    /// <exception cref="InvalidDataException">It is a file, has no configuration or no weights, is of an unknown family, or its
    /// configuration has an entry that is not understood; the message names the file and the entry.</exception>
    public static ModelFolder Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (File.Exists(path)) throw new InvalidDataException($"{path} is a file; a model folder is a folder with {ConfigName}.");
        if (!Directory.Exists(path)) throw new DirectoryNotFoundException($"There is no folder {path}.");
        string configPath = System.IO.Path.Combine(path, ConfigName);
        if (!File.Exists(configPath))
        {
            string adapter = File.Exists(System.IO.Path.Combine(path, "adapter_config.json"))
                ? "; it holds an adapter, which has to be merged into its model first" : "";
            throw new InvalidDataException($"{path} is a folder without {ConfigName}, so it is no model folder{adapter}.");
        }
        var config = ModelConfig.Read(configPath);
        string type = config.Word("model_type");
        var family = ModelFamilies.All.FirstOrDefault(family => family.Type == type) ?? throw config.Fault("model_type",
            $"is {Excerpt.Of(type)}; known are {string.Join(", ", ModelFamilies.All.Select(static family => family.Type))}");
        config.Require(!config.Flag("is_encoder_decoder", false), "is_encoder_decoder", "is true, which is not supported");
        var shape = family.Read(config);
        config.Finish();
        NetworkFile.RequireValid(configPath, shape);
        int[] ends = [.. config.List("eos_token_id").Select(text => int.TryParse(text, NumberStyles.None,
            CultureInfo.InvariantCulture,
            out int token) ? token : throw config.Fault("eos_token_id", $"has {text}; it must be a token's number"))];
        var tensors = new ModelTensors(path);
        // A configuration that lies must not make anybody allocate.
        if (shape.Layers <= tensors.Names.Count) return new(path, family, shape, ends, tensors);
        tensors.Dispose();
        throw new InvalidDataException($"{configPath}: {shape.Layers} layers, but there are {tensors.Names.Count} tensors in all.");
    }

    /// <summary>A hash of a folder's files: configuration, weights, tokenizer, in any number of files. Two folders of the same
    /// hash are the same model.</summary>
    /// <param name="path">The folder.</param>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static string HashOf(string path)
    {
        using var folder = Open(path);
        string[] names = [ConfigName, "tokenizer.json", .. folder._tensors.Files];
        var files = FileHash.Of(path, names.Where(name => File.Exists(System.IO.Path.Combine(path, name))));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', files.Select(static file =>
            $"{file.Key} {file.Value}")))));
    }

    /// <summary>
    /// The weights of a network with some heads, one parameter after the other in the order of <see cref="NetworkParameter.Of"/>.
    /// A value head that is not stored is zero. For those who write an engine.
    /// </summary>
    /// <param name="heads"><see cref="NetworkParameter.PolicyHeads"/> or <see cref="NetworkParameter.RewardHeads"/>.</param>
    /// <returns>Tensors that are read as they are asked for; this folder must be open until then.</returns>
    /// <exception cref="InvalidDataException">A tensor is missing, of another shape, or belongs to nothing; or, while they are
    /// read, a number is not finite. The message names file and tensor.</exception>
    public IEnumerable<NamedTensor> Read(IReadOnlyList<(string Name, int Outputs)> heads)
    {
        ArgumentNullException.ThrowIfNull(heads);
        var parameters = NetworkParameter.Of(Shape, heads);
        RequireHeads(heads);
        foreach (var parameter in parameters)
            foreach (var part in Parts(parameter)) Require(part);
        RequireNoOther();
        RequireTrueTie();
        return parameters.Select(Read);
    }

    /// <summary>
    /// Writes a network as a folder that transformers loads: <c>config.json</c> and <c>model.safetensors</c> in float32. A value
    /// head that is not zero is kept as <c>value_head.weight</c> and <c>value_head.bias</c>, which transformers passes over.
    /// </summary>
    /// <param name="network">The network.</param>
    /// <param name="folder">The folder; made where there is none. Files of these names in it are replaced.</param>
    /// <param name="origin">The folder that the network was loaded from, if from one: its family is kept where it can say the
    /// network, its end tokens are written, and the files of its tokenizer and its generation settings are copied.</param>
    /// <exception cref="ArgumentException">No family has such a network.</exception>
    /// <exception cref="InvalidDataException">The origin is no model folder.</exception>
    /// <exception cref="IOException">A file cannot be written; the message names it.</exception>
    public static void Save(INetwork network, string folder, string? origin = null)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentException.ThrowIfNullOrEmpty(folder);
        var shape = network.Shape;
        if (shape.Readout != RewardReadout.LastToken)
            throw new ArgumentException($"The network's readout is {shape.Readout}; classifiers of transformers read the last token.", nameof(network));
        using var from = origin is null ? null : Open(origin);
        var (family, entries) = ModelFamilies.All.Select(family => (Family: family, Entries: family.Write(shape)))
            .Where(static choice => choice.Entries is not null)
            .OrderByDescending(choice => choice.Family.Type == from?.Family)
            .FirstOrDefault();
        if (entries is null)
        {
            string why = shape.Biases.Head ? " Its head has a bias, as those made by this library have; no family's has."
                : " No family combines its parts.";
            throw new ArgumentException($"The network cannot be said by a config.json of {string.Join(", ", ModelFamilies.All.Select(static family => family.Type))}.{why}",
                nameof(network));
        }
        var weights = network.Weights();
        bool scores = weights.Any(static tensor => tensor.Name == "reward_head.weight");
        Directory.CreateDirectory(folder);
        SafetensorsFile.Write(System.IO.Path.Combine(folder, "model.safetensors"),
            ModelFolderWriter.Tensors(family, shape, weights),
            new Dictionary<string, string> { ["format"] = "pt" });
        ModelFolderWriter.WriteConfig(System.IO.Path.Combine(folder, ConfigName), family, entries, scores, from?.EndTokens ?? []);
        if (origin is not null) ModelFolderWriter.CopyTexts(origin, folder);
    }

    /// <inheritdoc/>
    public void Dispose() => _tensors.Dispose();

    /// <summary>The family and the folder.</summary>
    public override string ToString() => $"{Family} in {Path}";

    private string Table => _trunk + _family.Tensors["embedding.token"][0] + ".weight";

    private string TokenHead => _family.TokenHead + ".weight";

    private IReadOnlyList<TensorPart> Parts(NetworkParameter parameter) => _family.Parts(parameter, Shape, _trunk);

    private static bool IsOptional(string tensor) => tensor.StartsWith(ValueHead, StringComparison.Ordinal);

    // Of a tied pair one is enough, whichever was kept.
    private string? Stored(string tensor) => _tensors.Stored(tensor)
        ?? (Shape.TiesHead && tensor == Table ? _tensors.Stored(TokenHead) : null);

    private NamedTensor Read(NetworkParameter parameter)
    {
        var values = new float[(long)parameter.Rows * parameter.Columns];
        int at = 0;
        foreach (var part in Parts(parameter))
        {
            int columns = Math.Max(1, part.Columns);
            if (Stored(part.Tensor) is { } name)
            {
                var file = _tensors.FileOf(name);
                for (int row = 0; row < part.Rows; row++)
                {
                    var (first, step) = part.Place(row);
                    file.Read(name, first, step, values.AsSpan(at + row * columns, columns));
                }
            }
            at += part.Rows * columns;
        }
        return new(parameter.Name, parameter.Dimensions, values);
    }

    private void RequireHeads(IReadOnlyList<(string Name, int Outputs)> heads)
    {
        bool scores = heads.Any(static head => head.Name == "reward_head");
        if (scores && !HasRewardHead)
            throw new InvalidDataException($"{Path} holds a language model without {ModelFamily.RewardHead}.weight: load it as a policy, and make a reward model of that.");
        if (!scores && !HasTokenHead)
        {
            throw new InvalidDataException(HasRewardHead
                ? $"{Path} holds a classifier of sequences without {TokenHead}: load it as a reward model."
                : $"{_tensors.Source}: tensor '{TokenHead}' is missing, and tie_word_embeddings is false.");
        }
        if (scores && Dimensions(ModelFamily.RewardHead + ".weight") is [var labels, _] && labels != 1)
            throw new InvalidDataException($"{_tensors.FileOf(ModelFamily.RewardHead + ".weight").Path}: {ModelFamily.RewardHead}.weight has {labels} labels; a reward model has one.");
    }

    private int[] Dimensions(string stored) => _tensors.FileOf(stored).Shape(stored);

    private void Require(TensorPart part)
    {
        if (Stored(part.Tensor) is not { } name)
        {
            if (IsOptional(part.Tensor)) return;
            throw new InvalidDataException($"{_tensors.Source}: tensor '{part.Tensor}' is missing.");
        }
        if (Dimensions(name).AsSpan().SequenceEqual(part.Dimensions)) return;
        throw new InvalidDataException(
            $"{_tensors.FileOf(name).Path}: tensor '{name}' has shape [{string.Join(", ", Dimensions(name))}]; by {ConfigName} it must be [{string.Join(", ", part.Dimensions)}].");
    }

    private void RequireNoOther()
    {
        var known = NetworkParameter.Of(Shape, [.. NetworkParameter.PolicyHeads(Shape), .. NetworkParameter.RewardHeads])
            .SelectMany(Parts).Select(static part => part.Tensor).Append(TokenHead).ToHashSet(StringComparer.Ordinal);
        string? other = _tensors.Names.FirstOrDefault(name => !known.Contains(name)
            && !s_buffers.Any(buffer => name.EndsWith(buffer, StringComparison.Ordinal)));
        if (other is not null)
            throw new InvalidDataException($"{_tensors.FileOf(other).Path}: tensor '{Excerpt.Of(other)}' belongs to nothing in a {Family} of this {ConfigName}.");
    }

    // Both of a tied pair may be stored; then they must be one.
    private void RequireTrueTie()
    {
        if (!Shape.TiesHead || !_tensors.Has(Table) || !_tensors.Has(TokenHead)) return;
        MappedTensors table = _tensors.FileOf(Table), head = _tensors.FileOf(TokenHead);
        float[] a = new float[Shape.Width], b = new float[Shape.Width];
        for (int token = 0; token < Shape.Vocabulary; token++)
        {
            table.Read(Table, (long)token * Shape.Width, 1, a);
            head.Read(TokenHead, (long)token * Shape.Width, 1, b);
            if (!a.AsSpan().SequenceEqual(b))
                throw new InvalidDataException($"{head.Path}: tensor '{TokenHead}' differs from '{Table}' in row {token}, but tie_word_embeddings says they are one.");
        }
    }
}
