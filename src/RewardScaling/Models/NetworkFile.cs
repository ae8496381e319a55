using System.ComponentModel;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using RewardScaling.Numerics;

namespace RewardScaling.Models;

/// <summary>
/// Networks in safetensors files, the same for every engine: the parameters by name, the shape and the kind in the metadata.
/// For those who write an engine; to read a file, ask <see cref="IEngine.LoadPolicy"/> or <see cref="IEngine.LoadRewardModel"/>.
/// </summary>
/// <remarks>
/// <para>
/// Names: <c>embedding.token.weight</c> [vocabulary, width], <c>embedding.position.weight</c> [context, width]; in each block
/// <c>blocks.N.attention_norm</c>, <c>blocks.N.attention.query_key_value</c> [3 width, width], <c>blocks.N.attention.output</c>,
/// <c>blocks.N.feed_forward_norm</c>, <c>blocks.N.feed_forward.up</c>, <c>blocks.N.feed_forward.down</c>; then <c>norm</c>, and
/// <c>head</c> [vocabulary, width] with <c>value_head</c> [1, width], or <c>reward_head</c> [1, width]. All but the embeddings
/// have <c>.weight</c> and <c>.bias</c>; matrices are [outputs, inputs].
/// </para>
/// <para>
/// A file of training (kind <c>policy-training</c> or <c>reward-model-training</c>) also has AdamW's moments, by the same names
/// under <c>optimizer.first.</c> and <c>optimizer.second.</c>, and <c>optimizer.steps</c> in the metadata.
/// </para>
/// <para>
/// A network of other parts than the default also has its whole shape as JSON, under <c>shape</c> in the metadata, and the
/// parameters its parts have: <c>blocks.N.feed_forward.gate</c>, <c>blocks.N.attention.query_norm</c> and <c>key_norm</c>; none
/// for biases and positions it lacks, and no <c>head</c> where that is the table of embeddings.
/// </para>
/// <para>
/// A kind that begins with <c>module-</c> is a network of another build, whose parameters have names and shapes of their own.
/// </para>
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class NetworkFile
{
    /// <summary>The kind of a policy.</summary>
    public const string Policy = "policy";

    /// <summary>The kind of a reward model.</summary>
    public const string RewardModel = "reward-model";

    private const string Training = "-training", First = "optimizer.first.", Second = "optimizer.second.",
        Steps = "optimizer.steps";

    // A network from outside, whose parameters have other names and shapes.
    private const string Module = "module-";

    // All parts of a shape, where the numbers alone do not say it.
    private const string Parts = "shape";

    private const string Format = "1", Readout = "readout", ResponseMean = "response-mean", LastToken = "last-token";

    /// <summary>Writes a network, whole or not at all.</summary>
    /// <param name="path">The file; its folder exists. A file already there is replaced.</param>
    /// <param name="kind">The kind of the network.</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="parameters">Its parameters.</param>
    /// <exception cref="IOException">The file cannot be written; the message names it.</exception>
    public static void Write(string path, string kind, TransformerShape shape, IEnumerable<NamedTensor> parameters)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        SafetensorsFile.Write(path, parameters, Words(kind, shape));
    }

    /// <summary>Writes a network with its optimizer, whole or not at all.</summary>
    /// <param name="path">The file; its folder exists. A file already there is replaced.</param>
    /// <param name="kind">The kind of the network.</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="state">Parameters, moments and steps.</param>
    /// <exception cref="IOException">The file cannot be written; the message names it.</exception>
    public static void WriteTraining(string path, string kind, TransformerShape shape, TrainingState state)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var words = Words(kind + Training, shape);
        words[Steps] = state.Steps.ToString(CultureInfo.InvariantCulture);
        SafetensorsFile.Write(path, [.. state.Parameters, .. Under(First, state.First), .. Under(Second, state.Second)], words);
    }

    /// <summary>Reads a network from one of these files or from a <see cref="ModelFolder"/>.</summary>
    /// <param name="path">The file or the folder.</param>
    /// <param name="kind"><see cref="Policy"/> or <see cref="RewardModel"/>.</param>
    /// <param name="create">What makes a network of a shape and takes its values, which come in the order of
    /// <see cref="NetworkParameter.Of"/> and are read as they are taken.</param>
    /// <typeparam name="TNetwork">The network.</typeparam>
    /// <exception cref="InvalidDataException">The file or folder is damaged or holds something else.</exception>
    public static TNetwork Load<TNetwork>(string path, string kind, Func<TransformerShape, IEnumerable<NamedTensor>,
        TNetwork> create)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(create);
        IReadOnlyList<(string, int)> Heads(TransformerShape shape) =>
            kind == Policy ? NetworkParameter.PolicyHeads(shape) : NetworkParameter.RewardHeads;
        if (Directory.Exists(path))
        {
            using var folder = ModelFolder.Open(path);
            return create(folder.Shape, folder.Read(Heads(folder.Shape)));
        }
        var (file, found) = Open(path, kind);
        return create(found, Parameters(path, file,
            [.. NetworkParameter.Of(found, Heads(found)).Select(static parameter => (parameter.Name, parameter.Dimensions))]));
    }

    /// <summary>Reads a file and the shape of its network.</summary>
    /// <param name="path">The file.</param>
    /// <param name="kind">The kind it must hold.</param>
    /// <exception cref="InvalidDataException">The file is damaged or holds another kind of network.</exception>
    public static (SafetensorsFile File, TransformerShape Shape) Open(string path, string kind)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        RequireOwn(path);
        var file = SafetensorsFile.Read(path, words =>
        {
            string format = Text(words, path, "format"), found = Text(words, path, "kind");
            if (format != Format)
                throw new InvalidDataException($"{path}: format is '{Excerpt.Of(format)}'; this version reads '{Format}'.");
            if (found != kind) throw new InvalidDataException($"{path}: kind is '{Excerpt.Of(found)}'; a '{kind}' was asked for.");
        });
        int Field(string name) => (int)Number(file, path, name, int.MaxValue);
        var shape = new TransformerShape
        {
            Vocabulary = Field("vocabulary"),
            Context = Field("context"),
            Width = Field("width"),
            Layers = Field("layers"),
            Heads = Field("heads"),
            FeedForwardWidth = Field("feed_forward_width"),
            Readout = ReadoutOf(file, path),
        };
        if (kind.StartsWith(Module, StringComparison.Ordinal)) return (file, shape);
        if (file.Metadata.TryGetValue(Parts, out string? parts)) shape = PartsOf(path, parts, shape);
        // A shape that lies must not make an engine allocate: what is large must be there first.
        Require(path, file.Tensor("embedding.token.weight"), [shape.Vocabulary, shape.Width]);
        if (shape.Rotary is null) Require(path, file.Tensor("embedding.position.weight"), [shape.Context, shape.Width]);
        Require(path, file.Tensor("blocks.0.feed_forward.up.weight"), [shape.FeedForwardWidth, shape.Width]);
        if (shape.Layers > file.Names.Count)
            throw new InvalidDataException($"{path}: layers is {shape.Layers}, but the file has {file.Names.Count} tensors.");
        RequireValid(path, shape);
        return (file, shape);
    }

    /// <summary>The parameters of an open file, in the order asked for.</summary>
    /// <param name="path">The file, for messages.</param>
    /// <param name="file">What <see cref="Open"/> read.</param>
    /// <param name="parameters">Name and dimensions of every parameter of the network.</param>
    /// <exception cref="InvalidDataException">A tensor is missing, of another shape, or one too many.</exception>
    public static IReadOnlyList<NamedTensor> Parameters(
        string path, SafetensorsFile file, IReadOnlyList<(string Name, int[] Dimensions)> parameters)
    {
        RequireNoOther(path, file, parameters.Select(static parameter => parameter.Name));
        return Tensors(path, file, "", parameters);
    }

    /// <summary>Reads what <see cref="WriteTraining"/> wrote for a network that is there already.</summary>
    /// <param name="path">The file.</param>
    /// <param name="kind">The kind of the network.</param>
    /// <param name="shape">The shape of the network.</param>
    /// <param name="parameters">Name and dimensions of every parameter of the network.</param>
    /// <exception cref="InvalidDataException">The file is damaged or belongs to another network; the message names file and
    /// field.</exception>
    public static TrainingState ReadTraining(
        string path, string kind, TransformerShape shape, IReadOnlyList<(string Name, int[] Dimensions)> parameters)
    {
        var (file, found) = Open(path, kind + Training);
        foreach (var ((name, there), (_, here)) in Fields(found).Zip(Fields(shape)))
            if (there != here) throw new InvalidDataException($"{path}: {name} is {there}; this network's is {here}.");
        if (found.Readout != shape.Readout)
            throw new InvalidDataException($"{path}: {Readout} is {found.Readout}; this network's is {shape.Readout}.");
        if (Json(found) != Json(shape))
            throw new InvalidDataException($"{path}: {Parts} is {Json(found)}; this network's is {Json(shape)}.");
        RequireNoOther(path, file, parameters.SelectMany(static parameter =>
            new[] { parameter.Name, First + parameter.Name, Second + parameter.Name }));
        var state = new TrainingState(Tensors(path, file, "", parameters), Tensors(path, file, First, parameters),
            Tensors(path, file, Second, parameters), Number(file, path, Steps, long.MaxValue));
        foreach (var tensor in state.Second)
        {
            int negative = tensor.Values.IndexOfAnyInRange(float.MinValue, -float.Epsilon);
            if (negative >= 0)
            {
                throw new InvalidDataException(FormattableString.Invariant(
                    $"{path}: tensor '{tensor.Name}': value {negative} is {tensor.Values[negative]}; a mean of squares is at least 0."));
            }
        }
        return state;
    }

    // What people have at hand instead: the folder, or a file of it.
    private static void RequireOwn(string path)
    {
        if (Directory.Exists(path)) throw new InvalidDataException($"{path} is a folder; a file that this library saved is expected here.");
        string? folder = Path.GetDirectoryName(Path.GetFullPath(path));
        if (File.Exists(path) && folder is not null && File.Exists(Path.Combine(folder, "config.json"))
            && (Path.GetFileName(path) is "config.json" or "model.safetensors.index.json"
                || (Path.GetFileName(path).StartsWith("model", StringComparison.Ordinal)
                    && Path.GetExtension(path) == ".safetensors")))
            throw new InvalidDataException($"{path} is a file of a model folder: give the folder, {folder}.");
    }

    /// <summary>Faults a shape from a file that no network can have.</summary>
    internal static void RequireValid(string path, TransformerShape shape)
    {
        try
        {
            shape.Validate();
        }
        catch (ArgumentException fault)
        {
            throw new InvalidDataException($"{path}: {fault.Message}", fault);
        }
    }

    private static IEnumerable<NamedTensor> Under(string prefix, IEnumerable<NamedTensor> tensors) =>
        tensors.Select(tensor => tensor.Renamed(prefix + tensor.Name));

    private static NamedTensor[] Tensors(
        string path, SafetensorsFile file, string prefix, IEnumerable<(string Name, int[] Dimensions)> parameters) =>
        [.. parameters.Select(parameter =>
        {
            var tensor = file.Tensor(prefix + parameter.Name);
            Require(path, tensor, parameter.Dimensions);
            return tensor;
        })];

    private static void RequireNoOther(string path, SafetensorsFile file, IEnumerable<string> names)
    {
        var known = names.ToHashSet(StringComparer.Ordinal);
        if (file.Names.FirstOrDefault(name => !known.Contains(name)) is { } unknown)
            throw new InvalidDataException($"{path}: tensor '{Excerpt.Of(unknown)}' belongs to no parameter of this network.");
    }

    private static Dictionary<string, string> Words(string kind, TransformerShape shape)
    {
        var words = new Dictionary<string, string> { ["format"] = Format, ["kind"] = kind };
        foreach (var (name, value) in Fields(shape)) words[name] = value.ToString(CultureInfo.InvariantCulture);
        if (shape.Readout == RewardReadout.ResponseMean) words[Readout] = ResponseMean;
        if (!shape.IsPlain) words[Parts] = Json(shape);
        return words;
    }

    private static string Json(TransformerShape shape) => JsonSerializer.Serialize(shape,
        NetworkFileJson.Default.TransformerShape);

    private static TransformerShape PartsOf(string path, string json, TransformerShape numbers)
    {
        TransformerShape shape;
        try
        {
            shape = JsonSerializer.Deserialize(json,
                NetworkFileJson.Default.TransformerShape) ?? throw new JsonException("it says null");
        }
        catch (JsonException fault)
        {
            throw new InvalidDataException($"{path}: {Parts} in the metadata cannot be read: {Excerpt.Of(fault)}", fault);
        }
        foreach (var ((name, part), (_, number)) in Fields(shape).Zip(Fields(numbers)))
            if (part != number) throw new InvalidDataException($"{path}: {name} is {number}, but {part} in {Parts}.");
        if (shape.Readout != numbers.Readout)
            throw new InvalidDataException($"{path}: {Readout} is {numbers.Readout}, but {shape.Readout} in {Parts}.");
        return shape;
    }

    private static IEnumerable<(string Name, int Value)> Fields(TransformerShape shape) =>
    [
        ("vocabulary", shape.Vocabulary), ("context", shape.Context), ("width", shape.Width), ("layers", shape.Layers),
        ("heads", shape.Heads),
        ("feed_forward_width", shape.FeedForwardWidth),
    ];

    // Files written before there was a choice do not name it.
    private static RewardReadout ReadoutOf(SafetensorsFile file, string path) =>
        file.Metadata.GetValueOrDefault(Readout, LastToken) switch
        {
            LastToken => RewardReadout.LastToken,
            ResponseMean => RewardReadout.ResponseMean,
            var other =>
                throw new InvalidDataException($"{path}: {Readout} is '{Excerpt.Of(other)}'; it must be '{LastToken}' or '{ResponseMean}'."),
        };

    private static string Text(IReadOnlyDictionary<string, string> words, string path, string name) =>
        words.TryGetValue(name, out string? text) ? text
        : throw new InvalidDataException($"{path}: the metadata has no '{name}'; this is not a network of RewardScaling.");

    private static long Number(SafetensorsFile file, string path, string name, long most)
    {
        string text = Text(file.Metadata, path, name);
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long value) && value <= most ? value
            : throw new InvalidDataException($"{path}: {name} is '{Excerpt.Of(text)}'; it must be a whole number.");
    }

    private static void Require(string path, NamedTensor tensor, int[] dimensions)
    {
        if (tensor.Shape.SequenceEqual(dimensions)) return;
        string found = string.Join(", ", tensor.Shape.ToArray()), expected = string.Join(", ", dimensions);
        throw new InvalidDataException($"{path}: tensor '{tensor.Name}' has shape [{found}]; it must be [{expected}].");
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UseStringEnumConverter = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(TransformerShape))]
internal sealed partial class NetworkFileJson : JsonSerializerContext;
