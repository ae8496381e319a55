using System.Globalization;
using RewardScaling.Models;

namespace RewardScaling.Cpu;

/// <summary>Networks in safetensors files: the parameters by name, the shape and the kind of network in the metadata.</summary>
/// <remarks>
/// Names: <c>embedding.token.weight</c> [vocabulary, width], <c>embedding.position.weight</c> [context, width]; in each block
/// <c>blocks.N.attention_norm</c>, <c>blocks.N.attention.query_key_value</c> [3 width, width], <c>blocks.N.attention.output</c>,
/// <c>blocks.N.feed_forward_norm</c>, <c>blocks.N.feed_forward.up</c>, <c>blocks.N.feed_forward.down</c>; then <c>norm</c>, and
/// <c>head</c> [vocabulary, width] with <c>value_head</c> [1, width], or <c>reward_head</c> [1, width]. All but the embeddings
/// have <c>.weight</c> and <c>.bias</c>; matrices are [outputs, inputs].
/// </remarks>
internal static unsafe class Checkpoint
{
    public const string Policy = "policy", RewardModel = "reward-model";

    private const string Format = "1", Readout = "readout", ResponseMean = "response-mean", LastToken = "last-token";

    /// <summary>Writes a network.</summary>
    public static void Save<TLanes>(string path, string kind, Weights<float, TLanes> weights)
        where TLanes : struct, ILanes<TLanes, float>
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var shape = weights.Layout.Shape;
        var tensors = weights.Layout.Parameters.Select(parameter =>
        {
            var values = new float[parameter.Rows * parameter.Columns];
            for (int row = 0, i = 0; row < parameter.Rows; row++)
                for (int column = 0; column < parameter.Columns; column++, i++)
                    values[i] = weights.Values[parameter.Offset(row, column)];
            return new NamedTensor(parameter.Name, Dimensions(parameter), values);
        });
        var metadata = new Dictionary<string, string> { ["format"] = Format, ["kind"] = kind };
        foreach (var (name, value) in Fields(shape)) metadata[name] = value.ToString(CultureInfo.InvariantCulture);
        if (shape.Readout == RewardReadout.ResponseMean) metadata[Readout] = ResponseMean;
        SafetensorsFile.Write(path, tensors, metadata);
    }

    /// <summary>Reads a file and the shape of its network.</summary>
    /// <exception cref="InvalidDataException">The file is damaged or holds another kind of network.</exception>
    public static (SafetensorsFile File, TransformerShape Shape) Open(string path, string kind)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var file = SafetensorsFile.Read(path);
        string format = Text(file, path, "format"), found = Text(file, path, "kind");
        if (format != Format)
            throw new InvalidDataException($"{path}: format is '{Shorten(format)}'; this version reads '{Format}'.");
        if (found != kind) throw new InvalidDataException($"{path}: kind is '{Shorten(found)}'; a '{kind}' was asked for.");
        int Field(string name) => Number(file, path, name);
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
        // A shape that lies must not make this allocate: what is large must be there first.
        Require(path, file.Tensor("embedding.token.weight"), [shape.Vocabulary, shape.Width]);
        Require(path, file.Tensor("embedding.position.weight"), [shape.Context, shape.Width]);
        Require(path, file.Tensor("blocks.0.feed_forward.up.weight"), [shape.FeedForwardWidth, shape.Width]);
        if (shape.Layers > file.Names.Count)
            throw new InvalidDataException($"{path}: layers is {shape.Layers}, but the file has {file.Names.Count} tensors.");
        try
        {
            shape.Validate();
        }
        catch (ArgumentException fault)
        {
            throw new InvalidDataException($"{path}: {fault.Message}", fault);
        }
        return (file, shape);
    }

    /// <summary>Fills a network from an open file.</summary>
    /// <exception cref="InvalidDataException">A tensor is missing, of another shape, or one too many.</exception>
    public static void Load<TLanes>(string path, SafetensorsFile file, Weights<float, TLanes> weights)
        where TLanes : struct, ILanes<TLanes, float>
    {
        foreach (var parameter in weights.Layout.Parameters)
        {
            var tensor = file.Tensor(parameter.Name);
            Require(path, tensor, Dimensions(parameter));
            var values = tensor.Values;
            for (int row = 0, i = 0; row < parameter.Rows; row++)
                for (int column = 0; column < parameter.Columns; column++, i++)
                    weights.Values[parameter.Offset(row, column)] = values[i];
        }
        var known = weights.Layout.Parameters.Select(static parameter => parameter.Name).ToHashSet(StringComparer.Ordinal);
        if (file.Names.FirstOrDefault(name => !known.Contains(name)) is { } unknown)
            throw new InvalidDataException($"{path}: tensor '{Shorten(unknown)}' belongs to no parameter of this network.");
        weights.Changed();
    }

    private static int[] Dimensions(NamedParameter parameter) =>
        parameter.IsVector ? [parameter.Columns] : [parameter.Rows, parameter.Columns];

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
            var other => throw new InvalidDataException($"{path}: {Readout} is '{Shorten(other)}'; it must be '{LastToken}' or '{ResponseMean}'."),
        };

    private static string Text(SafetensorsFile file, string path, string name) =>
        file.Metadata.TryGetValue(name, out string? text) ? text
        : throw new InvalidDataException($"{path}: the metadata has no '{name}'; this is not a network of RewardScaling.");

    private static int Number(SafetensorsFile file, string path, string name)
    {
        string text = Text(file, path, name);
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) ? value
            : throw new InvalidDataException($"{path}: {name} is '{Shorten(text)}'; it must be a whole number.");
    }

    private static void Require(string path, NamedTensor tensor, int[] dimensions)
    {
        if (tensor.Shape.SequenceEqual(dimensions)) return;
        string found = string.Join(", ", tensor.Shape.ToArray()), expected = string.Join(", ", dimensions);
        throw new InvalidDataException($"{path}: tensor '{tensor.Name}' has shape [{found}]; it must be [{expected}].");
    }

    private static string Shorten(string text) => text.Length <= 40 ? text : text[..40] + "...";
}
