using System.Globalization;
using System.Text.Json;
using RewardScaling.RewardModels;
using static RewardScaling.Serving.AnswerJson;

namespace RewardScaling.Serving;

/// <summary>Writes requests for scores and reads their answers, by contract.</summary>
/// <param name="options">The contract.</param>
/// <param name="model">The model's name, or null.</param>
internal sealed class ScoringRequest(ServedRewardOptions options, string? model)
{
    /// <summary>The path it is sent to.</summary>
    public string Path => options.Contract switch
    {
        ScoringContract.VllmScore => "/score",
        ScoringContract.VllmClassify => "/classify",
        ScoringContract.VllmPooling => "/pooling",
        ScoringContract.TeiPredict => "/predict",
        _ => "",
    };

    /// <summary>Writes the request.</summary>
    public void Write(Utf8JsonWriter json, IReadOnlyList<TextRollout> rollouts)
    {
        json.WriteStartObject();
        if (model is not null && options.Contract != ScoringContract.TeiPredict) json.WriteString("model"u8, model);
        switch (options.Contract)
        {
            case ScoringContract.VllmScore:
                WriteTexts(json, "text_1", rollouts.Select(static rollout => rollout.Prompt));
                WriteTexts(json, "text_2", rollouts.Select(static rollout => rollout.Response));
                json.WriteBoolean("use_activation"u8, false);
                break;
            case ScoringContract.VllmClassify or ScoringContract.VllmPooling:
                WriteTexts(json, "input", rollouts.Select(Whole));
                json.WriteBoolean("use_activation"u8, false);
                break;
            case ScoringContract.TeiPredict:
                json.WriteStartArray("inputs"u8);
                foreach (TextRollout rollout in rollouts)
                {
                    json.WriteStartArray();
                    json.WriteStringValue(Whole(rollout));
                    json.WriteEndArray();
                }
                json.WriteEndArray();
                json.WriteBoolean("raw_scores"u8, true);
                json.WriteBoolean("truncate"u8, false);
                break;
            default:
                WriteRollouts(json, rollouts);
                break;
        }
        json.WriteEndObject();
    }

    /// <summary>The scores in the order of the rollouts.</summary>
    /// <param name="answer">What the server gave.</param>
    /// <param name="rollouts">What it was asked.</param>
    /// <param name="name">What messages call a rollout.</param>
    public double[] Read(JsonElement answer, IReadOnlyList<TextRollout> rollouts, Func<int, string> name)
    {
        if (options.Contract == ScoringContract.Plain) return ByContent(answer.List("scores", rollouts.Count), rollouts, name);
        JsonElement[] entries = options.Contract == ScoringContract.TeiPredict ? InOrder(answer, rollouts.Count)
            : answer.List("data", rollouts.Count).ByIndex("data");
        var scores = new double[entries.Length];
        for (int i = 0; i < entries.Length; i++)
        {
            scores[i] = options.Contract switch
            {
                ScoringContract.VllmScore => Score(entries[i], name(i)),
                ScoringContract.VllmClassify => Class(entries[i].List("probs"), name(i)),
                ScoringContract.VllmPooling => Pooled(entries[i].List("data"), name(i)),
                _ => Labelled(entries[i], name(i)),
            };
        }
        return scores;
    }

    private string Whole(TextRollout rollout) => options.Text?.Invoke(rollout) ?? rollout.Prompt + rollout.Response;

    private static void WriteTexts(Utf8JsonWriter json, string name, IEnumerable<string> texts)
    {
        json.WriteStartArray(name);
        foreach (string text in texts) json.WriteStringValue(text);
        json.WriteEndArray();
    }

    private static void WriteRollouts(Utf8JsonWriter json, IReadOnlyList<TextRollout> rollouts)
    {
        json.WriteStartArray("rollouts"u8);
        foreach (TextRollout rollout in rollouts)
        {
            json.WriteStartObject();
            json.WriteString("id"u8, RolloutHash.Text(rollout));
            json.WriteString("prompt"u8, rollout.Prompt);
            json.WriteString("response"u8, rollout.Response);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    // Asked twice in one request, a rollout is answered twice.
    private static double[] ByContent(JsonElement list, IReadOnlyList<TextRollout> rollouts, Func<int, string> name)
    {
        var asked = new Dictionary<string, Queue<int>>(StringComparer.Ordinal);
        for (int i = 0; i < rollouts.Count; i++)
        {
            string id = RolloutHash.Text(rollouts[i]);
            if (!asked.TryGetValue(id, out Queue<int>? places)) asked.Add(id, places = new());
            places.Enqueue(i);
        }
        var scores = new double[rollouts.Count];
        foreach (JsonElement entry in list.EnumerateArray())
        {
            string id = entry.Text("id");
            if (!asked.TryGetValue(id, out Queue<int>? places)) throw Wrong($"answered another rollout: the id '{(id.Length > 40 ? id[..40] : id)}' is none of those asked");
            if (!places.TryDequeue(out int place)) throw Wrong($"answered a rollout twice: the id '{id}'");
            scores[place] = Score(entry, name(place));
        }
        return scores;
    }

    private static double Score(JsonElement entry, string name) =>
        (entry.Member("score") ?? throw Wrong($"gave no score for {name}")).Number($"score of {name}");

    private double Class(JsonElement probs, string name)
    {
        int count = probs.GetArrayLength();
        if (options.Label is null && count != 1) throw Wrong($"gave {count} numbers for {name}; say which label counts (ServedRewardOptions.Label)");
        if (options.Label is null) return probs[0].Number($"score of {name}");
        return int.TryParse(options.Label, NumberStyles.None, CultureInfo.InvariantCulture, out int label) && label < count
            ? probs[label].Number($"score of {name}")
            : throw Wrong($"gave {count} numbers for {name} and none of label '{options.Label}'; vLLM numbers labels from 0");
    }

    // One number, or a list with one number for each token.
    private static double Pooled(JsonElement data, string name)
    {
        int count = data.GetArrayLength();
        JsonElement last = count > 0 ? data[count - 1] : throw Wrong($"gave no number for {name}");
        if (last.ValueKind == JsonValueKind.Array) (count, last) = (last.GetArrayLength(), last.GetArrayLength() == 1 ? last[0]
            : last);
        return count == 1 ? last.Number($"score of {name}") : throw Wrong($"gave {count} numbers for {name}; a reward model gives one (is it an embedding?)");
    }

    private static JsonElement[] InOrder(JsonElement answer, int count) =>
        answer.ValueKind != JsonValueKind.Array ? throw Wrong($"gave no list of predictions")
        : answer.GetArrayLength() == count ? [.. answer.EnumerateArray()]
        : throw Wrong($"gave {answer.GetArrayLength()} predictions where {count} were asked for");

    // TEI sorts labels by score, so they are told by name.
    private double Labelled(JsonElement predictions, string name)
    {
        if (predictions.ValueKind != JsonValueKind.Array) throw Wrong($"gave no list of labels for {name}");
        int count = predictions.GetArrayLength();
        if (options.Label is null)
            return count == 1 ? Score(predictions[0], name) : throw Wrong($"gave {count} labels for {name}; say which counts (ServedRewardOptions.Label)");
        foreach (JsonElement prediction in predictions.EnumerateArray())
            if (prediction.TextOrNull("label") == options.Label) return Score(prediction, name);
        throw Wrong($"gave {count} labels for {name} and none is '{options.Label}'");
    }
}
