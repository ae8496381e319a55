using System.Text.Json;

namespace RewardScaling.HuggingFace;

/// <summary>Reads post-processors as far as they matter to one text: which tokens stand before it and behind it.</summary>
internal static class TemplateReader
{
    /// <summary>The tokens before and behind a text.</summary>
    public static (int[] Before, int[] Behind) Read(JsonPart part)
    {
        switch (part.Type)
        {
            case "ByteLevel":
                return ([], []);
            case "Sequence":
                (int[] Before, int[] Behind) all = ([], []);
                foreach (JsonPart processor in part.Parts("processors"))
                {
                    var (before, behind) = Read(processor);
                    all = ([.. before, .. all.Before], [.. all.Behind, .. behind]);
                }
                return all;
            case "BertProcessing" or "RobertaProcessing":
                return ([Token(part, "cls")], [Token(part, "sep")]);
            case "TemplateProcessing":
                return Template(part);
            default:
                throw part.Unsupported("Sequence, ByteLevel, TemplateProcessing, BertProcessing and RobertaProcessing");
        }
    }

    // A pair of a text and a number.
    private static int Token(JsonPart part, string name)
    {
        JsonElement[] pair = [.. part.List(name)];
        return pair is [{ ValueKind: JsonValueKind.String }, var id] ? part.Number(id, name)
            : throw part.Fault(name, "must be a list of a text and a token");
    }

    private static (int[] Before, int[] Behind) Template(JsonPart part)
    {
        List<int> before = [], behind = [];
        bool text = false;
        JsonPart tokens = part.Part("special_tokens");
        foreach (JsonPart item in part.Parts("single"))
        {
            if (item.PartOrNone("SpecialToken") is { } special)
            {
                JsonPart token = tokens.Part(special.Text("id"));
                foreach (JsonElement id in token.List("ids")) (text ? behind : before).Add(token.Number(id, "ids"));
            }
            else if (item.Has("Sequence") && !text) text = true;
            else throw part.Fault("single", "must have the text once, and special tokens");
        }
        return text ? ([.. before], [.. behind]) : throw part.Fault("single", "must have the text once, and special tokens");
    }
}
