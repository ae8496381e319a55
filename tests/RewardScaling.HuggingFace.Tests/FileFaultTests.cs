using RewardScaling.Tests;

namespace RewardScaling.HuggingFace.Tests;

/// <summary>What is not supported, and what is wrong, is named.</summary>
public sealed class FileFaultTests
{
    private const string Bpe = """{"type":"BPE","vocab":{"a":0,"b":1,"ab":2},"merges":["a b"]}""";

    [Theory]
    [InlineData("""{"model":{"type":"WordPiece","vocab":{}}}""", "model.type is WordPiece, which is not supported; supported are BPE and Unigram")]
    [InlineData("""{"model":%,"normalizer":{"type":"Sequence","normalizers":[{"type":"NFC"},{"type":"BertNormalizer"}]}}""", "normalizer.normalizers[1].type is BertNormalizer")]
    [InlineData("""{"model":%,"pre_tokenizer":{"type":"BertPreTokenizer"}}""", "pre_tokenizer.type is BertPreTokenizer")]
    [InlineData("""{"model":%,"pre_tokenizer":{"type":"Sequence","pretokenizers":[{"type":"ByteLevel"},{"type":"Digits"}]}}""", "pre_tokenizer.pretokenizers[1] stands behind a ByteLevel")]
    [InlineData("""{"model":%,"pre_tokenizer":{"type":"Split","pattern":{"Regex":"\\w+"},"behavior":"Isolated"}}""", "pre_tokenizer.pattern cannot be used: the pattern \\w+ uses")]
    [InlineData("""{"model":%,"pre_tokenizer":{"type":"Split","pattern":{"Regex":"\\p{Han}+"},"behavior":"Isolated"}}""", "pre_tokenizer.pattern cannot be used")]
    [InlineData("""{"model":%,"pre_tokenizer":{"type":"Split","pattern":{"Regex":"(?i:abc)"},"behavior":"Isolated"}}""", "pre_tokenizer.pattern cannot be used")]
    [InlineData("""{"model":%,"pre_tokenizer":{"type":"Split","pattern":{"Regex":"^a"},"behavior":"Isolated"}}""", "pre_tokenizer.pattern cannot be used")]
    [InlineData("""{"model":%,"pre_tokenizer":{"type":"Split","pattern":{"Regex":"\\p{L}+|\\s)"},"behavior":"Isolated"}}""", "pre_tokenizer.pattern cannot be used")]
    [InlineData("""{"model":%,"pre_tokenizer":{"type":"Split","pattern":{"Regex":"\\__proto__s+"},"behavior":"Isolated"}}""", "pre_tokenizer.pattern cannot be used")]
    [InlineData("""{"model":%,"pre_tokenizer":{"type":"Split","pattern":{"String":"a"},"behavior":"Apart"}}""", "pre_tokenizer.behavior = \"Apart\" must be Removed,")]
    [InlineData("""{"model":%,"pre_tokenizer":{"type":"Metaspace","replacement":"__"}}""", "pre_tokenizer.replacement = \"__\" must be one character")]
    [InlineData("""{"model":%,"decoder":{"type":"WordPiece"}}""", "decoder.type is WordPiece")]
    [InlineData("""{"model":%,"post_processor":{"type":"Other"}}""", "post_processor.type is Other")]
    [InlineData("""{"model":%,"post_processor":{"type":"TemplateProcessing","single":[],"special_tokens":{}}}""", "post_processor.single must have the text once")]
    [InlineData("""{"model":%,"added_tokens":[{"id":7,"content":"a"}]}""", "added_tokens[0].id = 7 is not that of \"a\" in the vocabulary, 0")]
    [InlineData("""{"model":%,"normalizer":{"type":"Precompiled","precompiled_charsmap":"AAAA"}}""", "normalizer.precompiled_charsmap cannot be read")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":0},"merges":["a b"]}}""", "model.merges[0] = \"a\" \"b\" needs the token \"b\", which the vocabulary lacks")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":0},"merges":["a"]}}""", "model.merges[0] must be two tokens")]
    [InlineData("""{"model":{"type":"BPE","vocab":{"a":-1},"merges":[]}}""", "model.vocab.a must be a whole number of at least 0")]
    [InlineData("""{"model":{"type":"BPE","vocab":{},"merges":[],"dropout":0.1}}""", "model.dropout = 0.1 makes tokens by chance")]
    [InlineData("""{"model":{"type":"BPE","vocab":{},"merges":[],"unk_token":"?"}}""", "model.unk_token = \"?\" is not in the vocabulary")]
    [InlineData("""{"model":{"type":"BPE","vocab":{},"merges":[],"end_of_word_suffix":"</w>"}}""", "model.end_of_word_suffix = \"</w>\" is not supported")]
    [InlineData("""{"model":{"type":"Unigram","vocab":[["a"]]}}""", "model.vocab[0] must be a list of a text and a number")]
    [InlineData("""{"model":{"type":"Unigram","vocab":[["a",0]],"unk_id":1}}""", "model.unk_id = 1 must be below 1")]
    [InlineData("""{"model":{"type":"BPE","merges":[]}}""", "model.vocab is missing")]
    [InlineData("""{"version":"1.0"}""", "model is missing")]
    [InlineData("""[]""", "the file must hold an object")]
    [InlineData("""{"model":""", "this is not JSON (line 1")]
    [InlineData("""{"model":{"type":"BPE","vocab":{},"merges":["\ud800 a"]}}""", "holds half of a surrogate pair")]
    public void A_fault_names_the_place(string json, string message)
    {
        using var folder = new TemporaryFolder();
        string file = Path.Combine(folder.Path, "tokenizer.json");
        File.WriteAllText(file, json.Replace("%", Bpe, StringComparison.Ordinal));
        string told = Assert.Throws<InvalidDataException>(() => HuggingFaceTokenizer.FromFile(file)).Message;
        Assert.StartsWith(file + ": ", told, StringComparison.Ordinal);
        Assert.Contains(message, told, StringComparison.Ordinal);
    }

    [Fact]
    public void Bytes_that_are_no_text_and_texts_without_end_are_faults_of_the_file_in_a_short_message()
    {
        using var folder = new TemporaryFolder();
        string file = Path.Combine(folder.Path, "tokenizer.json");
        byte[] name = [.. "{\"model\":{\"type\":\"BPE\",\"vocab\":{\"a"u8, 0xFF, .. "\":0},\"merges\":[]}}"u8];
        File.WriteAllBytes(file, name);
        Assert.Contains("not valid Unicode", Told(), StringComparison.Ordinal);
        File.WriteAllText(file, $"{{\"model\":{{\"type\":\"{new string('x', 5000)}\"}}}}");
        Assert.InRange(Told().Length, 1000, 1200 + file.Length);

        string Told() => Assert.Throws<InvalidDataException>(() => HuggingFaceTokenizer.FromFile(file)).Message;
    }

    [Fact]
    public void A_folder_without_the_file_says_what_it_has()
    {
        using var folder = new TemporaryFolder();
        Assert.EndsWith("the folder holds no tokenizer.json.", Missing(), StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(folder.Path, "vocab.txt"), "");
        Assert.Contains("but a vocab.txt, as WordPiece has it", Missing(), StringComparison.Ordinal);

        string Missing() => Assert.Throws<FileNotFoundException>(() => HuggingFaceTokenizer.FromFile(folder.Path)).Message;
    }

    [Fact]
    public void A_character_without_a_token_is_a_fault()
    {
        using var folder = new TemporaryFolder();
        string file = Path.Combine(folder.Path, "tokenizer.json");
        File.WriteAllText(file, $$"""{"model":{{Bpe}}}""");
        var tokenizer = HuggingFaceTokenizer.FromFile(file);
        Assert.Equal([2, 0], tokenizer.Encode("aba"));
        Assert.Contains("no token for 'c' (U+0063)", Assert.Throws<ArgumentException>(() => tokenizer.Encode("abc")).Message, StringComparison.Ordinal);
    }
}
