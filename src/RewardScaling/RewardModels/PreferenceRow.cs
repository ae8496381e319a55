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
    private readonly Dictionary<string, List<(string Response, double Number)>> _alone = new(StringComparer.Ordinal);
    private bool _aloneAreRanks, _isArena;

    /// <summary>What was assumed, a sentence each.</summary>
    public SortedSet<string> Notes { get; } = new(StringComparer.Ordinal);

    /// <summary>The pairs of a row.</summary>
    public IEnumerable<(PreferenceVerdict Verdict, Preference Preference, string Why)> Read(JsonElement row)
    {
        _isArena = row.TryGetProperty("winner_model_a", out _);
        foreach (var (chosen, rejected) in PreferenceNames.Pairs)
            if (PreferenceNames.Has(row, chosen, rejected)) return [Chosen(row, chosen, rejected)];
        if (PreferenceNames.Find(row, PreferenceNames.Best) is { } best
            && PreferenceNames.Find(row, PreferenceNames.Losers) is { } losers
            && row.GetProperty(losers).ValueKind == JsonValueKind.Array)
            return [.. row.GetProperty(losers).EnumerateArray().Select(loser => Judge(Prompt(row),
                Text(row.GetProperty(best), best),
                Text(loser, losers), false, 0))];
        foreach (var (chosen, rejected) in PreferenceNames.Pairs[..1])
            if (row.TryGetProperty(chosen, out _) || row.TryGetProperty(rejected, out _))
                throw new FormatException($"the field \"{(row.TryGetProperty(chosen, out _) ? rejected : chosen)}\" is missing");
        foreach (var (first, second, labels) in PreferenceNames.Numbered)
            if (PreferenceNames.Has(row, first, second)) return [Numbered(row, first, second, labels)];
        if (PreferenceNames.Find(row, PreferenceNames.Responses) is { } responses
            && row.GetProperty(responses).ValueKind == JsonValueKind.Array)
            return Ranked(row, responses);
        return TakeAlone(row) ? [] : throw new FormatException(WhatElse(row));
    }

    /// <summary>Whether responses stood on rows of their own.</summary>
    public bool HasAlone => _alone.Count > 0;

    /// <summary>The pairs of responses that stood on rows of their own, once all rows were read.</summary>
    public IEnumerable<(PreferenceVerdict Verdict, Preference Preference, string Why)> Rest() =>
        _alone.SelectMany(prompt => Compared(prompt.Key, [.. prompt.Value.Select(static one => one.Response)],
            [.. prompt.Value.Select(static one => one.Number)], options.Margins && !_aloneAreRanks));

    // A response with its rank or its score on a row of its own, to be compared with others to its prompt.
    private bool TakeAlone(JsonElement row)
    {
        if (PreferenceNames.Find(row, PreferenceNames.Response) is not { } response
            || PreferenceNames.Find(row, PreferenceNames.Prompt) is null) return false;
        string? rank = PreferenceNames.Find(row, PreferenceNames.Ranks), field = rank
            ?? PreferenceNames.Find(row, PreferenceNames.InnerScores);
        if (field is null || Number(row, field) is not { } number) return false;
        if (rank is not null && options.Ranks == RankOrder.Unknown) throw UnknownRanks(rank);
        Notes.Add(rank is null ? $"Responses on rows of their own are compared by prompt; the one with the higher \"{field}\" is taken for the better one."
            : "Responses on rows of their own are compared by prompt and rank.");
        _aloneAreRanks = rank is not null;
        string prompt = Prompt(row);
        if (!_alone.TryGetValue(prompt, out var others)) _alone.Add(prompt, others = []);
        others.Add((Text(row.GetProperty(response), response), rank is not null && options.Ranks == RankOrder.LowerIsBetter
            ? -number : number));
        return true;
    }

    private static FormatException UnknownRanks(string field) => new($"\"{field}\" ranks the responses, and nothing says whether 1 is the best or the worst; set PreferenceFileOptions.Ranks");

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
        if (PreferenceNames.Find(row, labels) is null)
        {
            foreach (var (one, other) in PreferenceNames.NumberedScores)
                if (Number(row, one) is { } high && Number(row, other) is { } low)
                    return Pair(row, high >= low ? first : second, high >= low ? second : first, high == low, options.Margins
                        ? Math.Abs(high - low) : 0);
            foreach (string marker in (ReadOnlySpan<string>)["winner_model_", "winner_"])
                if (Number(row, marker + first[^1]) is { } won && Number(row, marker + second[^1]) is { } lost)
                    return Pair(row, won >= lost ? first : second, won >= lost ? second : first, won == lost, 0);
            if (Array.Find(labels, name => row.TryGetProperty(name, out _)) is { } empty)
                return (PreferenceVerdict.Empty, new("", "", ""), $"nobody said which response is better (\"{empty}\" is null)");
        }
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
    private int Index(string text, string first, string second, string label)
    {
        string low = text.ToLowerInvariant(), one = first.Split('_')[^1].TrimStart("response".ToCharArray()),
            two = second.Split('_')[^1].TrimStart("response".ToCharArray());
        if (low is "tie" or "draw" or "both" or "equal" or "neither" or "tie (bothbad)" or "both_bad" or "bothbad") return -1;
        // Stanford's SHP: 1 where the first is preferred, 0 where the second.
        if (label == "labels" && first == "human_ref_A") return text == "1" ? 0 : text == "0" ? 1
            : throw new FormatException($"\"labels\" is '{text}', which is neither 1 (A) nor 0 (B)");
        if (low == first || low == one || low == $"model_{one}" || low == $"response_{one}" || low == $"response {one}") return 0;
        if (low == second || low == two || low == $"model_{two}" || low == $"response_{two}" || low == $"response {two}") return 1;
        // 1.0 for 1, as pandas writes a column that has gaps.
        if (RunText.TryNumber(text, out double number) && int.TryParse(one, out int a) && int.TryParse(two, out int b))
        {
            if (number == a) return 0;
            if (number == b) return 1;
            // AlpacaEval: 0 and 1.5 are draws, and a weighted judge writes how sure it is, from 1 to 2.
            if (label == "preference" && (a, b) == (1, 2) && (number == 0 || number is > 1 and < 2))
            {
                if (number is > 1 and < 2 and not 1.5) Notes.Add("A \"preference\" between 1 and 2 is taken for the nearer one; how sure the judge was is not used.");
                return number is 0 or 1.5 ? -1 : number < 1.5 ? 0 : 1;
            }
        }
        throw new FormatException($"\"{label}\" is '{Excerpt.Of(text)}', which is neither \"{first}\" ({one}) nor \"{second}\" ({two}) nor \"tie\"");
    }

    private List<(PreferenceVerdict, Preference, string)> Ranked(JsonElement row, string responses)
    {
        if (PreferenceNames.Find(row, PreferenceNames.Labels) is { } steps
            && row.GetProperty(steps).ValueKind == JsonValueKind.Array)
            throw new FormatException("there is a label for each step, as for process reward models; comparisons need whole responses of which one is preferred");
        JsonElement[] texts = [.. row.GetProperty(responses).EnumerateArray()];
        if (PreferenceNames.Find(row, PreferenceNames.Choice) is { } choice && Number(row, choice) is { } chosen)
            return chosen >= 0 && chosen < texts.Length && chosen == Math.Floor(chosen)
                ? [.. Enumerable.Range(0, texts.Length).Where(i => i != (int)chosen).Select(i => Judge(Prompt(row),
                    Text(texts[(int)chosen], responses), Text(texts[i], responses), false, 0))]
                : throw new FormatException(FormattableString.Invariant($"\"{choice}\" is {chosen}, and \"{responses}\" has {texts.Length} entries, from 0"));
        string? ranks = PreferenceNames.Find(row, PreferenceNames.Ranks),
            scores = PreferenceNames.Find(row, PreferenceNames.Scores);
        if (ranks is null && scores is null && texts.Length > 0 && texts[0].ValueKind == JsonValueKind.Object)
            (ranks, scores) = (PreferenceNames.Find(texts[0], PreferenceNames.Ranks),
                PreferenceNames.Find(texts[0], PreferenceNames.InnerScores));
        string field = ranks ?? scores ?? throw new FormatException($"\"{responses}\" has several responses and nothing says which is better; add \"scores\" or \"ranks\"");
        if (ranks is not null && options.Ranks == RankOrder.Unknown) throw UnknownRanks(ranks);
        if (ranks is null) Notes.Add($"Of two responses the one with the higher \"{scores}\" is taken for the better one.");
        JsonElement[] values = !row.TryGetProperty(field, out JsonElement numbered)
            ? [.. texts.Select(text => text.ValueKind == JsonValueKind.Object
                && text.TryGetProperty(field, out JsonElement own) ? own : default)]
            : numbered.ValueKind == JsonValueKind.Array ? [.. numbered.EnumerateArray()] : [];
        if (texts.Length != values.Length || texts.Length < 2)
            throw new FormatException(FormattableString.Invariant($"\"{responses}\" has {texts.Length} entries and \"{field}\" {values.Length}"));
        double[] numbers = [.. values.Select((value, i) => value.ValueKind == JsonValueKind.Number ? value.GetDouble()
            : throw new FormatException(FormattableString.Invariant($"entry {i + 1} of \"{field}\" is no number")))];
        if (ranks is not null && options.Ranks == RankOrder.LowerIsBetter) numbers =
            Array.ConvertAll(numbers, static number => -number);
        return Compared(Prompt(row), Array.ConvertAll(texts, text => Text(text, responses)), numbers, options.Margins
            && ranks is null);
    }

    private static List<(PreferenceVerdict, Preference, string)> Compared(string prompt, string[] texts, double[] numbers,
        bool margins)
    {
        var pairs = new List<(PreferenceVerdict, Preference, string)>();
        for (int i = 0; i < texts.Length; i++)
            for (int j = i + 1; j < texts.Length; j++)
            {
                (int better, int worse) = numbers[i] >= numbers[j] ? (i, j) : (j, i);
                pairs.Add(Judge(prompt, texts[better], texts[worse], numbers[i] == numbers[j], margins
                    ? Math.Abs(numbers[i] - numbers[j]) : 0));
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
            string prompt = common > 0 ? Under(row, options.Format(one[..common])) : Prompt(row);
            return Judge(prompt, Response(one[common..]), Response(two[common..]), tie, margin);
        }
        string first = Text(better, chosen), second = Text(worse, rejected);
        if (PreferenceNames.Find(row, PreferenceNames.Prompt) is null)
            return Conversation.TrySplit(first, second, out string before, out string good, out string bad)
                ? Judge(Under(row, before), good, bad, tie, margin)
                : throw new FormatException("the field \"prompt\" is missing, and the responses are no transcripts (\"Human: .. Assistant: ..\") that begin alike");
        string asked = Asked(row);
        if (asked.Length > 0 && first.Length > asked.Length && second.Length > asked.Length
            && first.StartsWith(asked, StringComparison.Ordinal) && second.StartsWith(asked, StringComparison.Ordinal))
        {
            Notes.Add("Responses that begin with their prompt are cut there.");
            (first, second) = (first[asked.Length..].Trim(), second[asked.Length..].Trim());
        }
        return Judge(Under(row, asked), first, second, tie, margin);
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

    private string Prompt(JsonElement row) => Under(row, Asked(row));

    private string Asked(JsonElement row)
    {
        string name = PreferenceNames.Find(row, PreferenceNames.Prompt) ?? throw new FormatException("the field \"prompt\" is missing");
        JsonElement value = row.GetProperty(name);
        string text = Messages(value, name) is { } messages ? options.Format(messages) : Text(value, name);
        // Alpaca's instruction has its matter in a field of its own.
        return name == "instruction" && Beside(row, "input") is { } matter ? $"{text}\n\n{matter}" : text;
    }

    // Both responses were written under the system's text, so a prompt without it would be another one.
    private string Under(JsonElement row, string prompt)
    {
        if (PreferenceNames.Find(row, PreferenceNames.System) is not { } system || Beside(row, system) is not { } text
            || prompt.Contains(text, StringComparison.Ordinal)) return prompt;
        Notes.Add($"The text in \"{system}\" stands before its prompt.");
        return $"{text}\n\n{prompt}";
    }

    private static string? Beside(JsonElement row, string name) => row.TryGetProperty(name, out JsonElement value)
        && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text : null;

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

    private string Text(JsonElement value, string name) => value.ValueKind == JsonValueKind.String
        ? Alone(value.GetString()!, name)
        : Messages(value, name) is [var only] ? only.Content
        : value.ValueKind == JsonValueKind.Object && PreferenceNames.Find(value, PreferenceNames.Inner) is { } inner
            && value.GetProperty(inner).ValueKind == JsonValueKind.String ? value.GetProperty(inner).GetString()!
        : throw new FormatException($"the field \"{name}\" is {Describe(value)}; it must be a string or a list of messages");

    // The arena writes turns as a list in a text, ["..."]; elsewhere such a text is what somebody answered.
    private string Alone(string text, string name)
    {
        if (!_isArena || text is not ['[', '"', .., '"', ']']) return text;
        try
        {
            using JsonDocument turns = JsonDocument.Parse(text);
            return turns.RootElement.EnumerateArray().ToArray() is [{ ValueKind: JsonValueKind.String } only] ? only.GetString()!
                : throw new FormatException(FormattableString.Invariant($"the field \"{name}\" holds {turns.RootElement.GetArrayLength()} turns in a list; make a conversation of them ([{{\"role\": .., \"content\": ..}}])"));
        }
        catch (JsonException)
        {
            return text;
        }
    }

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
