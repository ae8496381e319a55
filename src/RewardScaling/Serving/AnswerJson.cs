using System.Globalization;
using System.Text.Json;

namespace RewardScaling.Serving;

/// <summary>Reads members of answers; what is not there or of another kind is a <see cref="WrongAnswerException"/>.</summary>
internal static class AnswerJson
{
    // JSON has no infinity: vLLM writes -9999 for it, llama-server its smallest number.
    public const double LeastLogProb = -9999;

    /// <summary>A list.</summary>
    public static JsonElement List(this JsonElement answer, string name) =>
        Member(answer, name) is { ValueKind: JsonValueKind.Array } list ? list : throw Wrong($"gave no list '{name}'");

    /// <summary>A list of as many entries as were asked for.</summary>
    public static JsonElement List(this JsonElement answer, string name, int count)
    {
        JsonElement list = answer.List(name);
        return list.GetArrayLength() == count ? list
            : throw Wrong($"gave {list.GetArrayLength()} entries in '{name}' where {count} were asked for");
    }

    /// <summary>A text.</summary>
    public static string Text(this JsonElement answer, string name) => answer.TextOrNull(name) ?? throw Wrong($"gave no text '{name}'");

    /// <summary>A text, or null.</summary>
    public static string? TextOrNull(this JsonElement answer, string name)
    {
        if (Member(answer, name) is not { ValueKind: JsonValueKind.String } text) return null;
        try
        {
            return text.GetString();
        }
        catch (InvalidOperationException fault)
        {
            throw new WrongAnswerException($"gave a text '{name}' that holds half of a surrogate pair", fault);
        }
    }

    /// <summary>A whole number.</summary>
    public static int Whole(this JsonElement value, string name) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number) ? number : throw Wrong($"gave {Short(value)} for '{name}', which is no whole number");

    /// <summary>A number, finite.</summary>
    public static double Number(this JsonElement value, string name) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number) && double.IsFinite(number) ? number
            : throw Wrong($"gave {Short(value)} for '{name}', which is no finite number");

    /// <summary>A member, or null if it is not there or null.</summary>
    public static JsonElement? Member(this JsonElement answer, string name) =>
        answer.ValueKind == JsonValueKind.Object && answer.TryGetProperty(name, out JsonElement member)
            && member.ValueKind != JsonValueKind.Null ? member : null;

    /// <summary>Entries in the order of their index, each of which must be there once.</summary>
    public static JsonElement[] ByIndex(this JsonElement list, string name)
    {
        var entries = new JsonElement[list.GetArrayLength()];
        var seen = new bool[entries.Length];
        foreach (JsonElement entry in list.EnumerateArray())
        {
            int index = (Member(entry, "index") ?? throw Wrong($"gave an entry of '{name}' without 'index'")).Whole("index");
            if ((uint)index >= (uint)entries.Length) throw Wrong($"gave index {index} in '{name}', where {entries.Length} were asked for");
            if (seen[index]) throw Wrong($"gave index {index} in '{name}' twice");
            (entries[index], seen[index]) = (entry, true);
        }
        return entries;
    }

    /// <summary>The member 'logprob'. JSON has no infinity; servers write their smallest number.</summary>
    public static float LogProb(this JsonElement entry, int place) =>
        (Member(entry, "logprob") ?? throw Wrong($"gave no log-probability at place {place}")).AsLogProb(place);

    /// <summary>A log-probability: at most 0, -infinity where the server writes what stands for it.</summary>
    public static float AsLogProb(this JsonElement value, int place)
    {
        double logProb = value.Number("log-probability");
        return logProb > 1e-3 ? throw Wrong($"gave the log-probability {logProb} at place {place}; it is never above 0")
            : logProb <= LeastLogProb ? float.NegativeInfinity : (float)Math.Min(logProb, 0);
    }

    /// <summary>A fault that reads on from "The server .. ".</summary>
    public static WrongAnswerException Wrong(FormattableString what) => new(what.ToString(CultureInfo.InvariantCulture));

    private static string Short(JsonElement value)
    {
        string text = value.GetRawText();
        return text.Length > 60 ? text[..60] + ".." : text;
    }
}
