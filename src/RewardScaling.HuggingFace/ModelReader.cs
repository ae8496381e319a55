using System.Globalization;
using System.Text.Json;

namespace RewardScaling.HuggingFace;

/// <summary>Reads models: vocabularies, merges, scores.</summary>
internal static class ModelReader
{
    /// <summary>One model.</summary>
    /// <param name="part">Where it stands.</param>
    /// <param name="byteLevel">Whether pieces come to it as bytes.</param>
    public static TokenModel Read(JsonPart part, bool byteLevel)
    {
        // Files of the first years do not name the type.
        string type = part.Has("type") ? part.Type : part.Has("merges") ? "BPE" : "Unigram";
        return type switch
        {
            "BPE" => BytePairs(part, byteLevel),
            "Unigram" when byteLevel => throw part.Fault("type", "is Unigram behind a ByteLevel pre-tokenizer, which is not supported"),
            "Unigram" => Unigram(part),
            _ => throw part.Unsupported("BPE and Unigram"),
        };
    }

    private static BytePairEncoding BytePairs(JsonPart part, bool byteLevel)
    {
        if (part.Has("dropout") && part.Element.GetProperty("dropout") is var dropout
            && !(dropout.ValueKind == JsonValueKind.Number && dropout.GetDouble() == 0))
            throw part.Fault("dropout", $"= {dropout} makes tokens by chance, which is not supported; set it to null");
        foreach (string name in (string[])["continuing_subword_prefix", "end_of_word_suffix"])
            if (part.TextOrNone(name) is { } mark) throw part.Fault(name, $"= \"{mark}\" is not supported");
        var vocabulary = new Dictionary<string, int>(StringComparer.Ordinal);
        JsonPart tokens = part.Part("vocab");
        foreach (JsonProperty token in tokens.Element.EnumerateObject())
            vocabulary[token.Name] = tokens.Number(token.Value, token.Name);
        var merges = new Dictionary<long, (int, int)>();
        int rank = 0;
        foreach (JsonElement merge in part.List("merges"))
        {
            string place = string.Create(CultureInfo.InvariantCulture, $"merges[{rank}]");
            string[] pair = merge.ValueKind switch
            {
                JsonValueKind.String => part.Read(merge, place).Split(' '),
                JsonValueKind.Array => [.. merge.EnumerateArray().Select(half =>
                    half.ValueKind == JsonValueKind.String ? part.Read(half, place) : "")],
                _ => [],
            };
            if (pair is not [{ Length: > 0 } left, { Length: > 0 } right]) throw part.Fault(place, "must be two tokens");
            merges[BytePairEncoding.Pair(Find(left), Find(right))] = (rank, Find(left + right));
            rank++;

            int Find(string token) => vocabulary.TryGetValue(token, out int id) ? id
                : throw part.Fault(place, $"= \"{left}\" \"{right}\" needs the token \"{token}\", which the vocabulary lacks");
        }
        int unknown = part.TextOrNone("unk_token") is not { } unknownText ? -1 : vocabulary.TryGetValue(unknownText, out int known) ? known
            : throw part.Fault("unk_token", $"= \"{unknownText}\" is not in the vocabulary");
        return new(vocabulary, merges, new(byteLevel, part.Flag("byte_fallback", false), part.Flag("ignore_merges", false),
            part.Flag("fuse_unk", false), unknown));
    }

    private static UnigramModel Unigram(JsonPart part)
    {
        var vocabulary = new Dictionary<string, int>(StringComparer.Ordinal);
        var scores = new List<double>();
        foreach (JsonElement entry in part.List("vocab"))
        {
            string place = string.Create(CultureInfo.InvariantCulture, $"vocab[{scores.Count}]");
            JsonElement[] pair = entry.ValueKind == JsonValueKind.Array ? [.. entry.EnumerateArray()] : [];
            if (pair is not [{ ValueKind: JsonValueKind.String } text, { ValueKind: JsonValueKind.Number } score])
                throw part.Fault(place, "must be a list of a text and a number");
            vocabulary[part.Read(text, place)] = scores.Count;
            scores.Add(score.GetDouble());
        }
        if (scores.Count == 0) throw part.Fault("vocab", "has no token");
        int unknown = part.Has("unk_id") ? part.Number("unk_id") : -1;
        if (unknown >= scores.Count) throw part.Fault("unk_id", string.Create(CultureInfo.InvariantCulture, $"= {unknown} must be below {scores.Count}"));
        return new(vocabulary, [.. scores], unknown, part.Flag("byte_fallback", false));
    }
}
