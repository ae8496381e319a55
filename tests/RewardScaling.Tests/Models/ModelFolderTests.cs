using System.Text.Json.Nodes;
using RewardScaling.Cpu;
using RewardScaling.Models;
using RewardScaling.Numerics;

namespace RewardScaling.Tests.Models;

/// <summary>Model folders that are not what they should be: one line that names the file and what is wrong.</summary>
public sealed class ModelFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    /// <summary>An entry of config.json, the value it gets (null to remove it), and what is said.</summary>
    public static TheoryData<string, string, string?, string> Entries => new()
    {
        { "llama", "model_type", "\"bert\"", "model_type is bert; known are gpt2, gpt_neox, llama, qwen2, mistral, qwen3." },
        { "llama", "model_type", null, "model_type is missing." },
        { "llama", "hidden_size", null, "hidden_size is missing." },
        { "llama", "hidden_size", "\"wide\"", "hidden_size is wide; it must be a whole number of at least 1." },
        { "llama", "hidden_size", "17", "Width = 17 must be a multiple of Heads = 4." },
        { "llama", "num_key_value_heads", "3", "KeyValueHeads = 3 must be a divisor of Heads = 4." },
        { "llama", "num_hidden_layers", "2000000000", "2000000000 layers, but there are 21 tensors in all." },
        { "llama", "num_hidden_layers", "3", "tensor 'model.layers.2.input_layernorm.weight' is missing." },
        { "llama", "num_hidden_layers", "1", "belongs to nothing in a llama of this config.json." },
        { "llama", "vocab_size", "38", "tensor 'model.embed_tokens.weight' has shape [37, 16]; by config.json it must be [38, 16]." },
        { "llama", "intermediate_size", "30", "tensor 'model.layers.0.mlp.gate_proj.weight' has shape [28, 16]; by config.json it must be [30, 16]." },
        { "llama", "attention_bias", "true", "tensor 'model.layers.0.self_attn.q_proj.bias' is missing." },
        { "llama", "attention_bias", "1", "attention_bias is 1; it must be true or false." },
        { "llama", "hidden_act", "\"" + new string('x', 5000) + "\"", "hidden_act is " + new string('x', 60) + "…; gelu," },
        { "llama", "hidden_act", "\"relu2\"", "hidden_act is relu2; gelu, gelu_new, gelu_pytorch_tanh, gelu_fast, silu and swish are known." },
        { "llama", "rms_norm_eps", "-1", "Normalization.Epsilon = -1 must be positive and finite." },
        { "llama", "attn_logit_softcapping", "30.0", "attn_logit_softcapping is 30.0, and what that means for a model of this type is not known here." },
        { "llama", "quantization_config", """{"bits":4}""", "quantization_config is {\"bits\":4}, and what that means" },
        { "llama", "layer_types", """["full_attention","linear_attention"]""", "layer_types has 'linear_attention'" },
        { "llama", "rope_parameters", """{"rope_type":"longrope","rope_theta":10000.0}""", "rope_parameters.rope_type is longrope; default, linear, dynamic, llama3 and yarn are known." },
        { "llama", "rope_parameters", """{"rope_type":"linear","rope_theta":10000.0}""", "rope_parameters.factor is missing." },
        { "llama", "rope_parameters", """{"rope_type":"default","rope_theta":10000.0,"twist":2}""", "rope_parameters.twist is 2, and what that means" },
        { "llama", "rope_parameters", "3", "rope_parameters must be an object." },
        { "llama", "tie_word_embeddings", "true", "tensor 'lm_head.weight' differs from 'model.embed_tokens.weight' in row 0, but tie_word_embeddings says they are one." },
        { "llama", "eos_token_id", "\"</s>\"", "eos_token_id has </s>; it must be a token's number." },
        { "llama", "is_encoder_decoder", "true", "is_encoder_decoder is true, which is not supported." },
        { "gpt2", "scale_attn_by_inverse_layer_idx", "true", "scale_attn_by_inverse_layer_idx is true, which is not supported." },
        { "gpt2", "scale_attn_weights", "false", "scale_attn_weights is false; attention here is scaled." },
        { "gpt2", "n_head", "3", "Width = 20 must be a multiple of Heads = 3." },
        { "gpt2", "tie_word_embeddings", "false", "tensor 'lm_head.weight' is missing, and tie_word_embeddings is false." },
        { "neox", "model_type", "\"llama\"", "layer_norm_eps is 1e-05, and what that means" },
        { "llama", "rope_interleaved", "true", "rope_interleaved is true, which is not supported." },
    };

    // A byte that begins no character, half of a surrogate pair: in a name, in a text, deep inside.
    [Theory]
    [InlineData("\"model_type\": \"ll\\ud800ama\"")]
    [InlineData("\"note\": \"\u00e9\"")]
    [InlineData("\"no\u00e9te\": 1")]
    [InlineData("\"rope_parameters\": {\"a\": [1, \"\\udc00\"]}")]
    public void A_text_that_is_none_is_a_fault_of_the_file(string entry)
    {
        File.WriteAllBytes(_folder.File("config.json"), System.Text.Encoding.Latin1.GetBytes("{" + entry + "}"));
        string message = Assert.Throws<InvalidDataException>(() => ModelFolder.Open(_folder.Path)).Message;
        Assert.Equal($"{_folder.File("config.json")}: a text is not UTF-8 or holds half of a surrogate pair.", message);
    }

    [Theory]
    [MemberData(nameof(Entries))]
    public void An_entry_that_is_wrong_or_not_understood(string name, string entry, string? value, string said)
    {
        Copy(name);
        Configure(config =>
        {
            if (value is null) config.Remove(entry);
            else config[entry] = JsonNode.Parse(value);
        });
        var fault = Assert.Throws<InvalidDataException>(Load);
        Assert.Contains(said, fault.Message, StringComparison.Ordinal);
        Assert.Contains(_folder.Path, fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("\n", fault.Message, StringComparison.Ordinal);
    }

    /// <summary>Configurations as they are published, with the number of parameters their authors give.</summary>
    public static TheoryData<string, long> Published => new()
    {
        {
            """
            {"activation_function":"gelu_new","architectures":["GPT2LMHeadModel"],"attn_pdrop":0.1,"bos_token_id":50256,"embd_pdrop":0.1,
            "eos_token_id":50256,"initializer_range":0.02,"layer_norm_epsilon":1e-05,"model_type":"gpt2","n_ctx":1024,"n_embd":768,"n_head":12,
            "n_layer":12,"n_positions":1024,"resid_pdrop":0.1,"summary_activation":null,"summary_first_dropout":0.1,"summary_proj_to_labels":true,
            "summary_type":"cls_index","summary_use_proj":true,"task_specific_params":{"text-generation":{"do_sample":true,"max_length":50}},
            "vocab_size":50257}
            """, 124_439_808
        },
        {
            """
            {"architectures":["LlamaForCausalLM"],"attention_bias":false,"attention_dropout":0.0,"bos_token_id":0,"eos_token_id":0,
            "hidden_act":"silu","hidden_size":576,"initializer_range":0.041666666666666664,"intermediate_size":1536,"is_llama_config":true,
            "max_position_embeddings":8192,"model_type":"llama","num_attention_heads":9,"num_hidden_layers":30,"num_key_value_heads":3,
            "pretraining_tp":1,"rms_norm_eps":1e-05,"rope_interleaved":false,"rope_scaling":null,"rope_theta":100000,
            "tie_word_embeddings":true,"torch_dtype":"bfloat16","transformers_version":"4.40.1","use_cache":true,"vocab_size":49152}
            """, 134_515_008
        },
        {
            """
            {"architectures":["Qwen2ForCausalLM"],"attention_dropout":0.0,"bos_token_id":151643,"eos_token_id":151645,"hidden_act":"silu",
            "hidden_size":3584,"initializer_range":0.02,"intermediate_size":18944,"max_position_embeddings":32768,"max_window_layers":28,
            "model_type":"qwen2","num_attention_heads":28,"num_hidden_layers":28,"num_key_value_heads":4,"rms_norm_eps":1e-06,
            "rope_theta":1000000.0,"sliding_window":131072,"tie_word_embeddings":false,"torch_dtype":"bfloat16",
            "transformers_version":"4.41.2","use_cache":true,"use_sliding_window":false,"vocab_size":152064}
            """, 7_615_616_512
        },
    };

    [Theory]
    [MemberData(nameof(Published))]
    public void Published_configurations_have_the_parameters_their_authors_count(string json, long parameters)
    {
        File.WriteAllText(_folder.File("config.json"), json);
        var config = ModelConfig.Read(_folder.File("config.json"));
        var shape = ModelFamilies.All.Single(family => family.Type == config.Word("model_type")).Read(config);
        config.Finish();
        shape.Validate();
        Assert.Equal(parameters, shape.ParameterCount(shape.Vocabulary));
    }

    [Fact]
    public void Rotary_positions_as_older_configurations_say_them()
    {
        Copy("llama-3");
        using var now = Load();
        Configure(static config =>
        {
            var rope = (JsonObject)config["rope_parameters"]!.DeepClone();
            config["rope_theta"] = rope["rope_theta"]!.DeepClone();
            rope.Remove("rope_theta");
            rope["type"] = rope["rope_type"]!.DeepClone();
            rope.Remove("rope_type");
            config["rope_scaling"] = rope;
            config.Remove("rope_parameters");
        });
        using var then = Load();
        Assert.Equal(now.Shape.Rotary, then.Shape.Rotary);
        Copy("neox");
        Configure(static config =>
        {
            config.Remove("rope_parameters");
            config["rotary_pct"] = 0.5;
            config["rotary_emb_base"] = 500;
        });
        using var neox = Load();
        Assert.Equal(new() { Width = 4, Base = 500 }, neox.Shape.Rotary);
    }

    [Fact]
    public void Tensors_that_are_missing_too_many_of_another_shape_or_not_finite()
    {
        Change(static tensors => tensors.Remove("model.norm.weight"), "model.safetensors: tensor 'model.norm.weight' is missing.");
        Change(static tensors => tensors["model.extra"] = new("model.extra", [2], new float[2]), "model.safetensors: tensor 'model.extra' belongs to nothing");
        Change(static tensors => tensors["model.norm.weight"] = new("model.norm.weight", [4, 4], new float[16]),
            "tensor 'model.norm.weight' has shape [4, 4]; by config.json it must be [16].");
        Change(static tensors => tensors.Remove("lm_head.weight"), "tensor 'lm_head.weight' is missing, and tie_word_embeddings is false.");

        void Change(Action<Dictionary<string, NamedTensor>> change, string said)
        {
            Copy("llama");
            Rewrite(change);
            Assert.Contains(said, Assert.Throws<InvalidDataException>(Load).Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("llama", 4, 0x7fc00000u)]
    [InlineData("llama-3", 2, 0x7fc0u)]
    [InlineData("mistral", 2, 0x7c00u)]
    public void A_number_that_is_not_finite_is_named(string name, int bytes, uint bits)
    {
        Copy(name);
        string path = _folder.File("model.safetensors");
        byte[] file = File.ReadAllBytes(path);
        BitConverter.TryWriteBytes(file.AsSpan(file.Length - bytes), bytes == 4 ? bits : (ushort)bits);
        if (bytes == 2) BitConverter.TryWriteBytes(file.AsSpan(file.Length - 2), (ushort)bits);
        File.WriteAllBytes(path, file);
        var fault = Assert.Throws<InvalidDataException>(Load);
        Assert.Contains(path, fault.Message, StringComparison.Ordinal);
        Assert.Contains("every value must be finite.", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Shards_and_their_index()
    {
        string[] files = [.. Directory.GetFiles(Reference("qwen2-yarn"), "*-of-*")];
        string last = Path.GetFileName(files[^1]);
        Said(() => File.Delete(_folder.File(last)), $"is in {last}, which is not there.");
        Said(() => File.WriteAllBytes(_folder.File(last), File.ReadAllBytes(_folder.File(last))[..^3]), $"{last}: tensor '");
        Said(() => Index(static map => map["model.norm.weight"] = "../other.safetensors"), "../other.safetensors is not the name of a file in this folder.");
        Said(() => Index(static map => map["model.other.weight"] = map["model.norm.weight"]!.DeepClone()), "tensor 'model.other.weight' is not in ");
        Said(() => File.Delete(_folder.File("model.safetensors.index.json")), "there is neither model.safetensors nor model.safetensors.index.json");
        Said(() => File.WriteAllText(_folder.File("model.safetensors.index.json"), "{"), "index.json: not valid JSON");
        Said(() => File.WriteAllText(_folder.File("model.safetensors.index.json"), "{}"), "index.json: weight_map is missing.");

        void Said(Action change, string said)
        {
            Copy("qwen2-yarn");
            change();
            Assert.Contains(said, Assert.Throws<InvalidDataException>(Load).Message, StringComparison.Ordinal);
        }
        void Index(Action<JsonObject> change)
        {
            string path = _folder.File("model.safetensors.index.json");
            var index = JsonNode.Parse(File.ReadAllText(path))!;
            change((JsonObject)index["weight_map"]!);
            File.WriteAllText(path, index.ToJsonString());
        }
    }

    [Fact]
    public void A_tie_is_known_by_the_configuration_the_metadata_or_the_head_alone()
    {
        Copy("qwen2");
        using var expected = Load();
        // Only the head is stored.
        Rewrite(static tensors => Rename(tensors, "model.embed_tokens.weight", "lm_head.weight"));
        using var headOnly = Load();
        Assert.Equal(expected.Weights()[0].Values.ToArray(), headOnly.Weights()[0].Values.ToArray());
        // Both are stored, and are one.
        Copy("qwen2");
        Rewrite(static tensors => tensors["lm_head.weight"] = tensors["model.embed_tokens.weight"].Renamed("lm_head.weight"));
        using var both = Load();
        Assert.Equal(expected.ParameterCount, both.ParameterCount);
        // The configuration says nothing, but the file says which tensor was left out as the same.
        Copy("qwen2");
        Rewrite(static _ => { }, new() { ["lm_head.weight"] = "model.embed_tokens.weight" });
        Configure(static config => config["tie_word_embeddings"] = false);
        using var metadata = Load();
        Assert.Equal(expected.Weights()[0].Values.ToArray(), metadata.Weights().Single(static tensor => tensor.Name == "head.weight").Values.ToArray());
    }

    [Fact]
    public void A_trunk_without_prefix_and_old_buffers_are_read()
    {
        Copy("gpt2");
        using var expected = Load();
        Rewrite(static tensors =>
        {
            foreach (string name in tensors.Keys.ToArray()) Rename(tensors, name, name["transformer.".Length..]);
            tensors["h.0.attn.bias"] = new("h.0.attn.bias", [1, 1, 4, 4], new float[16]);
        });
        using var bare = Load();
        foreach (var (e, a) in expected.Weights().Zip(bare.Weights())) Assert.Equal(e.Values.ToArray(), a.Values.ToArray());
    }

    [Fact]
    public void One_given_for_another_says_what_it_is()
    {
        var engine = new CpuEngine(1);
        string Said(Action load) => Assert.Throws<InvalidDataException>(load).Message;
        Copy("llama");
        Assert.Contains("holds a language model without score.weight", Said(() => engine.LoadRewardModel(_folder.Path)), StringComparison.Ordinal);
        foreach (string file in (string[])["config.json", "model.safetensors"])
            Assert.Equal($"{_folder.File(file)} is a file of a model folder: give the folder, {_folder.Path}.", Said(() => engine.LoadPolicy(_folder.File(file))));
        Assert.Contains("is a file; a model folder is a folder with config.json.", Said(() => ModelFolder.Open(_folder.File("config.json"))), StringComparison.Ordinal);
        using var policy = engine.LoadPolicy(_folder.Path);
        Assert.Contains("is a folder; a file that this library saved is expected here.", Said(() => policy.RestoreTraining(_folder.Path)), StringComparison.Ordinal);
        Copy("llama-score");
        Assert.Contains("holds a classifier of sequences without lm_head.weight", Said(() => engine.LoadPolicy(_folder.Path)), StringComparison.Ordinal);
        Copy("qwen2-score");
        Rewrite(static tensors => tensors["score.weight"] = new("score.weight", [2, 16], new float[32]));
        Assert.Contains("score.weight has 2 labels; a reward model has one.", Said(() => engine.LoadRewardModel(_folder.Path)), StringComparison.Ordinal);
        File.Delete(_folder.File("config.json"));
        Assert.Contains("is a folder without config.json, so it is no model folder", Said(() => engine.LoadPolicy(_folder.Path)), StringComparison.Ordinal);
        Copy("llama");
        File.Move(_folder.File("model.safetensors"), _folder.File("pytorch_model.bin"));
        Assert.Contains("pytorch_model.bin is not read here: save the model as safetensors", Said(() => engine.LoadPolicy(_folder.Path)), StringComparison.Ordinal);
        Assert.Throws<DirectoryNotFoundException>(() => ModelFolder.Open(_folder.File("nowhere")));
    }

    [Fact]
    public void A_network_that_no_family_says_is_not_saved_as_a_folder()
    {
        using var policy = new CpuEngine(1).CreatePolicy(new() { Vocabulary = 5, Context = 6, Width = 4, Layers = 1, Heads = 2 }, RandomStream.FromSeed(1));
        var fault = Assert.Throws<ArgumentException>(() => ModelFolder.Save(policy, _folder.File("out")));
        Assert.Contains("Its head has a bias", fault.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder.File("out")));
    }

    // What came along goes along: family, end tokens, tokenizer.
    [Fact]
    public void A_folder_saved_like_its_origin_keeps_family_end_tokens_and_tokenizer()
    {
        string origin = _folder.File("origin"), target = _folder.File("target");
        Directory.CreateDirectory(origin);
        foreach (string file in Directory.GetFiles(Path.Combine(Repository.Root, "tests", "RewardScaling.Tests", "ReferenceData", "families", "mistral")))
            File.Copy(file, Path.Combine(origin, Path.GetFileName(file)));
        File.WriteAllText(Path.Combine(origin, "tokenizer.json"), "{}");
        using var policy = new CpuEngine(1).LoadPolicy(origin);
        ModelFolder.Save(policy, target, origin);
        ModelFolder.Save(policy, _folder.File("plain"));
        using ModelFolder there = ModelFolder.Open(origin), here = ModelFolder.Open(target), plain = ModelFolder.Open(_folder.File("plain"));
        Assert.Equal(("mistral", "llama"), (here.Family, plain.Family));
        Assert.Equal(there.Shape, here.Shape);
        Assert.Equal([2], here.EndTokens);
        Assert.Empty(plain.EndTokens);
        Assert.Equal("{}", File.ReadAllText(Path.Combine(target, "tokenizer.json")));
        Assert.False(File.Exists(_folder.File("plain/tokenizer.json")));
        Assert.Equal(24, (int)JsonNode.Parse(File.ReadAllText(Path.Combine(target, "config.json")))!["sliding_window"]!);
        // Onto itself: what is there stays.
        ModelFolder.Save(policy, target, target);
        Assert.Equal("{}", File.ReadAllText(Path.Combine(target, "tokenizer.json")));
    }

    [Fact]
    public void A_value_head_travels_with_the_folder()
    {
        Copy("neox");
        using var policy = Load();
        policy.SetWeights([new("value_head.bias", [1], new float[] { 0.5f })]);
        ModelFolder.Save(policy, _folder.File("out"));
        using var again = new CpuEngine(1).LoadPolicy(_folder.File("out"));
        Assert.Equal(0.5f, again.Weights().Single(static tensor => tensor.Name == "value_head.bias").Values[0]);
    }

    public void Dispose() => _folder.Dispose();

    private ITrainablePolicy Load() => new CpuEngine(1).LoadPolicy(_folder.Path);

    private static string Reference(string name) =>
        Path.Combine(Repository.Root, "tests", "RewardScaling.Tests", "ReferenceData", "families", name);

    private void Copy(string name)
    {
        foreach (string file in Directory.GetFiles(_folder.Path)) File.Delete(file);
        foreach (string file in Directory.GetFiles(Reference(name)))
        {
            string target = _folder.File(Path.GetFileName(file));
            if (Path.GetFileName(file) is not ("expected.json" or "gradients.safetensors")) File.Copy(file, target, overwrite: true);
        }
    }

    private void Configure(Action<JsonObject> change)
    {
        var config = (JsonObject)JsonNode.Parse(File.ReadAllText(_folder.File("config.json")))!;
        change(config);
        File.WriteAllText(_folder.File("config.json"), config.ToJsonString());
    }

    private void Rewrite(Action<Dictionary<string, NamedTensor>> change, Dictionary<string, string>? metadata = null)
    {
        var file = SafetensorsFile.Read(_folder.File("model.safetensors"));
        var tensors = file.Names.ToDictionary(static name => name, file.Tensor);
        change(tensors);
        SafetensorsFile.Write(_folder.File("model.safetensors"), tensors.Values, metadata);
    }

    private static void Rename(Dictionary<string, NamedTensor> tensors, string from, string to)
    {
        tensors[to] = tensors[from].Renamed(to);
        tensors.Remove(from);
    }
}
