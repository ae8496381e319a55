using System.Text.Json;
using RewardScaling.Tests;

namespace RewardScaling.HuggingFace.Tests;

/// <summary>Tokens and texts are those of the library everybody uses.</summary>
public sealed class ReferenceTests
{
    public static TheoryData<string> Kinds => [.. References.Kinds()];

    [Fact]
    public void There_is_a_reference_for_every_family() => Assert.Equal(
        ["gemma", "gpt2", "llama2", "llama3", "mistral", "neox", "qwen2", "smollm", "t5", "uncased", "unigram_bytes"], References.Kinds());

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Tokens_and_texts_are_those_of_tokenizers(string kind)
    {
        var reference = References.Of(kind);
        Assert.True(reference.Texts.Count >= 150 && reference.Tokens.Count >= 150);
        string[] differences = [.. reference.Differences()];
        Assert.True(differences.Length == 0, $"{differences.Length} differences:\n{string.Join('\n', differences.Take(5))}");
    }

    // Made by the first implementation of GPT-2's tokenizer.
    [Fact]
    public void Gpt2_s_own_file_gives_its_own_tokens()
    {
        var tokenizer = HuggingFaceTokenizer.FromFile(SharedData.File("data/gpt2-tokenizer/tokenizer.json"));
        using JsonDocument expected = JsonDocument.Parse(File.ReadAllText(SharedData.File("data/gpt2-tokenizer/expected.json")));
        int texts = 0;
        foreach (JsonElement line in expected.RootElement.EnumerateArray())
        {
            string text = line.GetProperty("text").GetString()!;
            int[] tokens = [.. line.GetProperty("ids").EnumerateArray().Select(static id => id.GetInt32())];
            Assert.Equal(tokens, tokenizer.Encode(text));
            Assert.Equal(text, tokenizer.Decode(tokens));
            texts++;
        }
        Assert.Equal(46, texts);
        Assert.Equal(50257, tokenizer.VocabularySize);
        Assert.Equal(50256, tokenizer.Find("<|endoftext|>"));
        Assert.True(tokenizer.IsSpecial(50256));
        Assert.Null(tokenizer.Find("no token at all"));
    }

    [Fact]
    public void A_trained_model_s_folder_gives_its_text()
    {
        string folder = Path.GetDirectoryName(SharedData.File("data/aidreams/tokenizer.json"))!;
        var tokenizer = HuggingFaceTokenizer.FromFile(folder);
        using JsonDocument expected = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "expected.json")));
        int[] tokens = [.. expected.RootElement.GetProperty("tokens").EnumerateArray().Select(static id => id.GetInt32())];
        // The text goes on from the token <s> and so begins with the space of its first word.
        string text = expected.RootElement.GetProperty("text").GetString()!;
        Assert.Equal(text, tokenizer.DecodeContinuation(tokens));
        Assert.Equal(text[1..], tokenizer.Decode(tokens));
        Assert.Equal("<s>" + text, tokenizer.DecodeWithSpecial(tokens));
        Assert.Equal([1], tokenizer.EncodePrompt(""));
    }
}
