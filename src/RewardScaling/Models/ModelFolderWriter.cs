using System.Text.Json;
using RewardScaling.Numerics;

namespace RewardScaling.Models;

/// <summary>What <see cref="ModelFolder.Save"/> writes.</summary>
internal static class ModelFolderWriter
{
    private static readonly string[] s_texts =
    [
        "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "vocab.json", "merges.txt",
        "tokenizer.model", "chat_template.jinja", "generation_config.json",
    ];

    /// <summary>The weights by the names of a family.</summary>
    public static IReadOnlyList<NamedTensor> Tensors(ModelFamily family, TransformerShape shape,
        IReadOnlyList<NamedTensor> weights)
    {
        bool keepsValue = weights.Any(static tensor => IsValue(tensor.Name) && tensor.Values.ContainsAnyExcept(0f));
        var tensors = new Dictionary<string, (int[] Dimensions, float[] Values)>(StringComparer.Ordinal);
        foreach (var weight in weights)
        {
            if (IsValue(weight.Name) && !keepsValue) continue;
            int at = 0;
            foreach (var part in family.Parts(Parameter(weight), shape, family.Trunk))
            {
                int columns = Math.Max(1, part.Columns);
                var values = new float[part.Rows * columns];
                for (int row = 0; row < part.Rows; row++)
                {
                    var (first, step) = part.Place(row);
                    for (int column = 0; column < columns; column++) values[first + column * step] = weight.Values[at++];
                }
                tensors.Add(part.Tensor, (part.Dimensions, values));
            }
        }
        return [.. tensors.Select(static tensor => new NamedTensor(tensor.Key, tensor.Value.Dimensions, tensor.Value.Values))];
    }

    /// <summary>The configuration.</summary>
    /// <param name="path">The file.</param>
    /// <param name="family">The family.</param>
    /// <param name="entries">What says the shape.</param>
    /// <param name="scores">Whether it is a reward model.</param>
    /// <param name="endTokens">The tokens that end a response.</param>
    public static void WriteConfig(string path, ModelFamily family, IReadOnlyDictionary<string, object> entries, bool scores,
        IReadOnlyList<int> endTokens) =>
        AtomicFile.Write(path, stream =>
        {
            using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true });
            json.WriteStartObject();
            json.WriteStartArray("architectures");
            json.WriteStringValue(family.Architecture + (scores ? "ForSequenceClassification" : family.LanguageModel));
            json.WriteEndArray();
            json.WriteString("model_type", family.Type);
            json.WriteString("dtype", "float32");
            if (scores)
            {
                Entry(json, "id2label", new Dictionary<string, object> { ["0"] = "LABEL_0" });
                Entry(json, "label2id", new Dictionary<string, object> { ["LABEL_0"] = 0 });
            }
            foreach (var (name, value) in entries) Entry(json, name, value);
            if (endTokens is [var end]) json.WriteNumber("eos_token_id", end);
            else if (endTokens.Count > 1)
            {
                json.WriteStartArray("eos_token_id");
                foreach (int token in endTokens) json.WriteNumberValue(token);
                json.WriteEndArray();
            }
            json.WriteEndObject();
        });

    /// <summary>Copies what a model brings along besides configuration and weights, as far as it is there.</summary>
    public static void CopyTexts(string origin, string folder)
    {
        foreach (string name in s_texts)
        {
            string source = Path.Combine(origin, name), target = Path.Combine(folder, name);
            if (File.Exists(source) && Path.GetFullPath(source) != Path.GetFullPath(target))
                AtomicFile.Write(target, stream => stream.Write(File.ReadAllBytes(source)));
        }
    }

    private static bool IsValue(string name) => name.StartsWith("value_head.", StringComparison.Ordinal);

    private static NetworkParameter Parameter(NamedTensor tensor) => tensor.Shape.Length == 1
        ? new(tensor.Name, ParameterKind.Bias, 1, tensor.Shape[0]) : new(tensor.Name, ParameterKind.Matrix, tensor.Shape[0],
            tensor.Shape[1]);

    private static void Entry(Utf8JsonWriter json, string name, object value)
    {
        switch (value)
        {
            case bool flag:
                json.WriteBoolean(name, flag);
                break;
            case int number:
                json.WriteNumber(name, number);
                break;
            case double number:
                json.WriteNumber(name, number);
                break;
            case string text:
                json.WriteString(name, text);
                break;
            default:
                json.WriteStartObject(name);
                foreach (var (inner, entry) in (IReadOnlyDictionary<string, object>)value) Entry(json, inner, entry);
                json.WriteEndObject();
                break;
        }
    }
}
