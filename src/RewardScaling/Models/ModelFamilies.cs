using RewardScaling.Numerics;

namespace RewardScaling.Models;

/// <summary>The families of model folders that are read and written here.</summary>
internal static class ModelFamilies
{
    private static readonly Dictionary<string, string[]> s_llamaTensors = new(StringComparer.Ordinal)
    {
        ["embedding.token"] = ["embed_tokens"],
        ["blocks.N.attention_norm"] = ["layers.N.input_layernorm"],
        ["blocks.N.attention.query_key_value"] = ["layers.N.self_attn.q_proj", "layers.N.self_attn.k_proj",
            "layers.N.self_attn.v_proj"],
        ["blocks.N.attention.query_norm"] = ["layers.N.self_attn.q_norm"],
        ["blocks.N.attention.key_norm"] = ["layers.N.self_attn.k_norm"],
        ["blocks.N.attention.output"] = ["layers.N.self_attn.o_proj"],
        ["blocks.N.feed_forward_norm"] = ["layers.N.post_attention_layernorm"],
        ["blocks.N.feed_forward.gate"] = ["layers.N.mlp.gate_proj"],
        ["blocks.N.feed_forward.up"] = ["layers.N.mlp.up_proj"],
        ["blocks.N.feed_forward.down"] = ["layers.N.mlp.down_proj"],
        ["norm"] = ["norm"],
    };

    /// <summary>GPT-2 (Radford et al. 2019).</summary>
    private static ModelFamily Gpt2 { get; } = new("gpt2", "GPT2", "transformer.", "lm_head", new Dictionary<string,
        string[]>(StringComparer.Ordinal)
    {
        ["embedding.token"] = ["wte"],
        ["embedding.position"] = ["wpe"],
        ["blocks.N.attention_norm"] = ["h.N.ln_1"],
        ["blocks.N.attention.query_key_value"] = ["h.N.attn.c_attn"],
        ["blocks.N.attention.output"] = ["h.N.attn.c_proj"],
        ["blocks.N.feed_forward_norm"] = ["h.N.ln_2"],
        ["blocks.N.feed_forward.up"] = ["h.N.mlp.c_fc"],
        ["blocks.N.feed_forward.down"] = ["h.N.mlp.c_proj"],
        ["norm"] = ["ln_f"],
    }, ReadGpt2, WriteGpt2)
    { LanguageModel = "LMHeadModel", Transposes = true };

    /// <summary>GPT-NeoX (Black et al. 2022), of which Pythia is one.</summary>
    private static ModelFamily NeoX { get; } = new("gpt_neox", "GPTNeoX", "gpt_neox.", "embed_out", new Dictionary<string,
        string[]>(StringComparer.Ordinal)
    {
        ["embedding.token"] = ["embed_in"],
        ["blocks.N.attention_norm"] = ["layers.N.input_layernorm"],
        ["blocks.N.attention.query_key_value"] = ["layers.N.attention.query_key_value"],
        ["blocks.N.attention.output"] = ["layers.N.attention.dense"],
        ["blocks.N.feed_forward_norm"] = ["layers.N.post_attention_layernorm"],
        ["blocks.N.feed_forward.up"] = ["layers.N.mlp.dense_h_to_4h"],
        ["blocks.N.feed_forward.down"] = ["layers.N.mlp.dense_4h_to_h"],
        ["norm"] = ["final_layer_norm"],
    }, ReadNeoX, WriteNeoX)
    { InterleavesHeads = true };

    /// <summary>All of them; where several say a shape, the first is written.</summary>
    public static IReadOnlyList<ModelFamily> All { get; } =
    [
        Gpt2, NeoX,
        Llama("llama", "Llama", static config => ReadLlama(config, HeadWidth(config), Attention(config),
            config.Flag("mlp_bias", false)),
            static shape => shape.NormalizesQueriesAndKeys || shape.Biases.QueryKeyValue != shape.Biases.AttentionOutput ? null
                : WriteLlama(shape, ("attention_bias", shape.Biases.QueryKeyValue), ("mlp_bias", shape.Biases.FeedForward))),
        Llama("qwen2", "Qwen2", static config => ReadLlama(config, 0, Biases.Nowhere with { QueryKeyValue = true }, false),
            static shape => shape.NormalizesQueriesAndKeys || !shape.Biases.QueryKeyValue || shape.Biases.AttentionOutput
                || shape.Biases.FeedForward
                || shape.HeadWidth * shape.Heads != shape.Width ? null : WriteLlama(shape)),
        Llama("mistral", "Mistral", static config => ReadLlama(config, HeadWidth(config), Biases.Nowhere, false, sharedHeads: 8),
            // The window is the context, which no sequence outgrows.
            static shape => shape.NormalizesQueriesAndKeys || shape.Biases != Biases.Nowhere ? null
                : WriteLlama(shape, ("sliding_window", shape.Context))),
        Llama("qwen3", "Qwen3", static config => ReadLlama(config, config.Whole("head_dim", 128), Attention(config), false)
                with { NormalizesQueriesAndKeys = true },
            static shape => !shape.NormalizesQueriesAndKeys || shape.Biases.FeedForward
                || shape.Biases.QueryKeyValue != shape.Biases.AttentionOutput ? null
                : WriteLlama(shape, ("attention_bias", shape.Biases.QueryKeyValue))),
    ];

    private static ModelFamily Llama(string type, string architecture, Func<ModelConfig, TransformerShape> read,
        Func<TransformerShape, IReadOnlyDictionary<string, object>?> write) =>
        new(type, architecture, "model.", "lm_head", s_llamaTensors, read, write);

    private static TransformerShape ReadGpt2(ModelConfig config)
    {
        config.Require(config.Flag("scale_attn_weights", true), "scale_attn_weights", "is false; attention here is scaled");
        config.Require(!config.Flag("scale_attn_by_inverse_layer_idx", false), "scale_attn_by_inverse_layer_idx",
            "is true, which is not supported");
        config.Require(!config.Flag("add_cross_attention", false), "add_cross_attention", "is true, which is not supported");
        int width = config.Whole("n_embd", 768);
        return new()
        {
            Vocabulary = config.Whole("vocab_size", 50257),
            Context = config.Whole("n_positions", 1024),
            Width = width,
            Layers = config.Whole("n_layer", 12),
            Heads = config.Whole("n_head", 12),
            FeedForwardWidth = config.Whole("n_inner", 4 * width),
            Activation = ActivationOf(config, "activation_function", "gelu_new"),
            Normalization = new(NormalizationKind.LayerNorm, config.Number("layer_norm_epsilon", 1e-5)),
            Biases = Biases.Everywhere with { Head = false },
            TiesHead = config.Flag("tie_word_embeddings", true),
        };
    }

    private static Dictionary<string, object>? WriteGpt2(TransformerShape shape) =>
        shape.Rotary is not null || shape.IsGated || shape.IsParallel || shape.NormalizesQueriesAndKeys
            || shape.KeyValueHeads != shape.Heads
            || shape.HeadWidth * shape.Heads != shape.Width || shape.Normalization.Kind != NormalizationKind.LayerNorm
            || shape.Biases != Biases.Everywhere with { Head = false } ? null : new()
            {
                ["vocab_size"] = shape.Vocabulary,
                ["n_positions"] = shape.Context,
                ["n_embd"] = shape.Width,
                ["n_layer"] = shape.Layers,
                ["n_head"] = shape.Heads,
                ["n_inner"] = shape.FeedForwardWidth,
                ["activation_function"] = NameOf(shape.Activation),
                ["layer_norm_epsilon"] = shape.Normalization.Epsilon,
                ["tie_word_embeddings"] = shape.TiesHead,
            };

    private static TransformerShape ReadNeoX(ModelConfig config)
    {
        int width = config.Whole("hidden_size", 6144), heads = config.Whole("num_attention_heads", 64), context =
            config.Whole("max_position_embeddings", 2048);
        bool biases = config.Flag("attention_bias", true);
        return new()
        {
            Vocabulary = config.Whole("vocab_size", 50432),
            Context = context,
            Width = width,
            Layers = config.Whole("num_hidden_layers", 44),
            Heads = heads,
            FeedForwardWidth = config.Whole("intermediate_size", 24576),
            Activation = ActivationOf(config, "hidden_act", "gelu"),
            Normalization = new(NormalizationKind.LayerNorm, config.Number("layer_norm_eps", 1e-5)),
            Rotary = RotaryConfig.Read(config, width / heads, context, config.Number("rotary_emb_base", 10000),
                config.Number("rotary_pct", 0.25)),
            Biases = Biases.Everywhere with { Head = false, QueryKeyValue = biases, AttentionOutput = biases },
            IsParallel = config.Flag("use_parallel_residual", true),
            TiesHead = config.Flag("tie_word_embeddings", false),
        };
    }

    private static Dictionary<string, object>? WriteNeoX(TransformerShape shape) =>
        shape.Rotary is null || shape.IsGated || shape.NormalizesQueriesAndKeys || shape.KeyValueHeads != shape.Heads
            || shape.HeadWidth * shape.Heads != shape.Width || shape.Normalization.Kind != NormalizationKind.LayerNorm
                || shape.Biases.Head
            || !shape.Biases.FeedForward || shape.Biases.QueryKeyValue != shape.Biases.AttentionOutput ? null
                : new(Common(shape, (double)shape.Rotary.Width / shape.HeadWidth))
                {
                    ["layer_norm_eps"] = shape.Normalization.Epsilon,
                    ["attention_bias"] = shape.Biases.QueryKeyValue,
                    ["use_parallel_residual"] = shape.IsParallel,
                };

    private static int HeadWidth(ModelConfig config) => config.Whole("head_dim", 0);

    private static Biases Attention(ModelConfig config)
    {
        bool biases = config.Flag("attention_bias", false);
        return Biases.Nowhere with { QueryKeyValue = biases, AttentionOutput = biases };
    }

    private static TransformerShape ReadLlama(ModelConfig config, int headWidth, Biases biases, bool feedForwardBias,
        int? sharedHeads = null)
    {
        int width = config.Whole("hidden_size"), heads = config.Whole("num_attention_heads"), context =
            config.Whole("max_position_embeddings");
        if (headWidth == 0) headWidth = width / heads;
        return new()
        {
            Vocabulary = config.Whole("vocab_size"),
            Context = Window(config) is { } window ? Math.Min(window, context) : context,
            Width = width,
            Layers = config.Whole("num_hidden_layers"),
            Heads = heads,
            KeyValueHeads = config.Whole("num_key_value_heads", sharedHeads ?? heads),
            HeadWidth = headWidth,
            FeedForwardWidth = config.Whole("intermediate_size"),
            Activation = ActivationOf(config, "hidden_act", "silu"),
            IsGated = true,
            Normalization = new(NormalizationKind.RootMeanSquare, config.Number("rms_norm_eps", 1e-6)),
            Rotary = RotaryConfig.Read(config, headWidth, context, config.Number("rope_theta", 10000),
                config.Number("partial_rotary_factor", 1)),
            Biases = biases with { FeedForward = feedForwardBias },
            TiesHead = config.Flag("tie_word_embeddings", false),
        };
    }

    // A sequence no longer than the window attends to all of itself: the window is obeyed by making it the context.
    private static int? Window(ModelConfig config)
    {
        var types = config.List("layer_types");
        string? other = types.FirstOrDefault(static type => type is not ("full_attention" or "sliding_attention"));
        config.Require(other is null, "layer_types", $"has '{other}'; full_attention and sliding_attention are known");
        bool isMistral = config.Word("model_type") == "mistral";
        bool slides = config.Flag("use_sliding_window", isMistral) || types.Contains("sliding_attention");
        return config.Has("sliding_window") ? slides ? config.Whole("sliding_window") : Idle(config) : isMistral ? Idle(config)
            : null;
    }

    private static int? Idle(ModelConfig config)
    {
        config.Require(true, "sliding_window", "");
        return null;
    }

    private static Dictionary<string, object>? WriteLlama(TransformerShape shape, params (string Name, object Value)[] further)
    {
        if (shape.Rotary is null || shape.Rotary.Width != shape.HeadWidth || !shape.IsGated || shape.IsParallel
            || shape.Biases.Head
            || shape.Normalization.Kind != NormalizationKind.RootMeanSquare)
            return null;
        var entries = new Dictionary<string, object>(Common(shape))
        {
            ["num_key_value_heads"] = shape.KeyValueHeads,
            ["rms_norm_eps"] = shape.Normalization.Epsilon,
        };
        if (!shape.Biases.QueryKeyValue || shape.Biases.AttentionOutput || shape.HeadWidth * shape.Heads != shape.Width)
            entries["head_dim"] = shape.HeadWidth;
        foreach (var (name, value) in further) entries[name] = value;
        return entries;
    }

    private static Dictionary<string, object> Common(TransformerShape shape, double? part = null) => new()
    {
        ["vocab_size"] = shape.Vocabulary,
        ["max_position_embeddings"] = shape.Context,
        ["hidden_size"] = shape.Width,
        ["num_hidden_layers"] = shape.Layers,
        ["num_attention_heads"] = shape.Heads,
        ["intermediate_size"] = shape.FeedForwardWidth,
        ["hidden_act"] = NameOf(shape.Activation),
        ["tie_word_embeddings"] = shape.TiesHead,
        ["rope_parameters"] = RotaryConfig.Write(shape.Rotary!, part),
    };

    private static Activation ActivationOf(ModelConfig config, string name, string otherwise) =>
        config.Word(name, otherwise) switch
        {
            "gelu" => Activation.Gelu,
            "gelu_new" or "gelu_pytorch_tanh" or "gelu_fast" => Activation.GeluTanh,
            "silu" or "swish" => Activation.Silu,
            var other =>
                throw config.Fault(name,
                $"is {Excerpt.Of(other)}; gelu, gelu_new, gelu_pytorch_tanh, gelu_fast, silu and swish are known"),
        };

    private static string NameOf(Activation activation) => activation switch
    {
        Activation.Gelu => "gelu",
        Activation.GeluTanh => "gelu_new",
        _ => "silu",
    };
}
