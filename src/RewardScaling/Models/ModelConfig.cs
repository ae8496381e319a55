using System.Text.Json;
using RewardScaling.Numerics;

namespace RewardScaling.Models;

/// <summary>
/// A <c>config.json</c>, entry by entry. Each entry is asked for, known to change nothing that is computed here, or a fault with
/// its name: what is not understood must not be passed over.
/// </summary>
internal sealed class ModelConfig
{
    /// <summary>Entries that change no number that is computed here: training, sampling, bookkeeping.</summary>
    private static readonly HashSet<string> s_idle =
    [
        "_attn_implementation", "_attn_implementation_autoset", "_commit_hash", "_name_or_path", "architectures", "attention_dropout", "attn_pdrop",
            "bad_words_ids",
        "begin_suppress_tokens", "bos_token_id", "chunk_size_feed_forward", "classifier_dropout", "cls_token_id",
            "decoder_start_token_id",
        "diversity_penalty", "do_sample", "dtype", "early_stopping", "embd_pdrop", "encoder_no_repeat_ngram_size", "eos_token_id",
        "exponential_decay_length_penalty", "finetuning_task", "forced_bos_token_id", "forced_eos_token_id",
            "gradient_checkpointing",
        "hidden_dropout", "id2label", "initializer_range", "is_llama_config", "is_decoder", "label2id", "length_penalty", "max_length",
            "max_window_layers",
        "min_length", "model_type", "n_ctx", "n_special", "no_repeat_ngram_size", "num_beam_groups", "num_beams", "num_labels",
            "num_return_sequences",
        "output_attentions", "output_hidden_states", "output_past", "output_scores", "pad_token_id", "predict_special_tokens", "prefix", "pretraining_tp",
            "problem_type",
        "remove_invalid_values", "reorder_and_upcast_attn", "repetition_penalty", "resid_pdrop", "return_dict",
            "return_dict_in_generate",
        "sep_token_id", "summary_activation", "summary_first_dropout", "summary_proj_to_labels", "summary_type",
            "summary_use_proj",
        "suppress_tokens", "task_specific_params", "temperature", "tf_legacy_loss", "tokenizer_class", "top_k", "top_p",
            "torch_dtype",
        "torchscript", "transformers.js_config", "transformers_version", "typical_p", "unk_token_id", "unsloth_fixed", "unsloth_version", "use_bfloat16", "use_cache",
    ];

    private readonly Dictionary<string, JsonElement> _entries = new(StringComparer.Ordinal);
    private readonly HashSet<string> _asked = new(StringComparer.Ordinal);
    private readonly string _prefix;

    private ModelConfig(string path, JsonElement entries, string prefix)
    {
        (Path, _prefix) = (path, prefix);
        if (entries.ValueKind != JsonValueKind.Object) throw Fault(prefix.TrimEnd('.'), "must be an object");
        foreach (var entry in entries.EnumerateObject())
            if (!_entries.TryAdd(entry.Name, entry.Value)) throw Fault(entry.Name, "is there twice");
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Reads a file.</summary>
    /// <exception cref="InvalidDataException">It is not JSON, or no object.</exception>
    public static ModelConfig Read(string path)
    {
        try
        {
            var root = JsonDocument.Parse(File.ReadAllBytes(path)).RootElement;
            RequireText(root);
            return new(path, root, "");
        }
        catch (InvalidOperationException fault)
        {
            throw new InvalidDataException($"{path}: a text is not UTF-8 or holds half of a surrogate pair.", fault);
        }
        catch (JsonException fault)
        {
            throw new InvalidDataException($"{path}: not valid JSON: {Excerpt.Of(fault)}", fault);
        }
    }

    /// <summary>A whole number.</summary>
    /// <param name="name">The entry.</param>
    /// <param name="otherwise">What it is where there is none; null where there must be one.</param>
    public int Whole(string name, int? otherwise = null)
    {
        if (Take(name) is not { } value) return otherwise ?? throw Fault(name, "is missing");
        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number) && number >= 1 ? number
            : throw Fault(name, $"is {Excerpt.Of(Text(value))}; it must be a whole number of at least 1");
    }

    /// <summary>A number.</summary>
    public double Number(string name, double? otherwise = null)
    {
        if (Take(name) is not { } value) return otherwise ?? throw Fault(name, "is missing");
        return value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number) && double.IsFinite(number)
            ? number
            : throw Fault(name, $"is {Excerpt.Of(Text(value))}; it must be a finite number");
    }

    /// <summary>Whether an entry is true.</summary>
    public bool Flag(string name, bool otherwise) => Take(name) is not { } value ? otherwise
        : value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean()
        : throw Fault(name, $"is {Excerpt.Of(Text(value))}; it must be true or false");

    /// <summary>A word.</summary>
    public string Word(string name, string? otherwise = null) => Take(name) is not { } value
        ? otherwise ?? throw Fault(name, "is missing")
        : value.ValueKind == JsonValueKind.String ? value.GetString()! : throw Fault(name,
            $"is {Excerpt.Of(Text(value))}; it must be a text");

    /// <summary>A list of words, or of whole numbers as words; a single one is a list of one.</summary>
    public IReadOnlyList<string> List(string name) => Take(name) is not { } value ? []
        : value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray().Select(Text)] : [Text(value)];

    /// <summary>An object inside this one, or null.</summary>
    public ModelConfig? Inner(string name) => Take(name) is { } value ? new(Path, value, name + ".") : null;

    /// <summary>The names of all entries.</summary>
    public IReadOnlyCollection<string> Names => _entries.Keys;

    /// <summary>Whether there is such an entry, and not null.</summary>
    public bool Has(string name) => _entries.TryGetValue(name, out var value) && value.ValueKind != JsonValueKind.Null;

    /// <summary>Faults an entry that has a value which is not understood.</summary>
    public void Require(bool holds, string name, string what)
    {
        _asked.Add(name);
        if (!holds) throw Fault(name, what);
    }

    /// <summary>Faults what nobody asked for and what is not known to be idle.</summary>
    public void Finish()
    {
        foreach (var (name, value) in _entries)
        {
            if (_asked.Contains(name) || value.ValueKind == JsonValueKind.Null
                || (_prefix.Length == 0 && s_idle.Contains(name))) continue;
            throw Fault(name, $"is {Excerpt.Of(Text(value))}, and what that means for a {_prefix}model of this type is not known here");
        }
    }

    /// <summary>A fault of one entry.</summary>
    public InvalidDataException Fault(string name, string what) =>
        new($"{Path}: {_prefix}{Excerpt.Of(name)} {what}.");

    private static string Text(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString()!
        : value.GetRawText();

    // A name or a text that is none is found when somebody asks for it; asked for here, it is a fault of the file.
    private static void RequireText(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.String) _ = value.GetString();
        if (value.ValueKind == JsonValueKind.Array)
            foreach (var item in value.EnumerateArray()) RequireText(item);
        if (value.ValueKind != JsonValueKind.Object) return;
        foreach (var entry in value.EnumerateObject())
        {
            _ = entry.Name;
            RequireText(entry.Value);
        }
    }

    private JsonElement? Take(string name)
    {
        _asked.Add(name);
        return Has(name) ? _entries[name] : null;
    }
}
