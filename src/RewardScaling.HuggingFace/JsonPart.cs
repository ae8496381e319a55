using System.Text.Json;

namespace RewardScaling.HuggingFace;

/// <summary>One object of a tokenizer file with the way to it, so that every fault can name the place.</summary>
/// <param name="Element">The object.</param>
/// <param name="Path">Where it stands: "normalizer.normalizers[1]".</param>
internal readonly record struct JsonPart(JsonElement Element, string Path)
{
    /// <summary>The type of the part.</summary>
    public string Type => Text("type");

    /// <summary>A member that must be a text.</summary>
    public string Text(string name) => Member(name) is { ValueKind: JsonValueKind.String } text ? Read(text, name)
        : throw Fault(name, "must be a text");

    /// <summary>A member that may be a text; null or empty are none.</summary>
    public string? TextOrNone(string name) => !Has(name) || Text(name).Length == 0 ? null : Text(name);

    /// <summary>A member that may be true or false.</summary>
    public bool Flag(string name, bool otherwise) => !Has(name) ? otherwise : Member(name).ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Fault(name, "must be true or false"),
    };

    /// <summary>A member that must be a whole number of at least 0.</summary>
    public int Number(string name) => Number(Member(name), name);

    /// <summary>The same of a member that is at hand: looking it up again takes as long as there are members before it.</summary>
    public int Number(JsonElement member, string name) =>
        member.ValueKind == JsonValueKind.Number && member.TryGetInt32(out int value) && value >= 0 ? value
            : throw Fault(name, "must be a whole number of at least 0");

    /// <summary>A member that must be an object.</summary>
    public JsonPart Part(string name) => Member(name) is { ValueKind: JsonValueKind.Object } part ? new(part, Place(name))
        : throw Fault(name, "must be an object");

    /// <summary>A member that may be an object; null is none.</summary>
    public JsonPart? PartOrNone(string name) => Has(name) ? Part(name) : null;

    /// <summary>A member that must be a list of objects.</summary>
    public IEnumerable<JsonPart> Parts(string name)
    {
        int index = 0;
        foreach (JsonElement item in List(name))
        {
            string path = $"{Place(name)}[{index++}]";
            yield return item.ValueKind == JsonValueKind.Object ? new(item, path) : throw new InvalidDataException($"{path} must be an object");
        }
    }

    /// <summary>A member that must be a list.</summary>
    public JsonElement.ArrayEnumerator List(string name) =>
        Member(name) is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray() : throw Fault(name, "must be a list");

    /// <summary>Whether there is such a member and it is not null.</summary>
    public bool Has(string name) =>
        Element.TryGetProperty(name, out JsonElement member) && member.ValueKind != JsonValueKind.Null;

    /// <summary>A fault in a member.</summary>
    public InvalidDataException Fault(string name, string what) => new($"{Place(name)} {what}");

    /// <summary>A fault: a type that is not supported.</summary>
    public InvalidDataException Unsupported(string supported) =>
        new($"{Place("type")} is {Type}, which is not supported; supported are {supported}");

    /// <summary>The text of an element; half a surrogate pair in it is a fault.</summary>
    public string Read(JsonElement element, string name)
    {
        try
        {
            return element.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw Fault(name, "holds half of a surrogate pair, which is not text");
        }
    }

    private JsonElement Member(string name) =>
        Element.TryGetProperty(name, out JsonElement member) ? member : throw Fault(name, "is missing");

    private string Place(string name) => Path.Length == 0 ? name : $"{Path}.{name}";
}
