using System.Buffers.Binary;
using System.Text;
using System.Text.Json.Nodes;
using RewardScaling.Cpu;
using RewardScaling.Models;
using RewardScaling.Tests;
using RewardScaling.Tests.Contracts;

namespace RewardScaling.TorchSharp.Tests;

/// <summary>Model folders that are not what they should be: both engines refuse them in the same words, with the file and the tensor
/// or the entry.</summary>
public sealed class FolderFaultTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    /// <summary>A reference model, what is done to it, and what the message must hold besides the folder.</summary>
    public static TheoryData<string, string, string> Faults => new()
    {
        { "qwen2", "family", "config.json: model_type is bert; known are gpt2," },
        { "gpt2", "other family", "config.json: activation_function is gelu_new, and what that means for a model of this type is not known here." },
        { "qwen2-yarn", "truncated shard", "model-00003-of-00003.safetensors: tensor 'model." },
        { "qwen2-yarn", "missing shard", "is in model-00003-of-00003.safetensors, which is not there." },
        { "qwen2", "vocabulary", "tensor 'model.embed_tokens.weight' has shape [37, 16]; by config.json it must be [38, 16]." },
        { "mistral", "not finite", "model.safetensors: tensor '" },
        { "llama", "missing tensor", "model.safetensors: tensor 'model.norm.weight' is missing." },
        { "llama", "surplus tensor", "model.safetensors: tensor 'model.extra' belongs to nothing in a llama of this config.json." },
        { "llama", "shape", "tensor 'model.norm.weight' has shape [4, 4]; by config.json it must be [16]." },
        { "llama", "number format", "tensor 'model.norm.weight': dtype is I32; F32, F16 and BF16 are read here." },
        { "neox", "hostile header", "model.safetensors: " },
        { "neox", "empty file", "model.safetensors: " },
        { "llama-score", "classifier", "holds a classifier of sequences without lm_head.weight: load it as a reward model." },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void Both_engines_say_the_same_of(string name, string fault, string said)
    {
        var engine = Engines.Torch();
        foreach (string file in Directory.GetFiles(Path.Combine(Repository.Root, "tests", "RewardScaling.Tests", "ReferenceData", "families", name)))
            File.Copy(file, _folder.File(Path.GetFileName(file)));
        Break(fault);
        string expected = Assert.Throws<InvalidDataException>(() => new CpuEngine(1).LoadPolicy(_folder.Path)).Message;
        foreach (var each in (IEngine[])[engine, engine.BFloat16, new CpuEngine(1).BFloat16])
            Assert.Equal(expected, Assert.Throws<InvalidDataException>(() => each.LoadPolicy(_folder.Path)).Message);
        Assert.Contains(said, expected, StringComparison.Ordinal);
        Assert.Contains(_folder.Path, expected, StringComparison.Ordinal);
        Assert.DoesNotContain("\n", expected, StringComparison.Ordinal);
        Assert.InRange(expected.Length - _folder.Path.Length, 20, 300);
    }

    [Fact]
    public async Task A_context_too_short_for_prompt_and_response_is_refused_alike()
    {
        string folder = Path.Combine(Repository.Root, "tests", "RewardScaling.Tests", "ReferenceData", "families", "mistral");
        var prompts = new TokenBatch([new(new[] { 3, 4, 5, 6 }, 4)]);
        foreach (IEngine engine in (IEngine[])[Engines.Torch(), new CpuEngine(1)])
        {
            using var policy = engine.LoadPolicy(folder);
            // The window, which is shorter than the positions there are.
            var fault = await Assert.ThrowsAsync<ArgumentException>(async () =>
                await policy.SampleAsync(prompts, new() { ResponseLength = 21 }, Batches.Streams(1, 1), TestContext.Current.CancellationToken));
            Assert.StartsWith("Sequence 0 of the batch has 4 tokens and 21 to come; the network's context is 24.", fault.Message, StringComparison.Ordinal);
        }
    }

    public void Dispose() => _folder.Dispose();

    private void Break(string fault)
    {
        string config = _folder.File("config.json"), weights = _folder.File("model.safetensors"), shard = _folder.File("model-00003-of-00003.safetensors");
        switch (fault)
        {
            case "family":
                Configure(static entries => entries["model_type"] = "bert");
                break;
            case "other family":
                Configure(static entries => entries["model_type"] = "qwen2");
                Configure(static entries =>
                {
                    foreach (var (name, value) in new (string, JsonNode)[] { ("hidden_size", 20), ("num_hidden_layers", 2), ("num_attention_heads", 4),
                        ("intermediate_size", 80), ("max_position_embeddings", 48), ("rms_norm_eps", 1e-6) }) entries[name] = value;
                });
                break;
            case "truncated shard":
                File.WriteAllBytes(shard, File.ReadAllBytes(shard)[..^5]);
                break;
            case "missing shard":
                File.Delete(shard);
                break;
            case "vocabulary":
                Configure(static entries => entries["vocab_size"] = 38);
                break;
            case "not finite":
                byte[] bytes = File.ReadAllBytes(weights);
                BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(bytes.Length - 2), 0x7e00);
                File.WriteAllBytes(weights, bytes);
                break;
            case "missing tensor":
                Rewrite(static tensors => tensors.RemoveAll(static tensor => tensor.Name == "model.norm.weight"));
                break;
            case "surplus tensor":
                Rewrite(static tensors => tensors.Add(new("model.extra", [2], new float[2])));
                break;
            case "shape":
                Rewrite(static tensors => tensors[tensors.FindIndex(static tensor => tensor.Name == "model.norm.weight")]
                    = new("model.norm.weight", [4, 4], new float[16]));
                break;
            case "number format":
                string text = Encoding.Latin1.GetString(File.ReadAllBytes(weights));
                int at = text.IndexOf("\"model.norm.weight\"", StringComparison.Ordinal), type = text.IndexOf("F32", at, StringComparison.Ordinal);
                File.WriteAllBytes(weights, Encoding.Latin1.GetBytes(text[..type] + "I32" + text[(type + 3)..]));
                break;
            case "hostile header":
                File.WriteAllBytes(weights, [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, (byte)'{']);
                break;
            case "empty file":
                File.WriteAllBytes(weights, []);
                break;
        }

        void Configure(Action<JsonObject> change)
        {
            var entries = (JsonObject)JsonNode.Parse(File.ReadAllText(config))!;
            change(entries);
            File.WriteAllText(config, entries.ToJsonString());
        }

        void Rewrite(Action<List<NamedTensor>> change)
        {
            var file = SafetensorsFile.Read(weights);
            List<NamedTensor> tensors = [.. file.Names.Select(file.Tensor)];
            change(tensors);
            SafetensorsFile.Write(weights, tensors);
        }
    }
}
