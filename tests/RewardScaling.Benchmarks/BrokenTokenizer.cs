using System.Text;
using RewardScaling.HuggingFace;

namespace RewardScaling.Benchmarks;

/// <summary>The reader of tokenizers, which another package than the core has.</summary>
internal static class BrokenTokenizer
{
    private const string Tokenizer = """
        {"added_tokens":[{"id":3,"content":"<s>","special":true}],"normalizer":{"type":"Sequence","normalizers":[{"type":"NFC"},{"type":"Lowercase"}]},
        "pre_tokenizer":{"type":"Split","pattern":{"Regex":"\\p{L}+|\\s+"},"behavior":"Isolated"},"decoder":{"type":"Fuse"},
        "model":{"type":"BPE","vocab":{"a":0,"b":1,"ab":2,"<s>":3},"merges":["a b"]}}
        """;

    /// <summary>The reader.</summary>
    /// <param name="folder">Where files are put.</param>
    public static BrokenReader Reader(string folder) => new("HuggingFaceTokenizer.FromFile", [Encoding.UTF8.GetBytes(Tokenizer)],
        static path => HuggingFaceTokenizer.FromFile(path).VocabularySize > 0 ? "" : "no token", Path.Combine(folder, "mutated"));
}
