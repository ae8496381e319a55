using System.Text;
using System.Text.Json;
using RewardScaling.Runs.Formats;

namespace RewardScaling.RewardModels;

/// <summary>Reads conversations: lists of role and content, ShareGPT's from and value, and transcripts of "Human:" and "Assistant:".</summary>
internal static class Conversation
{
    private const string Turn = "\n\nAssistant:", Begin = "Human:";

    /// <summary>The messages of a value: a list of them or a single one, as JSON or as a text that holds such a list; null for
    /// anything else.</summary>
    /// <exception cref="FormatException">It is a list of messages, and one of them is none.</exception>
    public static List<ChatMessage>? Messages(JsonElement value)
    {
        // OpenAI's {"messages": [..], "tools": [..]}.
        if (value.ValueKind == JsonValueKind.Object && value.TryGetProperty("messages", out JsonElement inner)) return Messages(inner);
        if (value.ValueKind == JsonValueKind.Object) return Message(value) is { } only ? [only] : null;
        if (value.ValueKind == JsonValueKind.String) return Printed(value.GetString()!);
        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() == 0
            || value[0].ValueKind != JsonValueKind.Object) return null;
        var messages = new List<ChatMessage>();
        foreach (JsonElement entry in value.EnumerateArray())
            messages.Add(Message(entry) ?? throw new FormatException(FormattableString.Invariant($"message {messages.Count + 1} of the conversation has no text (content, value)")));
        return messages;
    }

    /// <summary>How many messages two conversations have in common at their beginnings.</summary>
    public static int Common(IReadOnlyList<ChatMessage> first, IReadOnlyList<ChatMessage> second)
    {
        int common = 0;
        while (common < first.Count && common < second.Count && first[common] == second[common]) common++;
        return common;
    }

    /// <summary>
    /// Splits two transcripts where they part: the prompt ends with the last "Assistant:" that both have before they differ.
    /// </summary>
    public static bool TrySplit(string first, string second, out string prompt, out string chosen, out string rejected)
    {
        (prompt, chosen, rejected) = ("", "", "");
        if (!first.AsSpan().TrimStart().StartsWith(Begin, StringComparison.Ordinal)) return false;
        int common = first.AsSpan().CommonPrefixLength(second),
            turn = first.AsSpan(0, common).LastIndexOf(Turn, StringComparison.Ordinal);
        if (turn < 0) return false;
        turn += Turn.Length;
        (prompt, chosen, rejected) = (first[..turn].TrimStart(), first[turn..].Trim(), second[turn..].Trim());
        return true;
    }

    private static ChatMessage? Message(JsonElement entry)
    {
        if (entry.ValueKind != JsonValueKind.Object) return null;
        string role = Find(entry, PlainChat.Roles) is { ValueKind: JsonValueKind.String } named ? named.GetString()!
            : PlainChat.Assistant;
        return Find(entry, PlainChat.Contents) is { } content && Text(content) is { } text ? new(PlainChat.Role(role), text)
            : null;
    }

    // A text, or a list of parts of which only texts count: [{"type": "text", "value": ".."}].
    private static string? Text(JsonElement content)
    {
        if (content.ValueKind == JsonValueKind.String) return content.GetString();
        if (content.ValueKind != JsonValueKind.Array) return null;
        var text = new StringBuilder();
        foreach (JsonElement part in content.EnumerateArray())
        {
            if (part.ValueKind == JsonValueKind.String) text.Append(part.GetString());
            else if (part.ValueKind == JsonValueKind.Object
                && Find(part, ["text", "value"]) is { ValueKind: JsonValueKind.String } piece) text.Append(piece.GetString());
            else return null;
        }
        return text.ToString();
    }

    // "[{'role': 'user', 'content': '..'}]", as pandas writes a conversation into a CSV; JSON too.
    private static List<ChatMessage>? Printed(string text)
    {
        ReadOnlySpan<char> rest = text.AsSpan().Trim();
        if (rest.Length < 4 || rest[0] != '[' || rest[^1] != ']' || rest[1..].TrimStart() is not ['{', ..]) return null;
        var messages = new List<ChatMessage>();
        for (int at = 0; rest[at..].IndexOf('{') is >= 0 and var next;)
        {
            at += next;
            if (PythonDictionary.Read(rest, ref at, out var cells, out _) != PythonDictionary.Result.Read) return null;
            if (Cell(cells, PlainChat.Contents) is not { } content) return null;
            messages.Add(new(PlainChat.Role(Cell(cells, PlainChat.Roles) ?? PlainChat.Assistant), content));
        }
        return messages.Count > 0 ? messages : null;

        static string? Cell(List<(string Column, RunCell Cell)> cells, string[] names) =>
            cells.Where(cell => cell.Cell.Kind == RunCellKind.Text
                && names.Contains(cell.Column)).Select(static cell => cell.Cell.Text).FirstOrDefault();
    }

    private static JsonElement? Find(JsonElement entry, string[] names)
    {
        foreach (string name in names)
            if (entry.TryGetProperty(name, out JsonElement value)) return value;
        return null;
    }
}
