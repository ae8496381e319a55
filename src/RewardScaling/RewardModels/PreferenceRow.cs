using System.Text.Json;
using RewardScaling.Numerics;
using RewardScaling.Runs.Formats;

namespace RewardScaling.RewardModels;

/// <summary>What a row may be besides a pair.</summary>
internal enum PreferenceVerdict
{
    /// <summary>A pair, one preferred.</summary>
    Pair,

    /// <summary>A pair that nobody preferred.</summary>
    Tie,

    /// <summary>The two responses are the same text.</summary>
    Same,

    /// <summary>A text is empty.</summary>
    Empty,
}

/// <summary>Makes pairs of a row of a file, whatever its shape. What a row is not is a <see cref="FormatException"/> in words.</summary>
internal sealed class PreferenceRow(PreferenceFileOptions options)
{
    /// <summary>What was assumed, a sentence each.</summary>
    public SortedSet<string> Notes { get; } = new(StringComparer.Ordinal);

    /// <summary>The pairs of a row.</summary>
    public IEnumerable<(PreferenceVerdict Verdict, Preference Preference, string Why)> Read(JsonElement row)
    {
        foreach (var (chosen, rejected) in PreferenceNames.Pairs)
            if (PreferenceNames.Has(row, chosen, rejected)) return [Chosen(row, chosen, rejected)];
        foreach (var (chosen, rejected) in PreferenceNames.Pairs[..1])
            if (row.TryGetProperty(chosen, out _) || row.TryGetProperty(rejected, out _))
                throw new FormatException($"the field \"{(row.TryGetProperty(chosen, out _) ? rejected : chosen)}\" is missing");
        foreach (var (first, second, labels) in PreferenceNames.Numbered)
            if (PreferenceNames.Has(row, first, second)) return [Numbered(row, first, second, labels)];
        if (PreferenceNames.Find(row, PreferenceNames.Responses) is { } responses
            && row.GetProperty(responses).ValueKind == JsonValueKind.Array)
            return Ranked(row, responses);
        throw new FormatException(WhatElse(row));
    }

    private (PreferenceVerdict, Preference, string) Chosen(JsonElement row, string chosen, string rejected)
    {
        double strength = Strength(row), margin = 0;
        if (strength < 0) throw new FormatException(FormattableString.Invariant($"the strength {strength} is negative, so the rejected response would be the better one; a strength beside \"{chosen}\" is at least 0"));
        foreach (var (better, worse) in PreferenceNames.PairScores)
        {
            if (Number(row, better) is not { } high || Number(row, worse) is not { } low) continue;
            if (high == low) strength = 0;
            if (high < low) Notes.Add($"Some pairs have a lower \"{better}\" than \"{worse}\"; the labels count, and such a pair has no margin.");
            else if (!options.Margins) Notes.Add($"\"{better}\" and \"{worse}\" are not used; PreferenceFileOptions.Margins makes margins of them.");
            margin = Math.Max(0, high - low);
            break;
        }
        if (margin == 0 && strength > 0 && double.IsFinite(strength)) margin = strength;
        return Pair(row, chosen, rejected, strength == 0, options.Margins ? margin : 0);
    }

    private (PreferenceVerdict, Preference, string) Numbered(JsonElement row, string first, string second, string[] labels)
    {
        string label = PreferenceNames.Find(row, labels) ?? throw new FormatException(
            $"there are two responses (\"{first}\" and \"{second}\") and nothing says which is better; label them in a field \"{labels[0]}\"");
        JsonElement value = row.GetProperty(label);
        string text = value.ValueKind == JsonValueKind.String ? value.GetString()!.Trim() : value.GetRawText();
        double margin = 0;
        int better;
        if (label is "overall_preference" or "preference_strength" && RunText.TryNumber(text, out double signed) && double.IsFinite(signed))
        {
            // HelpSteer: negative for the first, positive for the second.
            Notes.Add($"\"{label}\" below 0 means that \"{first}\" is better, above 0 \"{second}\".");
            (better, margin) = (signed < 0 ? 0 : signed > 0 ? 1 : -1, Math.Abs(signed));
        }
        else better = Index(text, first, second, label);
        return better < 0 ? Pair(row, first, second, true, 0)
            : Pair(row, better == 0 ? first : second, better == 0 ? second : first, false, options.Margins ? margin : 0);
    }

    // The name itself, what it ends with, or the name of a model.
    private static int Index(string text, string first, string second, string label)
    {
        string low = text.ToLowerInvariant(), one = first.Split('_')[^1].TrimStart("response".ToCharArray()),
            two = second.Split('_')[^1].TrimStart("response".ToCharArray());
        if (low is "tie" or "draw" or "both" or "equal" or "neither") return -1;
        if (low == first || low == one || low == $"model_{one}" || low == $"response_{one}" || low == $"response {one}") return 0;
        if (low == second || low == two || low == $"model_{two}" || low == $"response_{two}" || low == $"response {two}") return 1;
        // 1.0 for 1, as pandas writes a column that has gaps.
        if (RunText.TryNumber(text, out double number) && int.TryParse(one, out int a) && int.TryParse(two, out int b))
        {
            if (number == a) return 0;
            if (number == b) return 1;
        }
        throw new FormatException($"\"{label}\" is '{Excerpt.Of(text)}', which is neither \"{first}\" ({one}) nor \"{second}\" ({two}) nor \"tie\"");
    }

    private List<(PreferenceVerdict, Preference, string)> Ranked(JsonElement row, string responses)
    {
        if (PreferenceNames.Find(row, PreferenceNames.Labels) is { } steps
            && row.GetProperty(steps).ValueKind == JsonValueKind.Array)
            throw new FormatException("there is a label for each step, as for process reward models; comparisons need whole responses of which one is preferred");
        string? ranks = PreferenceNames.Find(row, PreferenceNames.Ranks),
            scores = PreferenceNames.Find(row, PreferenceNames.Scores);
        string field = ranks ?? scores ?? throw new FormatException($"\"{responses}\" has several responses and nothing says which is better; add \"scores\" or \"ranks\"");
        if (ranks is not null && options.Ranks == RankOrder.Unknown)
            throw new FormatException($"\"{ranks}\" ranks the responses, and nothing says whether 1 is the best or the worst; set PreferenceFileOptions.Ranks");
        if (ranks is null) Notes.Add($"Of two responses the one with the higher \"{scores}\" is taken for the better one.");
        JsonElement[] texts = [.. row.GetProperty(responses).EnumerateArray()],
            values = row.GetProperty(field).ValueKind == JsonValueKind.Array
            ? [.. row.GetProperty(field).EnumerateArray()] : [];
        if (texts.Length != values.Length) throw new FormatException(FormattableString.Invariant($"\"{responses}\" has {texts.Length} entries and \"{field}\" {values.Length}"));
        double[] numbers = [.. values.Select((value, i) => value.ValueKind == JsonValueKind.Number ? value.GetDouble()
            : throw new FormatException(FormattableString.Invariant($"entry {i + 1} of \"{field}\" is no number")))];
        if (ranks is not null && options.Ranks == RankOrder.LowerIsBetter) numbers =
            Array.ConvertAll(numbers, static number => -number);
        string prompt = Prompt(row);
        var pairs = new List<(PreferenceVerdict, Preference, string)>();
        for (int i = 0; i < texts.Length; i++)
            for (int j = i + 1; j < texts.Length; j++)
            {
                (int better, int worse) = numbers[i] >= numbers[j] ? (i, j) : (j, i);
                pairs.Add(Judge(prompt, Text(texts[better], responses), Text(texts[worse], responses), numbers[i] == numbers[j],
                    options.Margins && ranks is null ? Math.Abs(numbers[i] - numbers[j]) : 0));
            }
        return pairs;
    }

    private (PreferenceVerdict, Preference, string) Pair(JsonElement row, string chosen, string rejected, bool tie, double margin)
    {
        JsonElement better = row.GetProperty(chosen), worse = row.GetProperty(rejected);
        List<ChatMessage>? one = Messages(better, chosen), two = Messages(worse, rejected);
        if (one is not null && two is not null)
        {
            int common = Conversation.Common(one, two);
            if (common == one.Count || common == two.Count) common = Math.Max(0, Math.Min(one.Count, two.Count) - 1);
            string prompt = common > 0 ? options.Format(one[..common]) : Prompt(row);
            return Judge(prompt, Response(one[common..]), Response(two[common..]), tie, margin);
        }
        string first = Text(better, chosen), second = Text(worse, rejected);
        if (PreferenceNames.Find(row, PreferenceNames.Prompt) is null)
            return Conversation.TrySplit(first, second, out string before, out string good, out string bad)
                ? Judge(before, good, bad, tie, margin)
                : throw new FormatException("the field \"prompt\" is missing, and the responses are no transcripts (\"Human: .. Assistant: ..\") that begin alike");
        string asked = Prompt(row);
        if (asked.Length > 0 && first.Length > asked.Length && second.Length > asked.Length
            && first.StartsWith(asked, StringComparison.Ordinal) && second.StartsWith(asked, StringComparison.Ordinal))
        {
            Notes.Add("Responses that begin with their prompt are cut there.");
            (first, second) = (first[asked.Length..].Trim(), second[asked.Length..].Trim());
        }
        return Judge(asked, first, second, tie, margin);
    }

    private static (PreferenceVerdict, Preference, string) Judge(string prompt, string chosen, string rejected, bool tie,
        double margin)
    {
        var pair = new Preference(prompt, chosen, rejected) { Margin = tie ? 0 : margin, Probability = tie ? 0.5 : 1 };
        foreach (var (name, text) in (ReadOnlySpan<(string, string)>)[("prompt", prompt), ("chosen", chosen), ("rejected", rejected)])
            if (text.Length == 0) return (PreferenceVerdict.Empty, pair, $"the field \"{name}\" is empty");
        return chosen == rejected ? (PreferenceVerdict.Same, pair, "chosen and rejected are the same text; such a line teaches nothing, remove it")
            : (tie ? PreferenceVerdict.Tie : PreferenceVerdict.Pair, pair, "");
    }

    private string Prompt(JsonElement row)
    {
        string name = PreferenceNames.Find(row, PreferenceNames.Prompt) ?? throw new FormatException("the field \"prompt\" is missing");
        JsonElement value = row.GetProperty(name);
        string text = Messages(value, name) is { } messages ? options.Format(messages) : Text(value, name);
        // Alpaca's instruction has its matter in a field of its own.
        return name == "instruction" && row.TryGetProperty("input", out JsonElement input)
            && input.ValueKind == JsonValueKind.String && input.GetString() is { Length: > 0 } matter
            ? $"{text}\n\n{matter}" : text;
    }

    private string Response(List<ChatMessage> messages) => messages.Count == 0 ? "" : options.Format(messages);

    private static List<ChatMessage>? Messages(JsonElement value, string name)
    {
        try
        {
            return Conversation.Messages(value);
        }
        catch (FormatException fault)
        {
            throw new FormatException($"the field \"{name}\": {Excerpt.Of(fault)}", fault);
        }
    }

    private static string Text(JsonElement value, string name) => value.ValueKind == JsonValueKind.String ? value.GetString()!
        : Messages(value, name) is [var only] ? only.Content
        : throw new FormatException($"the field \"{name}\" is {Describe(value)}; it must be a string or a list of messages");

    // A strength is not said by most files: infinite.
    private static double Strength(JsonElement row) =>
        PreferenceNames.Find(row, PreferenceNames.Strength) is { } name
            && Number(row, name) is { } strength ? strength : double.PositiveInfinity;

    private static double? Number(JsonElement row, string name)
    {
        if (!row.TryGetProperty(name, out JsonElement value)) return null;
        double number = 0;
        if (value.ValueKind == JsonValueKind.Number) number = value.GetDouble();
        else if (value.ValueKind != JsonValueKind.String || !RunText.TryNumber(value.GetString(), out number)) return null;
        return double.IsFinite(number) ? number : null;
    }

    private static string WhatElse(JsonElement row)
    {
        string names = string.Join(", ", row.EnumerateObject().Take(12).Select(static property => Excerpt.Of(property.Name)));
        bool answers = PreferenceNames.Find(row, PreferenceNames.Response) is not null
            || PreferenceNames.Find(row, ["messages", "conversations"]) is not null;
        if (answers && PreferenceNames.Find(row, PreferenceNames.Labels) is { } label)
            return $"each response stands alone with a label (\"{label}\"), as for KTO; comparisons need two responses to one prompt";
        if (answers && PreferenceNames.Find(row, PreferenceNames.Ranks) is { } rank)
            return $"each response stands on a row of its own with a \"{rank}\"; put the responses to one prompt into one row (\"responses\" and \"ranks\")";
        return answers ? "each prompt has one response, as for supervised training; comparisons need two of which one is preferred"
            : $"there is no pair of responses; it has the fields {(names.Length > 0 ? names : "none")}, and needs prompt, chosen and rejected";
    }

    private static string Describe(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array => "an array",
        JsonValueKind.Object => "an object",
        JsonValueKind.Number => "a number",
        JsonValueKind.Null => "null",
        _ => "true or false",
    };
}
