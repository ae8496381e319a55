using System.Globalization;
using System.Text.Json;

namespace RewardScaling.HuggingFace;

/// <summary>Reads what a <c>tokenizer.json</c> describes; what is not supported is named.</summary>
internal static class TokenizerFile
{
    /// <summary>Reads a file.</summary>
    /// <exception cref="InvalidDataException">The file is not JSON, lacks something or asks for something that is not
    /// supported.</exception>
    public static TokenizerParts Read(Stream stream)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(stream, new() { MaxDepth = 256 });
        }
        catch (JsonException fault)
        {
            throw new InvalidDataException($"this is not JSON (line {fault.LineNumber + 1}, byte {fault.BytePositionInLine})", fault);
        }
        using (document)
        {
            if (document.RootElement.ValueKind != JsonValueKind.Object) throw new InvalidDataException("the file must hold an object");
            var root = new JsonPart(document.RootElement, "");
            var splitters = new List<TextSplitter>();
            bool byteLevel = root.PartOrNone("pre_tokenizer") is { } cuts && SplitterReader.Read(cuts, splitters);
            TokenModel model = ModelReader.Read(root.Part("model"), byteLevel);
            List<AddedToken> added = root.Has("added_tokens") ? [.. root.Parts("added_tokens").Select(part => Added(part, model))] : [];
            var (before, behind) = root.PartOrNone("post_processor") is { } template ? TemplateReader.Read(template) : ([], []);
            return new(added, root.PartOrNone("normalizer") is { } normalizer ? NormalizerReader.Read(normalizer) : null, splitters,
                model, root.PartOrNone("decoder") is { } decoder ? DecoderReader.Read(decoder) : new SpacedDecoder(), before, behind);
        }
    }

    private static AddedToken Added(JsonPart part, TokenModel model)
    {
        int id = part.Number("id");
        string content = part.Text("content");
        if (model.Vocabulary.TryGetValue(content, out int known) && known != id)
        {
            throw part.Fault("id", string.Create(CultureInfo.InvariantCulture, $"= {id} is not that of \"{content}\" in the vocabulary, {known}"));
        }
        bool special = part.Flag("special", false);
        return new(id, content, part.Flag("single_word", false), part.Flag("lstrip", false), part.Flag("rstrip", false),
            part.Flag("normalized", !special), special);
    }
}
